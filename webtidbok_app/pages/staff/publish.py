"""/personal/publicera, …/granska and …/klart: fill in, check, publish."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line, side_by_side
from webtidbok_app.pages.staff.parts import preview_body, published_body
from webtidbok_app.pages.staff.series_fields import (
    short_line,
    skip_holidays,
    weekday_fields,
    what_fields,
)
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.pattern import ONCE, WEEKLY
from webtidbok_app.state.staff.publish import PAGE
from webtidbok_app.state.staff.publish import StaffPublishState as State
from webtidbok_app.state.views import Choice

OTHER_WAYS = {
    "staff.week_templates": "/personal/veckomallar",
    "staff.import": "/personal/importera",
    "staff.export": "/personal/exportera",
    "staff.deviations": "/personal/avvikande-tider",
}
"""What else one may want who is about to publish."""


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
        rx.el.p(t("sv", "staff.publish.intro")),
        rx.el.ul(
            *(rx.el.li(rx.el.a(t("sv", f"{area}.link"), href=href)) for area, href in OTHER_WAYS.items()),
            aria_label=t("sv", "staff.publish.other_ways"),
            class_name="inline-links",
        ),
        forms.form(
            what_fields(State),
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


def _when_weekly() -> rx.Component:
    return rx.el.div(
        forms.fieldset(
            t("sv", "staff.publish.when"),
            weekday_fields(State),
            side_by_side(_day("first_day", State.form.first_day), _day("last_day", State.form.last_day)),
            skip_holidays(State.form.skip_holidays),
        ),
        hidden=State.form.kind == ONCE,
    )


def _when_once() -> rx.Component:
    return rx.el.div(
        forms.fieldset(
            t("sv", "staff.publish.when"),
            side_by_side(
                _day("day", State.form.day),
                short_line(State, "start_time", State.form.start_time),
            ),
        ),
        hidden=State.form.kind != ONCE,
    )


def _day(name: str, value: rx.Var[str]) -> rx.Component:
    return line(State, "staff.publish", name, value, hint=State.date_hint, width="short")


def _check() -> rx.Component:
    return preview_body(State.preview, on_publish=State.publish, change_href=PAGE)


def _done() -> rx.Component:
    again = buttons.link_as_button(t("sv", "staff.published.again"), href=PAGE, kind="secondary")
    return published_body(State.published, again)
