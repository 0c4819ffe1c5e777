"""How times, lengths and visit forms are said on residents' pages."""

from collections.abc import Iterable
from datetime import datetime

from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.i18n import Lang, format_day, format_span, format_time, t, tn
from webtidbok_app.journal.port import BookedTime, Hold, TimeTypeInfo
from webtidbok_app.state.views import FieldProblem


def length(time_type: TimeTypeInfo, lang: Lang) -> str:
    """Return "20 minuter"; empty where the timebook does not tell."""
    minutes = time_type.length_minutes
    return tn(lang, "citizen.length", minutes) if minutes else ""


def form(visit_form: VisitForm | None, lang: Lang) -> str:
    """Return "på plats"; empty where the timebook does not tell."""
    return t(lang, f"citizen.form.{visit_form}") if visit_form else ""


def listed(*parts: str) -> str:
    """Return those of the parts that say anything: "Läkarbesök, 20 minuter, på plats"."""
    return ", ".join(part for part in parts if part)


def when(slot: Timeslot | BookedTime, lang: Lang) -> str:
    """Return "torsdag 3 december 2026, kl. 9.20–9.40"."""
    span = format_span(lang, slot.starts_at, slot.ends_at)
    return t(lang, "citizen.time.in_day", day=format_day(lang, slot.starts_at), time=span)


def moment_text(moment: datetime, lang: Lang) -> str:
    """Return "torsdag 3 december 2026, kl. 9.20"."""
    return t(lang, "citizen.time.in_day", day=format_day(lang, moment), time=format_time(lang, moment))


def held_until(hold: Hold, lang: Lang) -> str:
    """Return until when the time is reserved, with the clock time."""
    return t(lang, "citizen.steps.held_until", time=format_time(lang, hold.expires_at))


def phone_text(number: str) -> str:
    """Return "070-174 06 05" for a Swedish mobile number, and any other number as it is kept."""
    if len(number) != 10 or not number.startswith("07"):
        return number
    return f"{number[:3]}-{number[3:6]} {number[6:8]} {number[8:]}"


def field_problems(problems: dict[str, str], lang: Lang, *, order: Iterable[str]) -> list[FieldProblem]:
    """Return what to mend, in the order of the fields on the page."""
    return [
        FieldProblem(field, t(lang, f"errors.fields.{problems[field]}"))
        for field in order
        if field in problems
    ]
