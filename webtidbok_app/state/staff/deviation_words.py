"""Closed days and deviating times in words. Pure functions."""

from datetime import date
from uuid import UUID

from webtidbok_app.i18n import t
from webtidbok_app.services.deviations import Deviation
from webtidbok_app.services.schedule import Week
from webtidbok_app.services.schedule_month import Month


def minute_words(minute: int) -> str:
    """Return "8.00" for 480, and "24.00" for 1440."""
    hours, minutes = divmod(minute, 60)
    return f"{hours}.{minutes:02}"


def clock_words(deviation: Deviation) -> str:
    """Return "kl. 12.00–16.00", or nothing for all day."""
    if deviation.from_minute is None or deviation.to_minute is None:
        return ""
    since, until = minute_words(deviation.from_minute), minute_words(deviation.to_minute)
    return t("sv", "staff.deviations.clock", since=since, until=until)


def deviation_words(deviation: Deviation) -> str:
    """Return "Stängt kl. 12.00–16.00: Planeringsdag", or with the performer's name: "Anna Berg: Semester"."""
    who = deviation.performer or t("sv", "staff.deviations.closed")
    when = clock_words(deviation)
    return f"{who} {when}: {deviation.reason}" if when else f"{who}: {deviation.reason}"


def day_note(
    period: Week | Month, day: date, *, performer_id: UUID | None = None, everybody: bool = False
) -> str:
    """Return why a day is not as others: the holiday, when it is closed, and if wished when one or anybody is away."""
    theirs = [
        deviation_words(one)
        for one in period.deviations
        if one.on(day) and (everybody or one.performer_id in (None, performer_id))
    ]
    holiday = period.holidays.get(day, "")
    return ". ".join([holiday, *theirs] if holiday else theirs)


def note_beside(period: Week | Month, day: date, performer: str) -> str:
    """Return the ``day_note`` for where one performer's times are shown, by their id, or without one everybody's."""
    return day_note(period, day, performer_id=UUID(performer) if performer else None, everybody=not performer)


def away_note(week: Week, day: date, performer_id: UUID) -> str:
    """Return when on the day that performer alone is away."""
    theirs = [one for one in week.deviations if one.on(day) and one.performer_id == performer_id]
    return ". ".join(map(deviation_words, theirs))


def closed_note(week: Week, performer: str = "") -> str:
    """Return when in the week the clinic is closed or that performer away, for where there are no days to tell it."""
    theirs = [
        one for one in week.deviations if one.performer_id is None or str(one.performer_id) == performer
    ]
    return ". ".join(map(deviation_words, theirs))
