"""/personal/forfragningar/[case]: one request, opened."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, notice, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.components.messages import conversation
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.case import MESSAGE_MAX, OFFER_HOURS
from webtidbok_app.state.staff.case import StaffCaseState as State
from webtidbok_app.state.views import Choice


def case_page() -> rx.Component:
    """Return the opened request."""
    return staff_page(
        rx.cond(
            State.opened.heading != "",
            _case(),
            rx.fragment(
                heading(t("sv", "staff.case.title")), rx.cond(State.problem.title == "", skeleton("sv"))
            ),
        ),
        session=SessionState.session,
        failure=SessionState.failure,
        current="requests",
        back="/personal/forfragningar",
        announcement=State.opened.has,
        above=rx.fragment(
            problem_box("sv", State.problem), error_summary("sv", State.problems, attempt=State.attempts)
        ),
    )


def _case() -> rx.Component:
    opened = State.opened
    return rx.fragment(
        heading(opened.heading, opened.caption),
        outcome_box(State.done, "done", kind="ok"),
        rx.cond(
            opened.protected,
            notice(t("sv", "staff.booking.protected_body"), title=t("sv", "staff.booking.protected_title")),
        ),
        rx.el.p(rx.el.strong(opened.status), ". ", rx.cond(opened.ended, "", opened.has)),
        buttons.button_row(
            rx.cond(opened.take != "", buttons.secondary(opened.take, on_click=State.take, once=True)),
            rx.cond(
                opened.mine,
                buttons.secondary(t("sv", "staff.case.release"), on_click=State.release, once=True),
            ),
        ),
        rx.el.h2(t("sv", "staff.case.resident")),
        summary_list("sv", opened.resident_rows),
        rx.el.h2(t("sv", "staff.case.asked")),
        summary_list("sv", opened.asked_rows),
        rx.el.h2(t("sv", "staff.case.messages")),
        rx.cond(
            opened.messages.length() > 0,
            conversation(opened.messages),
            rx.el.p(t("sv", "staff.case.none_yet"), class_name="muted"),
        ),
        _held(),
        rx.cond(
            opened.can_answer,
            rx.fragment(_answer(), rx.cond(opened.can_offer, _offer())),
            rx.cond(~opened.ended, rx.el.p(t("sv", "staff.case.taken_by_other"))),
        ),
        _note(),
        rx.el.p(t("sv", "staff.case.logged"), class_name="fine"),
    )


def _answer() -> rx.Component:
    return rx.fragment(
        rx.el.h2(t("sv", "staff.case.answer")),
        rx.cond(
            State.templates.length() > 0,
            forms.form(
                forms.select_field(
                    "sv", "template", t("sv", "staff.case.template"), State.templates, optional=True
                ),
                buttons.submit(t("sv", "staff.case.insert"), kind="secondary"),
                on_submit=State.insert,
            ),
        ),
        forms.form(
            rx.el.div(
                forms.textarea_field(
                    "sv",
                    "answer",
                    t("sv", "staff.case.answer"),
                    hint=t("sv", "staff.case.answer_hint"),
                    max_chars=MESSAGE_MAX,
                    problems=State.problems,
                    value=State.answer,
                    on_blur=State.keep_answer,
                    rows=6,
                ),
                key=State.answer_boxes.to_string(),
            ),
            forms.checkbox("sv", "close", t("sv", "staff.case.close_too")),
            buttons.submit(t("sv", "staff.case.send")),
            on_submit=State.send,
        ),
        rx.el.details(
            rx.el.summary(t("sv", "staff.case.close")),
            rx.el.p(t("sv", "staff.case.close_hint")),
            buttons.secondary(t("sv", "staff.case.close"), on_click=State.close, once=True),
            class_name="folded stack",
        ),
    )


def _held() -> rx.Component:
    """Return the times that are held for the resident, or what has become of them."""
    offer = State.opened.offer
    return rx.cond(
        offer.stands,
        rx.fragment(
            rx.el.h2(t("sv", "staff.offer.held")),
            rx.el.p(offer.until),
            rx.el.ul(rx.foreach(offer.times, lambda time: rx.el.li(time.label, key=time.value))),
            buttons.secondary(t("sv", "staff.offer.withdraw"), on_click=State.withdraw_offer, once=True),
        ),
        rx.cond(offer.news != "", rx.el.p(offer.news)),
    )


def _offer() -> rx.Component:
    """Return the search for free times, and the form that answers with some of them."""
    found = State.offerable
    return rx.fragment(
        rx.el.h2(t("sv", "staff.offer.title")),
        rx.el.p(t("sv", "staff.offer.about")),
        forms.form(
            forms.select_field(
                "sv",
                "time_type",
                t("sv", "staff.offer.time_type"),
                found.time_types,
                value=found.time_type,
            ),
            forms.text_field(
                "sv",
                "first",
                t("sv", "staff.offer.first"),
                value=found.day,
                problems=State.problems,
                width="short",
                auto_complete="off",
                key=found.day,
            ),
            buttons.submit(t("sv", "staff.offer.find"), kind="secondary"),
            on_submit=State.find_times,
        ),
        rx.cond(found.none != "", rx.el.p(found.none, role="status")),
        rx.cond(found.slots.length() > 0, _slots()),
    )


def _slots() -> rx.Component:
    return forms.form(
        forms.checkbox_group(
            "sv",
            "offered",
            t("sv", "staff.offer.slots"),
            State.offerable.slots,
            hint=t("sv", "staff.offer.slots_hint"),
            problems=State.problems,
        ),
        forms.radio_group(
            "sv",
            "hours",
            t("sv", "staff.offer.hours"),
            [Choice(str(hours), t("sv", f"staff.offer.for.{hours}")) for hours in OFFER_HOURS],
            value="24",
            problems=State.problems,
        ),
        forms.textarea_field(
            "sv",
            "offer_text",
            t("sv", "staff.offer.text"),
            max_chars=MESSAGE_MAX,
            problems=State.problems,
            optional=True,
            rows=3,
        ),
        buttons.submit(t("sv", "staff.offer.send")),
        on_submit=State.offer,
    )


def _note() -> rx.Component:
    return forms.form(
        rx.el.div(
            forms.textarea_field(
                "sv",
                "note",
                t("sv", "staff.case.note"),
                hint=t("sv", "staff.case.note_hint"),
                max_chars=MESSAGE_MAX,
                problems=State.problems,
                optional=True,
                rows=2,
            ),
            key=State.note_boxes.to_string(),
        ),
        buttons.submit(t("sv", "staff.case.write_note"), kind="secondary"),
        on_submit=State.write_note,
    )
