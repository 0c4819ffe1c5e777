"""Messages to residents: what they tell of, how they go, and when a reminder is due."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from webtidbok_app.domain import swedish_time

REMINDER_HOURS = (48, 24)
"""How long before a time its clinic may have residents reminded, the longest first."""

CODE_LIFE = timedelta(minutes=10)
"""How long a code proves an address."""


class Channel(StrEnum):
    """How a message goes."""

    EMAIL = "email"
    SMS = "sms"


class MessageKind(StrEnum):
    """What a message tells of."""

    CODE = "code"
    BOOKED = "booked"
    REBOOKED = "rebooked"
    CANCELLED = "cancelled"
    CANCELLED_BY_CLINIC = "cancelled_by_clinic"
    REMINDER = "reminder"
    ANSWERED = "answered"
    OFFERED = "offered"
    RESERVED = "reserved"
    INVITED = "invited"
    NOT_BOOKED = "not_booked"  # what a journal system was asked for and did not do, when nobody knew at first
    NOT_REBOOKED = "not_rebooked"
    NOT_CANCELLED = "not_cancelled"
    UNSETTLED = "unsettled"  # nobody could find out: the clinic has to be phoned


class MessageStatus(StrEnum):
    """The life of a message: it waits, and is then sent, dropped (not to be sent any more) or dead (given up)."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"
    DEAD = "dead"


def reminder_due(starts_at: datetime, hours: int) -> datetime:
    """Return when to remind of a time (aware, UTC): at the same time of day on the clocks of Sweden, days before.

    On the nights when the clocks change it is therefore an hour more or less than ``hours``.
    """
    return (swedish_time.local(starts_at) - timedelta(hours=hours)).astimezone(UTC)


def parse_mobile(text: str) -> str | None:
    """Return the mobile number that is written, as +46701740605 (E.164), or None when it is none.

    A Swedish one must be of the series for mobile phones (PTS, numbering plan for telephony: 070, 072, 073, 076, 079).
    """
    digits = re.sub(r"[\s()\-\u2013\u2212./]", "", text)
    number = re.sub(r"^00", "+", digits)
    number = re.sub(r"^0", "+46", number)
    number = re.sub(r"^\+460", "+46", number)
    pattern = r"\+467[02369][0-9]{7}" if number.startswith("+46") else r"\+[1-9][0-9]{7,14}"
    return number if re.fullmatch(pattern, number) else None


def parse_email(text: str) -> str | None:
    """Return the e-mail address that is written, its domain in ASCII, or None when it is none."""
    name, _, domain = text.strip().rpartition("@")
    try:
        host = domain.encode("idna").decode()
    except UnicodeError:
        return None
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", name) or name.startswith("."):
        return None
    return f"{name}@{host}" if re.fullmatch(r"([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}", host) else None
