"""/personal/publicera, …/granska and …/klart: fill in, check, publish."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import preview_body, published_body
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.pattern import ONCE, WEEKLY
from webtidbok_app.state.staff.publish import PAGE
from webtidbok_app.state.staff.publish import StaffPublishState as State
from webtidbok_app.state.views import Choice


def publish_page() -> rx.Component:
    """Return the form."""
    return _page(_form(), above=error_summary("sv", State.problems, attempt=State.attempts))


def check_page() -> rx.Component:
    """Return what publishing would do."""
    return _page(_check(), back=PAGE)


def done_page() -> rx.Component:
    """Return what was published."""
    return _page(_done())


def _page(step: rx.Component, *, back: str = "", above: rx.Component | None = None) -> rx.Component:
    return staff_page(
        rx.cond(
            State.loaded,
            step,
            rx.fragment(
                heading(t("sv", "staff.publish.title")), rx.cond(State.problem.title == "", skeleton("sv"))
            ),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="publish",
        back=back,
        above=rx.fragment(problem_box("sv", State.problem), above or rx.fragment()),
    )


def _form() -> rx.Component:
    kinds = [Choice(kind, t("sv", f"staff.publish.{kind}")) for kind in (WEEKLY, ONCE)]
    return rx.fragment(
        heading(t("sv", "staff.publish.title")),
        rx.el.p(
            t("sv", "staff.publish.intro"),
            " ",
            rx.el.a(t("sv", "staff.import.link"), href="/personal/importera"),
            " ",
            rx.el.a(t("sv", "staff.export.link"), href="/personal/exportera"),
        ),
        forms.form(
            _what(),
            forms.radio_group(
                "sv",
                "kind",
                t("sv", "staff.publish.kind"),
                kinds,
                value=State.form.kind,
                problems=State.problems,
                on_change=State.choose_kind,
            ),
            _when_weekly(),
            _when_once(),
            buttons.button_row(forms.submit(t("sv", "staff.publish.preview"))),
            on_submit=State.check,
        ),
    )


def _what() -> rx.Component:
    visit_forms = [Choice(form.value, t("sv", f"staff.visit_form.{form}")) for form in VisitForm]
    return forms.fieldset(
        t("sv", "staff.publish.what"),
        _side_by_side(
            _choice("time_type", State.time_types, State.form.time_type, on_change=State.choose_time_type),
            _choice("performer", State.performers, State.form.performer),
        ),
        _choice("visit_form", visit_forms, State.form.visit_form, key=State.filled),
        _side_by_side(
            _field("minutes", State.form.minutes, input_mode="numeric", key=State.filled),
            _field("places", State.form.places, input_mode="numeric"),
        ),
    )


def _when_weekly() -> rx.Component:
    weekdays = [Choice(str(number), t("sv", f"staff.publish.weekday_{number}")) for number in range(7)]
    return rx.el.div(
        forms.fieldset(
            t("sv", "staff.publish.when"),
            forms.checkbox_group(
                "sv",
                "weekdays",
                t("sv", "staff.publish.weekdays"),
                weekdays,
                checked=State.form.weekdays,
                problems=State.problems,
                inline=True,
            ),
            _side_by_side(
                _field("from_time", State.form.from_time),
                _field("to_time", State.form.to_time),
            ),
            _side_by_side(_day("first_day", State.form.first_day), _day("last_day", State.form.last_day)),
            forms.checkbox(
                "sv",
                "skip_holidays",
                t("sv", "staff.publish.skip_holidays"),
                hint=t("sv", "staff.publish.skip_holidays_hint"),
                checked=State.form.skip_holidays,
            ),
        ),
        hidden=State.form.kind == ONCE,
    )


def _when_once() -> rx.Component:
    return rx.el.div(
        forms.fieldset(
            t("sv", "staff.publish.when"),
            _side_by_side(
                _day("day", State.form.day),
                _field("start_time", State.form.start_time),
            ),
        ),
        hidden=State.form.kind != ONCE,
    )


def _day(name: str, value: rx.Var[str]) -> rx.Component:
    return forms.text_field(
        "sv",
        name,
        t("sv", f"staff.publish.{name}"),
        hint=State.date_hint,
        value=value,
        problems=State.problems,
        width="short",
        auto_complete="off",
    )


def _field(name: str, value: rx.Var[str], **props: object) -> rx.Component:
    return forms.text_field(
        "sv",
        name,
        t("sv", f"staff.publish.{name}"),
        hint=t("sv", f"staff.publish.{name}_hint"),
        value=value,
        problems=State.problems,
        width="tiny",
        auto_complete="off",
        **props,
    )


def _choice(
    name: str, options: rx.Var[list[Choice]] | list[Choice], value: rx.Var[str], **props: object
) -> rx.Component:
    return forms.select_field(
        "sv", name, t("sv", f"staff.publish.{name}"), options, value=value, problems=State.problems, **props
    )


def _side_by_side(*fields: rx.Component) -> rx.Component:
    return rx.el.div(*fields, class_name="field-grid")


def _check() -> rx.Component:
    return preview_body(State.preview, on_publish=State.publish, change_href=PAGE)


def _done() -> rx.Component:
    again = buttons.link_as_button(t("sv", "staff.published.again"), href=PAGE, kind="secondary")
    return published_body(State.published, again)
