"""/personal/veckomallar/[week_template] and what is done with it: its times, using it, removing it."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, empty_state, error_summary, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line
from webtidbok_app.pages.staff.parts import outcome_box, preview_body, published_body
from webtidbok_app.pages.staff.series_fields import weekday_fields, what_fields
from webtidbok_app.pages.staff.week_fields import week_fields
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.template_use import EVERY
from webtidbok_app.state.staff.template_use import StaffTemplateUseState as Use
from webtidbok_app.state.staff.week_template import PAGE, TWIN
from webtidbok_app.state.staff.week_template import StaffWeekTemplateState as State
from webtidbok_app.state.staff.weeks_views import SeriesRow, TemplateDay, WeekTemplateView


def week_template_page() -> rx.Component:
    """Return the template weekday by weekday, with the form that adds to it."""
    template = State.template
    return _page(
        State,
        template,
        rx.el.p(template.facts),
        rx.cond(
            template.days.length() > 0,
            rx.fragment(
                buttons.button_row(
                    buttons.link_as_button(t("sv", "staff.template_use.link"), href=template.use_href)
                ),
                rx.foreach(template.days, _day),
            ),
            empty_state(t("sv", "staff.week_template.empty"), t("sv", "staff.week_template.empty_body")),
        ),
        _add(),
        _more(),
        back=PAGE,
        done=outcome_box(State.done, "done", kind="ok"),
    )


def remove_template_page() -> rx.Component:
    """Return what removing the template means, and the button that does it."""
    template = State.template
    return _page(
        State,
        template,
        rx.el.p(t("sv", "staff.week_template.remove_means")),
        buttons.button_row(
            buttons.warning(t("sv", "staff.week_template.remove_yes"), on_click=State.remove_all, once=True),
            buttons.link_as_button(
                t("sv", "staff.week_template.remove_no"), href=template.href, kind="secondary"
            ),
        ),
        back=template.href,
        title=t("sv", "staff.week_template.remove"),
    )


def use_template_page() -> rx.Component:
    """Return the form that says which weeks to fill."""
    template = Use.template
    return _page(
        Use,
        template,
        rx.cond(
            Use.performers.length() > 0,
            rx.fragment(
                rx.el.p(t("sv", "staff.template_use.intro")),
                forms.form(
                    *week_fields(
                        Use,
                        weeks_hint=t("sv", "staff.template_use.weeks_hint"),
                        performers=t("sv", "staff.template_use.performers"),
                        every=EVERY,
                    ),
                    buttons.button_row(forms.submit(t("sv", "staff.publish.preview"))),
                    on_submit=Use.check,
                    key=template.href,
                ),
            ),
            empty_state(t("sv", "staff.week_template.empty"), t("sv", "staff.week_template.empty_body")),
        ),
        back=template.href,
        title=t("sv", "staff.template_use.title"),
    )


def use_check_page() -> rx.Component:
    """Return what using the template would do."""
    change = Use.template.use_href
    return _flow(preview_body(Use.preview, on_publish=Use.publish, change_href=change), back=change)


def use_done_page() -> rx.Component:
    """Return what was published."""
    again = buttons.link_as_button(
        t("sv", "staff.template_use.again"), href=Use.template.use_href, kind="secondary"
    )
    return _flow(published_body(Use.published, again))


def _flow(step: rx.Component, *, back: str | rx.Var[str] = "") -> rx.Component:
    waiting = rx.fragment(
        heading(t("sv", "staff.template_use.title")), rx.cond(Use.problem.title == "", skeleton("sv"))
    )
    return staff_page(
        rx.cond(Use.loaded, step, waiting),
        session=SessionState.session,
        failure=SessionState.failure,
        current="publish",
        back=back,
        above=problem_box("sv", Use.problem),
    )


def _page(
    state: type[State] | type[Use],
    template: rx.Var[WeekTemplateView],
    *children: rx.Component,
    back: str | rx.Var[str],
    title: str = "",
    done: rx.Component | None = None,
) -> rx.Component:
    """Return a page of the template: its name is the heading, or the caption where ``title`` is that."""
    return staff_page(
        heading(title, template.name)
        if title
        else heading(
            rx.cond(template.name != "", template.name, t("sv", "staff.week_template.title")),
            t("sv", "staff.week_template.title"),
        ),
        rx.cond(
            template.name != "",
            rx.fragment(*children),
            rx.cond(state.problem.title == "", skeleton("sv", rows=3)),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="publish",
        back=back,
        above=rx.fragment(
            problem_box("sv", state.problem),
            error_summary("sv", state.problems, attempt=state.attempts),
            done or rx.fragment(),
        ),
    )


def _day(day: rx.Var[TemplateDay]) -> rx.Component:
    return rx.el.section(
        rx.el.h2(day.heading),
        rx.el.ul(rx.foreach(day.rows, _series), class_name="series-list"),
        key=day.heading,
    )


def _series(row: rx.Var[SeriesRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.times, class_name="series-times"),
            " ",
            rx.el.span(row.what),
            rx.cond(row.off != "", rx.fragment(" ", badge(row.off, "warn"))),
        ),
        buttons.link_button(
            t("sv", "staff.week_template.take_away"),
            on_click=State.remove(row.key),
            aria_label=row.remove_name,
            data_once="true",
        ),
        key=row.key,
    )


def _add() -> rx.Component:
    return rx.fragment(
        rx.el.h2(t("sv", "staff.week_template.add_title")),
        forms.form(
            what_fields(State),
            forms.fieldset(t("sv", "staff.publish.when"), weekday_fields(State)),
            buttons.button_row(forms.submit(t("sv", "staff.week_template.add"), kind="secondary")),
            on_submit=State.add,
            key=State.boxes.to_string(),
        ),
    )


def _more() -> rx.Component:
    """Return what else can be done with the template."""
    return rx.el.section(
        rx.el.h2(t("sv", "staff.week_template.more")),
        _named("name", "rename", State.template.name, State.rename),
        _named(TWIN, "duplicate", State.twin, State.duplicate),
        rx.el.p(rx.el.a(t("sv", "staff.week_template.remove"), href=State.template.remove_href)),
        class_name="stack",
    )


def _named(field: str, act: str, value: rx.Var[str], on_submit: object) -> rx.Component:
    """Return the folded form that takes a name."""
    return rx.el.details(
        rx.el.summary(t("sv", f"staff.week_template.{act}")),
        forms.form(
            line(State, "staff.week_template", field, value, label=f"{act}_label", width="half"),
            forms.submit(t("sv", f"staff.week_template.{act}_save"), kind="secondary"),
            on_submit=on_submit,
            key=value,
        ),
    )
