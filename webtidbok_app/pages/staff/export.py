"""/personal/exportera: the schedule as files."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, problem_box
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.components.native import anchor
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.export import StaffExportState as State


def export_page() -> rx.Component:
    """Return the period to choose, and the links to its files."""
    return staff_page(
        heading(t("sv", "staff.export.title")),
        rx.el.p(t("sv", "staff.export.intro")),
        forms.form(
            rx.el.div(
                _day("fran", "first", State.first), _day("till", "last", State.last), class_name="field-grid"
            ),
            buttons.button_row(forms.submit(t("sv", "staff.export.show"), kind="secondary")),
            on_submit=State.choose,
        ),
        rx.cond(
            State.heading != "",
            rx.el.section(
                rx.el.h2(State.heading),
                rx.el.ul(
                    rx.foreach(
                        State.links,
                        lambda link: rx.el.li(
                            anchor(link.label, href=link.href, download=True), key=link.href
                        ),
                    )
                ),
            ),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        announcement=State.heading,
        current="publish",
        back="/personal/publicera",
        above=rx.fragment(
            problem_box("sv", State.problem), error_summary("sv", State.problems, attempt=State.attempts)
        ),
    )


def _day(name: str, label: str, value: rx.Var[str]) -> rx.Component:
    hint = State.date_hint
    return line(State, "staff.export", name, value, label=label, hint=hint, width="short", key=hint)
