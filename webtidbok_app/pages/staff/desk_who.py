"""/personal/boka and …/utan-nummer: whom staff book for."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, notice, problem_box
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.i18n import t
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.desk_who import PURPOSES
from webtidbok_app.state.staff.desk_who import StaffDeskWhoState as State

_WITHOUT = "/personal/boka/utan-nummer"


def who_page() -> rx.Component:
    """Return the search by number, and the form that registers who is not found by it."""
    return _page(
        rx.cond(
            State.walk_in,
            heading(t("sv", "staff.desk.walk_in_title")),
            heading(t("sv", "staff.desk.title")),
        ),
        forms.form(
            forms.text_field(
                "sv",
                "number",
                t("sv", "staff.desk.number"),
                hint=t("sv", "staff.desk.number_hint"),
                problems=State.problems,
                value=State.number,
                width="half",
                auto_complete="off",
                auto_focus=True,
            ),
            forms.select_field("sv", "purpose", t("sv", "staff.desk.purpose"), PURPOSES, value=State.purpose),
            buttons.submit(t("sv", "staff.desk.find")),
            on_submit=State.find,
        ),
        rx.cond(
            State.unknown,
            rx.el.section(
                notice(
                    t("sv", "staff.desk.unknown_body"), title=t("sv", "staff.desk.unknown_title"), kind="info"
                ),
                forms.form(
                    *_names(),
                    buttons.submit(t("sv", "staff.desk.register")),
                    on_submit=State.register,
                ),
                role="status",
            ),
        ),
        rx.el.p(
            t("sv", "staff.desk.other_ways"), " ", rx.el.a(t("sv", "staff.desk.without_link"), href=_WITHOUT)
        ),
        rx.el.p(rx.el.a(t("sv", "staff.desk.invitations_link"), href="/personal/kallelser")),
    )


def without_number_page() -> rx.Component:
    """Return the search by day of birth and name, and the way to register somebody new."""
    return _page(
        heading(t("sv", "staff.without.title")),
        rx.el.p(t("sv", "staff.without.about")),
        forms.form(
            forms.text_field(
                "sv",
                "born",
                t("sv", "staff.without.born"),
                hint=t("sv", "staff.without.born_hint"),
                problems=State.problems,
                value=State.born,
                width="short",
                auto_complete="off",
            ),
            *_names(),
            buttons.submit(t("sv", "staff.desk.find")),
            on_submit=State.find_without,
        ),
        rx.cond(State.may_register != "", _found_without()),
        back="/personal/boka",
    )


def _found_without() -> rx.Component:
    return rx.el.section(
        rx.cond(
            State.same.length() > 0,
            rx.fragment(
                rx.el.h2(t("sv", "staff.without.same_title")),
                rx.el.p(t("sv", "staff.without.same_body")),
                rx.el.ul(
                    rx.foreach(
                        State.same,
                        lambda one: rx.el.li(
                            buttons.secondary(one.label, on_click=State.choose(one.value)), key=one.value
                        ),
                    ),
                    class_name="desk-people",
                ),
            ),
            rx.el.h2(t("sv", "staff.without.none_title")),
        ),
        rx.el.p(State.may_register),
        buttons.primary(t("sv", "staff.without.register_new"), on_click=State.register_without, once=True),
        key=State.attempts.to_string(),
        role="status",
    )


def _names() -> list[rx.Component]:
    return [
        forms.text_field(
            "sv", name, t("sv", f"staff.desk.{name}"), problems=State.problems, value=value, width="half",
            auto_complete="off",
        )
        for name, value in (("given_name", State.given_name), ("family_name", State.family_name))
    ]  # fmt: skip


def _page(*children: rx.Component, back: str = "") -> rx.Component:
    return staff_page(
        *children,
        session=SessionState.session,
        failure=SessionState.failure,
        current="desk",
        back=back,
        above=rx.fragment(
            problem_box("sv", State.problem), error_summary("sv", State.problems, attempt=State.attempts)
        ),
    )
