"""A message as it goes: to whom, and in what words."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from webtidbok_app.domain.message import Channel, MessageKind
from webtidbok_app.i18n import Lang, format_day, format_time, t


@dataclass(frozen=True)
class Letter:
    """One message, ready to go. Sent again, it has the same ``id``, so that whoever gets it knows it again."""

    id: UUID
    channel: Channel
    address: str = field(repr=False)
    subject: str
    text: str = field(repr=False)


def words_of_code(code: str, lang: Lang, *, minutes: int) -> tuple[str, str]:
    """Return subject and text of the message that proves an address to be the resident's."""
    return t(lang, "messages.subject.code"), t(lang, "messages.text.code", code=code, minutes=minutes)


def words_about(
    kind: MessageKind, name: str, lang: Lang, *, for_child: bool = False, **moments: datetime | None
) -> tuple[str, str]:
    """Return subject and text of a message about a time, a request or what is held.

    They say when (``when``, ``until``, where there is any), and ``name``, which the clinic has chosen; not what it is
    about, nor where to log in. ``for_child``: the reader acts for their child. The text is as good as an SMS: its
    no-break spaces would make it cost and take the room of two.
    """
    facts = {one: _moment(moment, lang) for one, moment in moments.items() if moment}
    words = "child" if for_child else "text"
    return (
        t(lang, f"messages.subject.{kind}"),
        t(lang, f"messages.{words}.{kind}", name=name or t(lang, "common.service"), **facts),
    )


def _moment(moment: datetime, lang: Lang) -> str:
    return f"{format_day(lang, moment)} {format_time(lang, moment)}".replace("\N{NO-BREAK SPACE}", " ")
