"""How messages go, in words."""

from webtidbok_app.domain.message import Channel
from webtidbok_app.i18n import Lang, t
from webtidbok_app.services.messages import Messages
from webtidbok_app.state.present.words import phone_text
from webtidbok_app.state.resident_views import MessagesView


def messages_view(found: Messages, lang: Lang) -> MessagesView:
    """Return what is chosen, and the code that is awaited."""
    if not found.channels:
        return MessagesView(now=t(lang, "citizen.messages.off"))
    return MessagesView(
        now=now_line(found, lang),
        possible=True,
        on=found.channel is not None,
        code_sent=t(lang, "citizen.messages.code_sent", address=address_text(found.new_address))
        if found.new_address
        else "",
        address=address_text(found.new_address or found.suggestion),
        protected=found.protected,
        consented=found.consented,
        inbox_href="/demo/meddelanden" if found.demo else "",
    )


def now_line(found: Messages, lang: Lang) -> str:
    """Return how messages go now: "Vi skickar sms till 070-174 06 05."."""
    channel = found.channel or "none"
    return t(lang, f"citizen.messages.now.{channel}", address=address_text(found.address))


def booking_line(found: Messages, lang: Lang) -> str:
    """Return the same on a booking's page, where the address is told in part only; empty where messages are off."""
    if not found.channels:
        return ""
    channel = found.channel or "none"
    return t(lang, f"citizen.messages.now.{channel}", address=_masked(found.address, found.channel))


def address_text(address: str) -> str:
    """Return the address as people write it: a Swedish mobile number without its country."""
    return phone_text(f"0{address.removeprefix('+46')}" if address.startswith("+46") else address)


def _masked(address: str, channel: Channel | None) -> str:
    if channel == Channel.EMAIL:
        name, _, domain = address.partition("@")
        return f"{name[:1]}•••@{domain}"
    return f"••• {address[-2:]}"
