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


def words_of_booking(kind: MessageKind, starts_at: datetime, name: str, lang: Lang) -> tuple[str, str]:
    """Return subject and text of a message about a booked time.

    They say when, and ``name``, which the clinic has chosen; not what it is about, nor where to log in. The text is
    as good as an SMS: its no-break spaces would make it cost and take the room of two.
    """
    when = _moment(starts_at, lang)
    name = name or t(lang, "common.service")
    return t(lang, f"messages.subject.{kind}"), t(lang, f"messages.text.{kind}", when=when, name=name)


def words_of_offer(until: datetime, name: str, lang: Lang) -> tuple[str, str]:
    """Return subject and text of the message that times are held for the resident, and until when."""
    moment = _moment(until, lang)
    name = name or t(lang, "common.service")
    return t(lang, "messages.subject.offered"), t(lang, "messages.text.offered", until=moment, name=name)


def words_of_reserved(starts_at: datetime, until: datetime, name: str, lang: Lang) -> tuple[str, str]:
    """Return subject and text of the message that a time which was watched for is held, and until when."""
    when, moment = _moment(starts_at, lang), _moment(until, lang)
    name = name or t(lang, "common.service")
    return t(lang, "messages.subject.reserved"), t(
        lang, "messages.text.reserved", when=when, until=moment, name=name
    )


def words_of_answer(name: str, lang: Lang) -> tuple[str, str]:
    """Return subject and text of the message that there is an answer to read; not what it is about."""
    kind, name = MessageKind.ANSWERED, name or t(lang, "common.service")
    return t(lang, f"messages.subject.{kind}"), t(lang, f"messages.text.{kind}", name=name)


def _moment(moment: datetime, lang: Lang) -> str:
    return f"{format_day(lang, moment)} {format_time(lang, moment)}".replace("\N{NO-BREAK SPACE}", " ")
