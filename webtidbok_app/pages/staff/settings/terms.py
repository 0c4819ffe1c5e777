"""/personal/villkor/<case type>: the versions of the terms that residents accept."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, error_summary, notice, problem_box, skeleton
from webtidbok_app.components.rich_text import rich_text
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.pages.staff.settings.frame import settings_frame
from webtidbok_app.pages.staff.settings.texts import TEXTS, rich_pair
from webtidbok_app.state.staff.terms import TERMS_MAX
from webtidbok_app.state.staff.terms import StaffTermsState as State
from webtidbok_app.state.staff.text_views import TermsRow


def terms_page() -> rx.Component:
    """Return the versions, and the one to write."""
    terms = State.terms
    return settings_frame(
        rx.cond(
            terms.clinic != "",
            rx.fragment(
                rx.el.p(t("sv", "staff.terms.intro")),
                rx.cond(
                    terms.rows.length() > 0,
                    rx.el.ul(rx.foreach(terms.rows, _version), class_name="cards"),
                    rx.el.p(t("sv", "staff.terms.none")),
                ),
                rx.cond(
                    terms.may_change, _write(), rx.el.p(t("sv", "staff.settings.who_may"), class_name="fine")
                ),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=2, height="card")),
        ),
        part="texts",
        title_key="staff.terms.title",
        caption=terms.clinic + " · " + terms.case_type,
        back=TEXTS,
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts.to_string()),
            outcome_box(State.done, "done", kind="ok"),
        ),
    )


def _version(row: rx.Var[TermsRow]) -> rx.Component:
    return rx.el.li(
        rx.el.h2(row.title, class_name="card-title"),
        rx.cond(
            row.in_force,
            badge(row.when, "ok"),
            rx.cond(row.coming, badge(row.when, "warn"), rx.el.p(row.when)),
        ),
        rx.cond(row.accepted != "", rx.el.p(row.accepted)),
        rich_text("sv", row.text),
        rx.cond(
            row.coming & State.terms.may_change,
            buttons.link_button(t("sv", "staff.terms.remove"), on_click=State.remove(row.version)),
        ),
        key=row.version,
        class_name="card",
    )


def _write() -> rx.Component:
    return rx.fragment(
        rx.el.h2(State.terms.heading),
        notice(rx.el.p(State.terms.anew), kind="info"),
        forms.form(
            rich_pair("terms", State.terms.written, TERMS_MAX, problems=State.problems, optional=False),
            forms.text_field(
                "sv",
                "first_day",
                t("sv", "staff.terms.first_day"),
                hint=t("sv", "staff.terms.first_day_hint"),
                value=State.terms.first_day,
                problems=State.problems,
                width="short",
                auto_complete="off",
            ),
            buttons.button_row(forms.submit(State.terms.save)),
            on_submit=State.save,
            key=State.boxes.to_string(),
        ),
    )
