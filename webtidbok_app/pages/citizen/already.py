"""What the steps show when the time is booked already: somebody went back."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import notice
from webtidbok_app.i18n import Lang, t
from webtidbok_app.state.resident_views import StepView


def already_booked(lang: Lang, step: rx.Var[StepView]) -> rx.Component:
    """Return that nothing more is to be done, and the way to the booking."""
    return notice(
        t(lang, "citizen.steps.already_body"),
        buttons.link_as_button(t(lang, "citizen.steps.already_link"), href=step.booked_href),
        title=t(lang, "citizen.steps.already_title"),
        kind="ok",
    )
