"""/personal/tidbocker/[clinic]: how a clinic's journal system is reached, tested and turned on."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, error_summary, notice, problem_box, skeleton, status
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line
from webtidbok_app.pages.staff.parts import outcome_box, stacked_cell, stacked_table
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.connection import ABILITY_CHOICES, CONTRACTS_ASKED, PAGE
from webtidbok_app.state.staff.connection import StaffConnectionState as State
from webtidbok_app.state.staff.connection_views import ReportRow

_AREA = "staff.connection"
_COLUMNS = ("contract_head", "answer", "took_head")
_line = partial(line, State, _AREA)
_cell = partial(stacked_cell, _AREA)


def connection_page() -> rx.Component:
    """Return the connection of one of the region's clinics."""
    view = State.view
    return staff_page(
        rx.cond(
            view.name != "",
            rx.fragment(rx.el.p(view.now), _reach(), _test(), _switch()),
            rx.cond(State.problem.title == "", skeleton("sv", rows=4, height="card")),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key="staff.connection.title",
        caption=view.name,
        current="timebooks",
        back=PAGE,
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts),
            outcome_box(State.done, "done", kind="ok"),
        ),
    )


def _reach() -> rx.Component:
    view = State.view
    return rx.el.section(
        rx.el.h2(t("sv", "staff.connection.reach")),
        forms.form(
            _line(
                "logical_address",
                view.logical_address,
                hint=t("sv", "staff.connection.unit_hint"),
                width="half",
            ),
            _line("address", view.address, hint=t("sv", "staff.connection.address_hint"), type="url"),
            rx.el.details(
                rx.el.summary(t("sv", "staff.connection.own_addresses")),
                rx.el.p(t("sv", "staff.connection.own_hint"), class_name="hint"),
                *(_own_address(contract) for contract in CONTRACTS_ASKED),
                open=view.has_own_addresses,
            ),
            forms.select_field(
                "sv",
                "certificate",
                t("sv", "staff.connection.certificate"),
                view.certificates,
                hint=t("sv", "staff.connection.certificate_hint"),
                first=t("sv", "staff.connection.no_certificate"),
                value=view.certificate,
                problems=State.problems,
            ),
            forms.checkbox_group(
                "sv",
                "abilities",
                t("sv", "staff.connection.abilities"),
                ABILITY_CHOICES,
                hint=t("sv", "staff.connection.abilities_hint"),
                checked=view.abilities,
                problems=State.problems,
            ),
            buttons.button_row(forms.submit(t("sv", "staff.connection.save"))),
            rx.cond(
                view.connected, rx.el.p(t("sv", "staff.connection.saved_when_tested"), class_name="fine")
            ),
            on_submit=State.save,
            key=State.boxes.to_string() + view.name,
        ),
        class_name="stack",
    )


def _own_address(contract: str) -> rx.Component:
    return forms.text_field(
        "sv",
        f"address_{contract}",
        contract,
        value=State.view.own_addresses[contract],
        problems=State.problems,
        type="url",
        auto_complete="off",
    )


def _test() -> rx.Component:
    view = State.view
    return rx.el.section(
        rx.el.h2(t("sv", "staff.connection.test")),
        rx.el.p(t("sv", "staff.connection.test_means")),
        rx.cond(
            view.saved,
            rx.fragment(
                rx.el.p(view.tested, class_name="strong"),
                rx.cond(
                    view.report.length() > 0,
                    stacked_table(
                        t("sv", "staff.connection.report"), _AREA, _COLUMNS, rx.foreach(view.report, _answer)
                    ),
                ),
                buttons.button_row(
                    buttons.secondary(
                        t("sv", "staff.connection.call"),
                        once=True,
                        on_click=State.test,
                        disabled=State.testing,
                    )
                ),
            ),
            rx.el.p(t("sv", "staff.connection.save_first"), class_name="muted"),
        ),
        status(rx.cond(State.testing, t("sv", "staff.connection.testing"), "")),
        class_name="stack",
    )


def _answer(row: rx.Var[ReportRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.contract, rx.el.div(row.about, class_name="fine"), scope="row", role="rowheader"),
        _cell("answer", rx.el.div(badge(row.answer, row.kind), rx.cond(row.means != "", rx.el.p(row.means)))),
        _cell("took_head", row.took),
        key=row.contract,
        role="row",
    )


def _switch() -> rx.Component:
    view = State.view
    return rx.el.section(
        rx.el.h2(t("sv", "staff.connection.in_use")),
        rx.cond(
            view.connected,
            rx.fragment(
                rx.el.p(t("sv", "staff.connection.is_on")),
                _to_switch("staff.switch.off"),
            ),
            rx.cond(
                view.passed,
                rx.fragment(rx.el.p(t("sv", "staff.connection.can_turn_on")), _to_switch("staff.switch.on")),
                rx.el.p(t("sv", "staff.connection.test_first"), class_name="muted"),
            ),
        ),
        class_name="stack",
    )


def _to_switch(key: str) -> rx.Component:
    link = buttons.link_as_button(t("sv", f"{key}_begin"), href=State.view.switch_href, kind="secondary")
    return buttons.button_row(link)


def switch_page() -> rx.Component:
    """Return the step that turns the connection on or off, with what that means."""
    view = State.switch
    return staff_page(
        heading(rx.cond(view.title != "", view.title, t("sv", "staff.switch.title")), view.name),
        rx.cond(
            view.title != "",
            rx.fragment(
                rx.cond(view.why_not != "", notice(view.why_not, title=t("sv", "staff.switch.not_now"))),
                notice(
                    rx.el.ul(
                        rx.foreach(view.rows, lambda row: rx.el.li(row, key=row)), class_name="outcome-rows"
                    ),
                    title=t("sv", "staff.switch.means"),
                ),
                buttons.button_row(
                    rx.cond(
                        view.confirm != "",
                        buttons.warning(view.confirm, once=True, on_click=State.confirm_switch),
                    ),
                    rx.el.a(t("sv", "staff.switch.leave"), href=view.back),
                ),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=2, height="card")),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="timebooks",
        back=rx.cond(view.back != "", view.back, PAGE),
        above=problem_box("sv", State.problem),
    )
