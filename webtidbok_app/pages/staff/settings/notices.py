"""/personal/driftmeddelande and /personal/hela-tjansten: what residents are told just now, and the stop."""

from collections.abc import Callable

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import error_summary, notice, problem_box, skeleton
from webtidbok_app.components.layout import heading, staff_page
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.pages.staff.settings.frame import settings_frame
from webtidbok_app.pages.staff.settings.texts import TEXTS, previews, rich_pair
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.notices import NOTICE_MAX
from webtidbok_app.state.staff.notices import StaffNoticeState as State

Frame = Callable[..., rx.Component]


def notice_page() -> rx.Component:
    """Return the notice of the clinic or of one of its time types."""
    return _notice_page(_of_clinic, back=TEXTS)


def stop_page() -> rx.Component:
    """Return the step that stops booking at the clinic, or of one of its time types."""
    return _stop_page(_of_clinic)


def region_notice_page() -> rx.Component:
    """Return the notice of the whole service."""
    return _notice_page(_of_service, back="")


def region_stop_page() -> rx.Component:
    """Return the step that stops booking at every clinic."""
    return _stop_page(_of_service)


def _of_clinic(*children: rx.Component, **props: object) -> rx.Component:
    return settings_frame(*children, part="texts", **props)


def _of_service(*children: rx.Component, **props: object) -> rx.Component:
    return staff_page(
        *children, session=SessionState.session, failure=SessionState.failure, current="service", **props
    )


def _notice_page(frame: Frame, *, back: str) -> rx.Component:
    view = State.notice
    return frame(
        rx.cond(
            view.about != "",
            rx.fragment(
                rx.el.p(view.about, " ", view.now),
                rx.cond(
                    view.may_change,
                    rx.fragment(_write(), _stop()),
                    rx.fragment(
                        rx.cond(view.stopped != "", notice(rx.el.p(view.stopped))),
                        rx.el.p(t("sv", "staff.settings.who_may"), class_name="fine"),
                    ),
                ),
                previews(view.preview),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=2, height="card")),
        ),
        title_key="staff.notice.title",
        caption=view.caption,
        back=back,
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts.to_string()),
            outcome_box(State.done, "done", kind="ok"),
        ),
    )


def _write() -> rx.Component:
    return forms.form(
        rich_pair(
            "notice",
            State.notice.written,
            NOTICE_MAX,
            problems=State.problems,
            hint=t("sv", "staff.texts.hints.notice"),
        ),
        rx.el.div(
            _day("first_day", State.notice.first_day),
            _day("last_day", State.notice.last_day),
            class_name="field-grid",
        ),
        buttons.button_row(forms.submit(t("sv", "staff.notice.save"))),
        on_submit=State.save,
        key=State.boxes.to_string(),
    )


def _day(name: str, value: rx.Var[str]) -> rx.Component:
    hint = t("sv", "staff.notice.day_hint")
    return line(State, "staff.notice", name, value, hint=hint, optional=True, width="short")


def _stop() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("sv", "staff.stop.heading")),
        rx.cond(
            State.notice.stopped != "",
            rx.fragment(
                notice(rx.el.p(State.notice.stopped), rx.el.p(t("sv", "staff.stop.stands"))),
                buttons.button_row(
                    buttons.primary(t("sv", "staff.stop.start"), once=True, on_click=State.start_again)
                ),
            ),
            rx.fragment(
                rx.el.p(t("sv", "staff.stop.means")),
                buttons.button_row(
                    buttons.link_as_button(
                        t("sv", "staff.stop.begin"), href=State.notice.stop_href, kind="secondary"
                    )
                ),
            ),
        ),
        class_name="stack",
    )


def _stop_page(frame: Frame) -> rx.Component:
    view = State.stop
    return frame(
        heading(rx.cond(view.title != "", view.title, t("sv", "staff.stop.heading")), view.caption),
        rx.cond(
            view.title != "",
            rx.fragment(
                notice(
                    rx.el.ul(
                        rx.foreach(view.rows, lambda row: rx.el.li(row, key=row)), class_name="outcome-rows"
                    ),
                    title=t("sv", "staff.stop.cannot_book"),
                ),
                rx.el.ul(rx.foreach(view.goes_on, lambda row: rx.el.li(row, key=row))),
                buttons.button_row(
                    buttons.warning(t("sv", "staff.stop.confirm"), once=True, on_click=State.confirm_stop),
                    rx.el.a(t("sv", "staff.stop.leave"), href=view.back),
                ),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=2, height="card")),
        ),
        caption="",
        title_key="",
        back=view.back,
        above=problem_box("sv", State.problem),
    )
