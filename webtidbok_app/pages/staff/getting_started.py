"""The way to the first bookable time, as it is shown to staff until residents can book."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import badge
from webtidbok_app.i18n import t
from webtidbok_app.state.staff.start_view import StartStep, StartView


def getting_started(start: rx.Var[StartView]) -> rx.Component:
    """Return what is left before residents can book, step by step."""
    return rx.el.section(
        rx.el.h2(t("sv", "setup.start.title"), id="start-title"),
        rx.el.p(start.intro),
        rx.el.p(start.done_text, class_name="fine"),
        rx.el.ol(rx.foreach(start.steps, _start_step), class_name="start-steps"),
        rx.el.p(rx.el.a(t("sv", "setup.start.as_resident"), href=start.resident_href)),
        aria_labelledby="start-title",
        class_name="stack",
    )


def _start_step(step: rx.Var[StartStep]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.h3(step.title),
            rx.cond(
                step.state == "done", badge(step.mark, "ok"), rx.cond(step.state == "next", badge(step.mark))
            ),
            class_name="start-step-head",
        ),
        rx.cond(step.state != "done", rx.el.p(step.body)),
        rx.cond(
            step.href != "",
            rx.cond(
                step.state == "next",
                buttons.link_as_button(step.action, href=step.href),
                rx.el.p(rx.el.a(step.action, href=step.href)),
            ),
        ),
        key=step.name,
        class_name="card start-step",
    )
