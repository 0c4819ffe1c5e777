"""What two sides have written to each other."""

import reflex as rx

from webtidbok_app.state.resident_views import MessageView


def conversation(messages: rx.Var[list[MessageView]]) -> rx.Component:
    """Return the messages in order of time; one that comes is read aloud."""
    return rx.el.div(
        rx.el.ol(rx.foreach(messages, _message), class_name="conversation"), role="log", aria_live="polite"
    )


def _message(message: rx.Var[MessageView]) -> rx.Component:
    side = rx.cond(message.own, "message message-own", "message")
    return rx.el.li(
        rx.el.p(rx.el.strong(message.who), ", ", message.when, class_name="fine"),
        rx.el.p(message.text, class_name="written"),
        key=message.id,
        class_name=rx.cond(message.note, "message message-note", side),
    )
