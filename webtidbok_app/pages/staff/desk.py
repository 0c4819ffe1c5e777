"""/personal/boka/tid, …/kontrollera and …/klart: a time for somebody, checked and booked."""

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, notice, panel, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import t
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.desk import INVITE, REASON_MAX, TIMES, WHO, Channel
from webtidbok_app.state.staff.desk import StaffDeskState as State
from webtidbok_app.state.staff.desk_views import DeskDayView, DeskTimeView
from webtidbok_app.state.views import Choice


def times_page() -> rx.Component:
    """Return whom it is for, and the times to choose among."""
    times = State.times
    return _page(
        rx.cond(
            times.old != "",
            heading(t("sv", "staff.desk_times.rebook_title")),
            heading(t("sv", "staff.desk_times.title")),
        ),
        _who(),
        rx.cond(times.old != "", rx.el.p(rx.el.strong(t("sv", "staff.desk_times.old")), ": ", times.old)),
        rx.cond(
            times.clinic != "",
            rx.fragment(
                _filter(),
                rx.el.h2(t("sv", "staff.desk_times.free")),
                rx.cond(times.none != "", rx.el.p(times.none, role="status")),
                rx.foreach(times.free, _day),
                rx.cond(times.more, rx.el.p(t("sv", "staff.desk_times.more"), class_name="fine")),
                rx.cond(times.full.length() > 0, _full()),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=4)),
        ),
        back=WHO,
        announcement=times.none,
    )


def check_page() -> rx.Component:
    """Return what is about to be booked, and what it means."""
    check = State.check
    return _page(
        rx.cond(
            check.rebooks,
            heading(t("sv", "staff.desk_check.rebook_title")),
            heading(t("sv", "staff.desk_check.title")),
        ),
        rx.cond(
            check.rows.length() > 0,
            rx.fragment(
                rx.cond(
                    check.extra != "", notice(check.extra, title=t("sv", "staff.desk_check.extra_title"))
                ),
                rx.cond(
                    check.warnings.length() > 0,
                    notice(
                        rx.el.ul(rx.foreach(check.warnings, lambda one: rx.el.li(one, key=one))),
                        t("sv", "staff.desk_check.warn_body"),
                        title=t("sv", "staff.desk_check.warn_title"),
                    ),
                ),
                summary_list("sv", State.who.rows),
                summary_list("sv", check.rows),
                _said(),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=4)),
        ),
        back=TIMES,
    )


def done_page() -> rx.Component:
    """Return what was booked, to be printed for the resident."""
    done = State.done
    return _page(
        rx.cond(
            done.title != "",
            rx.fragment(
                panel(heading(done.title), rx.el.p(done.told, class_name="no-print")),
                summary_list("sv", State.who.rows),
                summary_list("sv", done.rows),
                buttons.button_row(
                    buttons.print_button("sv"),
                    buttons.link_as_button(
                        t("sv", "staff.desk_done.same_person"), href=TIMES, kind="secondary"
                    ),
                    buttons.link_as_button(t("sv", "staff.desk_done.new_person"), href=WHO, kind="secondary"),
                    rx.el.a(t("sv", "staff.desk_done.open"), href=done.href),
                ),
            ),
            heading(t("sv", "staff.desk_done.title")),
        ),
    )


def _who() -> rx.Component:
    who = State.who
    return rx.el.section(
        rx.el.h2(t("sv", "staff.desk.who")),
        rx.cond(
            who.protected,
            notice(t("sv", "staff.booking.protected_body"), title=t("sv", "staff.booking.protected_title")),
        ),
        summary_list("sv", who.rows),
        rx.el.p(who.messages, " ", rx.el.a(t("sv", "staff.desk.change_who"), href=WHO)),
        rx.cond(
            who.can_be_invited & (State.times.old == ""),
            rx.el.p(rx.el.a(t("sv", "staff.invite.link"), href=INVITE)),
        ),
        rx.cond(
            who.coming.length() > 0,
            rx.fragment(
                rx.el.h3(t("sv", "staff.desk.coming")),
                rx.el.p(t("sv", "staff.desk.open_coming"), class_name="fine"),
                rx.el.ul(
                    rx.foreach(
                        who.coming, lambda one: rx.el.li(rx.el.a(one.label, href=one.value), key=one.value)
                    )
                ),
            ),
        ),
        class_name="desk-who stack",
    )


