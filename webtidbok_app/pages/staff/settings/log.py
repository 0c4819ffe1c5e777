"""/personal/logg: what has been done with one patient's data, and what one colleague has done."""

from collections.abc import Sequence
from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import empty_state, error_summary, problem_box, skeleton, status
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import OPEN, stacked_cell, stacked_table
from webtidbok_app.pages.staff.settings.frame import settings_frame
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.log import KINDS, REASON_MAX, RESULT
from webtidbok_app.state.staff.log import StaffLogState as State
from webtidbok_app.state.staff.log_view import LogRowView

WAYS = {
    "patient": "/personal/logg",
    "colleague": "/personal/logg/medarbetare",
    "checks": "/personal/logg/stickprov",
}
AREA = "staff.log"
_BY_PATIENT = ("at", "who", "act", "about", "why", OPEN)
_BY_COLLEAGUE = ("at", "act", "person_column", "about", "why", OPEN)
_cell = partial(stacked_cell, AREA)


def log_by_patient_page() -> rx.Component:
    """Return the search by personal number, and what it found."""
    person = forms.text_field(
        "sv",
        "person",
        t("sv", "staff.log.person"),
        hint=t("sv", "staff.log.person_hint"),
        problems=State.problems,
        width="half",
        auto_complete="off",
        input_mode="numeric",
    )
    extract = rx.cond(
        State.rows.length() > 0,
        buttons.link_as_button(t("sv", "staff.log.extract"), href="/personal/logg/utdrag", kind="secondary"),
    )
    return log_frame(
        rx.cond(
            State.ready,
            rx.fragment(
                rx.el.p(t("sv", "staff.log.intro")),
                _form(person, on_submit=State.search_patient),
                _found(_BY_PATIENT, extract),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=3, height="card")),
        ),
        way="patient",
        title_key="staff.log.patient_title",
        above=_above(),
    )


def log_by_colleague_page() -> rx.Component:
    """Return the search by colleague, and what it found."""
    colleague = forms.select_field(
        "sv",
        "colleague",
        t("sv", "staff.log.colleague"),
        State.colleagues,
        problems=State.problems,
    )
    return log_frame(
        rx.cond(
            State.ready,
            rx.cond(
                State.colleagues.length() > 0,
                rx.fragment(
                    rx.el.p(t("sv", "staff.log.intro")),
                    _form(colleague, on_submit=State.search_colleague),
                    _found(_BY_COLLEAGUE),
                ),
                empty_state(t("sv", "staff.log.nobody")),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=3, height="card")),
        ),
        way="colleague",
        title_key="staff.log.colleague_title",
        above=_above(),
    )


def log_frame(
    *children: rx.Component, way: str, title_key: str, above: rx.Component, back: str = ""
) -> rx.Component:
    """Return a page of the log follow-up, with links to its other ways. ``way`` is a name of ``WAYS``."""
    links = [
        rx.el.li(
            rx.el.a(
                t("sv", f"staff.log.way_{name}"),
                href=href,
                **({"aria_current": "page" if not back else "true"} if name == way else {}),
            )
        )
        for name, href in WAYS.items()
    ]
    return settings_frame(
        rx.el.nav(rx.el.ul(*links), aria_label=t("sv", "staff.log.ways"), class_name="part-nav"),
        *children,
        part="log",
        title_key=title_key,
        caption=SessionState.session.clinic,
        above=above,
        back=back,
    )


def period_fields(first: rx.Var[str], last: rx.Var[str], problems: rx.Var[list]) -> rx.Component:
    """Return the two days of a period, side by side where there is room."""
    return rx.el.div(
        *(
            forms.text_field(
                "sv",
                name,
                t("sv", f"staff.log.{name}"),
                value=value,
                problems=problems,
                width="short",
                auto_complete="off",
            )
            for name, value in (("first_day", first), ("last_day", last))
        ),
        class_name="period",
    )


def _above() -> rx.Component:
    return rx.fragment(
        problem_box("sv", State.problem), error_summary("sv", State.problems, attempt=State.attempts)
    )


def _form(who: rx.Component, *, on_submit: object) -> rx.Component:
    return forms.form(
        who,
        period_fields(State.first_day, State.last_day, State.problems),
        forms.select_field(
            "sv", "kind", t("sv", "staff.log.kind"), KINDS, first=t("sv", "staff.log.kind_all")
        ),
        forms.text_field(
            "sv",
            "reason",
            t("sv", "staff.log.reason"),
            hint=t("sv", "staff.log.reason_hint"),
            problems=State.problems,
            auto_complete="off",
            max_length=REASON_MAX,
        ),
        buttons.button_row(forms.submit(t("sv", "staff.log.search"))),
        on_submit=on_submit,
    )


def _found(columns: Sequence[str], *acts: rx.Component) -> rx.Component:
    return rx.cond(
        State.heading != "",
        rx.el.section(
            rx.cond(
                State.rows.length() > 0,
                rx.fragment(
                    rx.el.h2(State.heading, id=RESULT, tab_index=-1),
                    status(State.count_text),
                    rx.el.p(t("sv", "staff.log.masked"), class_name="fine"),
                    *([buttons.button_row(*acts)] if acts else []),
                    stacked_table(
                        State.heading,
                        AREA,
                        columns,
                        rx.foreach(State.rows, partial(log_row, columns=columns)),
                    ),
                    rx.cond(
                        State.more,
                        buttons.button_row(
                            buttons.secondary(t("sv", "staff.log.older"), on_click=State.show_older)
                        ),
                    ),
                ),
                rx.el.div(
                    empty_state(State.heading, t("sv", "staff.log.none_body")), id=RESULT, tab_index=-1
                ),
            ),
            class_name="spaced",
        ),
    )


def log_row(row: rx.Var[LogRowView], columns: Sequence[str]) -> rx.Component:
    """Return one line of the log."""
    cells = {
        "who": row.who,
        "act": row.act,
        "person_column": row.person,
        "about": row.about,
        "why": row.why,
    }
    return rx.el.tr(
        rx.el.th(row.at, scope="row", role="rowheader"),
        *(_cell(name, value) for name, value in cells.items() if name in columns),
        rx.el.td(row_link(row), role="cell", class_name="no-print"),
        key=row.id,
        role="row",
    )


def row_link(row: rx.Var[LogRowView]) -> rx.Component:
    """Return the link to what the line is about, where that can be opened."""
    return rx.cond(row.href != "", rx.el.a(row.link, href=row.href, aria_label=row.link_name))