def _day(day: rx.Var[DeskDayView]) -> rx.Component:
    return rx.el.section(
        rx.el.h3(day.heading), rx.el.ul(rx.foreach(day.times, _time), class_name="desk-times"), key=day.key
    )


def _time(time: rx.Var[DeskTimeView]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.strong(time.label),
            rx.el.span(time.sub),
            type="button",
            on_click=State.choose(time.id),
            aria_label=time.name,
            class_name="button button-secondary desk-time",
        ),
        key=time.id,
    )


def _full() -> rx.Component:
    return rx.el.details(
        rx.el.summary(t("sv", "staff.desk_times.full")),
        rx.el.p(t("sv", "staff.desk_times.full_about")),
        rx.foreach(State.times.full, _day),
        class_name="folded stack",
    )


def _filter() -> rx.Component:
    times = State.times
    return rx.el.div(
        forms.form(
            forms.select_field(
                "sv",
                "time_type",
                t("sv", "staff.desk_times.time_type"),
                times.time_types,
                value=times.time_type,
                first=t("sv", "staff.desk_times.any_type"),
            ),
            forms.select_field(
                "sv",
                "performer",
                t("sv", "staff.desk_times.performer"),
                times.performers,
                value=times.performer,
                first=t("sv", "staff.desk_times.any_performer"),
            ),
            forms.text_field(
                "sv",
                "first",
                t("sv", "staff.desk_times.first"),
                value=times.day,
                problems=State.problems,
                width="short",
                auto_complete="off",
                key=times.day,
            ),
            buttons.submit(t("sv", "staff.desk_times.show"), kind="secondary"),
            on_submit=State.show_times,
        ),
        class_name="toolbar",
    )


def _said() -> rx.Component:
    """Return what the resident says, where a new time is booked, and the button that does it."""
    check = State.check
    return rx.cond(
        check.confirm != "",
        forms.form(
            rx.cond(~check.rebooks, rx.fragment(*_fields())),
            buttons.submit(check.confirm),
            on_submit=State.book,
        ),
    )


def _fields() -> list[rx.Component]:
    who = State.who
    messages = [
        Choice("", t("sv", "staff.desk_check.messages_no")),
        *(Choice(channel, t("sv", f"staff.desk_check.messages_{channel}")) for channel in Channel),
    ]
    return [
        forms.text_field(
            "sv",
            "reason",
            t("sv", "staff.desk_check.reason"),
            hint=t("sv", "staff.desk_check.reason_hint"),
            problems=State.problems,
            value=State.reason,
            optional=True,
            auto_complete="off",
            max_length=REASON_MAX,
        ),
        forms.text_field(
            "sv", "phone", t("sv", "staff.desk_check.phone"), problems=State.problems, value=who.phone,
            type="tel", width="short", optional=True, auto_complete="off",
        ),
        forms.text_field(
            "sv", "email", t("sv", "staff.desk_check.email"), problems=State.problems, value=who.email,
            type="email", width="half", optional=True, auto_complete="off",
        ),
        rx.cond(
            who.ask_for_messages,
            forms.radio_group(
                "sv",
                "messages",
                t("sv", "staff.desk_check.messages"),
                messages,
                hint=t("sv", "staff.desk_check.messages_hint"),
                problems=State.problems,
                value="",
            ),
        ),
        forms.checkbox(
            "sv", "invited", t("sv", "staff.desk_check.invited"), hint=t("sv", "staff.desk_check.invited_hint")
        ),
    ]  # fmt: skip


def _page(*children: rx.Component, back: str = "", announcement: rx.Var[str] | str = "") -> rx.Component:
    return staff_page(
        *children,
        session=SessionState.session,
        failure=SessionState.failure,
        current="desk",
        back=back,
        announcement=announcement,
        above=rx.fragment(
            problem_box("sv", State.problem), error_summary("sv", State.problems, attempt=State.attempts)
        ),
    )
