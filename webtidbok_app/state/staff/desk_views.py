"""What the pages where staff book for a resident show, in words. Personal: emptied when they are left."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from webtidbok_app.domain.reserve_number import ReserveNumber
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_clock, format_day, format_span, t, tn
from webtidbok_app.services.desk_booking import DeskBooking
from webtidbok_app.services.desk_check import DeskCheck
from webtidbok_app.services.desk_people import ComingTime, DeskPerson
from webtidbok_app.services.desk_times import DeskTime, DeskTimes
from webtidbok_app.state.present.words import moment_text
from webtidbok_app.state.views import Choice, SummaryRow


@dataclass(frozen=True)
class DeskPersonView:
    """Whom the booking is for. An empty ``name`` is nobody yet."""

    name: str = ""
    rows: list[SummaryRow] = field(default_factory=list)
    messages: str = ""
    protected: bool = False
    coming: list[Choice] = field(default_factory=list)
    """Times that they have here: the address of each, and its words."""
    phone: str = ""
    email: str = ""
    ask_for_messages: bool = False
    can_be_invited: bool = False
    """They can log in, and so book within a period."""


@dataclass(frozen=True)
class DeskTimeView:
    """A time to choose. ``name`` is what is read aloud."""

    id: str = ""
    label: str = ""
    sub: str = ""
    name: str = ""


@dataclass(frozen=True)
class DeskDayView:
    """The times of one day."""

    key: str = ""
    heading: str = ""
    times: list[DeskTimeView] = field(default_factory=list)


@dataclass(frozen=True)
class DeskTimesView:
    """The times to choose among, and what was asked for. An empty ``clinic`` is not fetched yet."""

    clinic: str = ""
    old: str = ""
    time_types: list[Choice] = field(default_factory=list)
    performers: list[Choice] = field(default_factory=list)
    time_type: str = ""
    performer: str = ""
    day: str = ""
    free: list[DeskDayView] = field(default_factory=list)
    full: list[DeskDayView] = field(default_factory=list)
    none: str = ""
    more: bool = False


@dataclass(frozen=True)
class DeskCheckView:
    """What is about to be booked. An empty ``confirm`` is nothing."""

    rows: list[SummaryRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    extra: str = ""
    """What it means that the time is full; empty when it is not."""
    confirm: str = ""
    rebooks: bool = False


@dataclass(frozen=True)
class DeskDoneView:
    """What was booked, for the resident to take along. An empty ``title`` is nothing."""

    title: str = ""
    told: str = ""
    rows: list[SummaryRow] = field(default_factory=list)
    href: str = ""


def person_view(person: DeskPerson) -> DeskPersonView:
    """Return whom the booking is for."""
    kind = "reserve_number" if isinstance(person.number, ReserveNumber) else "personal_number"
    facts = {"name": person.name, kind: str(person.number)}
    return DeskPersonView(
        name=person.name or str(person.number),
        rows=[SummaryRow(t("sv", f"staff.desk.{name}"), value) for name, value in facts.items()],
        messages=t("sv", f"staff.desk.message_{person.channel or 'none'}"),
        protected=person.protected,
        coming=[Choice(f"/personal/bokning/{one.booking_id}", coming_text(one)) for one in person.coming],
        phone=person.phone,
        email=person.email,
        ask_for_messages=person.channel is None and not person.protected,
        can_be_invited=kind == "personal_number",
    )


def coming_text(time: ComingTime) -> str:
    """Return "torsdag 3 december 2026, kl. 9.20, Besök, Vera"."""
    return f"{moment_text(time.starts_at, 'sv')}, {time.time_type}, {time.performer}"


def times_view(
    found: DeskTimes, *, time_type: str, performer: str, first: date, today: bool, old: str
) -> DeskTimesView:
    """Return the times to choose among. ``today``: only those of this day were asked for."""
    none = "none_today" if today and found.full else "none"
    return DeskTimesView(
        clinic=found.clinic,
        old=old,
        time_types=[Choice(identity.hex, name) for identity, name in found.time_types],
        performers=[Choice(identity.hex, name) for identity, name in found.performers],
        time_type=time_type,
        performer=performer,
        day=first.isoformat(),
        free=_days(found.free),
        full=_days(found.full),
        none="" if found.free else t("sv", f"staff.desk_times.{none}"),
        more=found.more,
    )


def _days(times: Iterable[DeskTime]) -> list[DeskDayView]:
    return [
        DeskDayView(day.isoformat(), format_day("sv", day), [_time(one) for one in of_day])
        for day, of_day in groupby(times, key=lambda one: day_of(one.starts_at))
    ]


def _time(time: DeskTime) -> DeskTimeView:
    places = tn("sv", "staff.desk_times.places", time.places, taken=time.taken)
    several = f", {places}" if time.places > 1 or time.full else ""
    facts = {"time_type": time.time_type, "performer": time.performer, "places": places}
    clock = format_clock(time.starts_at)
    return DeskTimeView(
        time.id.hex,
        clock,
        f"{time.time_type}, {time.performer}{several}",
        t("sv", "staff.desk_times.name", time=clock, day=format_day("sv", time.starts_at), **facts),
    )


def check_view(check: DeskCheck, *, old: str) -> DeskCheckView:
    """Return what is about to be booked, in exchange for the ``old`` time if there is one."""
    time = check.time
    back = {"change_href": "/personal/boka/tid", "change_label": t("sv", "staff.desk_check.change_time")}
    name = "new_time" if old else "time"
    rows = [SummaryRow(t("sv", "staff.desk_check.old_time"), old)] if old else []
    rows += [
        SummaryRow(t("sv", f"staff.desk_check.{name}"), when_text(time.starts_at, time.ends_at), **back),
        SummaryRow(t("sv", "staff.booking.time_type"), time.time_type),
        SummaryRow(t("sv", "staff.booking.performer"), time.performer),
        SummaryRow(t("sv", "staff.booking.visit_form"), t("sv", f"staff.visit_form.{time.visit_form}")),
    ]
    extra = tn("sv", "staff.desk_check.extra_body", time.places, taken=time.taken) if time.full else ""
    confirm = "rebook" if old else "book_extra" if time.full else "book"
    return DeskCheckView(
        rows=rows,
        warnings=[t("sv", f"staff.desk_check.{code}", **check.facts) for code in check.warnings],
        extra=extra if time.can_take_more else f"{extra} {t('sv', 'staff.desk_check.extra_none')}",
        confirm=t("sv", f"staff.desk_check.{confirm}") if time.can_take_more else "",
        rebooks=bool(old),
    )


def done_view(booked: DeskBooking, *, rebooked: bool) -> DeskDoneView:
    """Return what was booked, as it is printed."""
    facts = {
        "time": when_text(booked.starts_at, booked.ends_at),
        "time_type": booked.time_type,
        "performer": booked.performer,
        "visit_form": t("sv", f"staff.visit_form.{booked.visit_form}"),
    }
    area = {"time": "staff.desk_check.time"}
    more = {
        "clinic": booked.clinic,
        "address": booked.address,
        "phone": booked.phone,
        "prepare": booked.prepare,
        "cancel_until": moment_text(booked.cancel_until, "sv"),
        "invited": t("sv", "staff.desk_done.yes") if booked.invited else "",
    }
    return DeskDoneView(
        title=t("sv", f"staff.desk_done.{'rebook_title' if rebooked else 'title'}"),
        told=t("sv", f"staff.desk_done.{'told' if booked.told else 'not_told'}"),
        rows=[
            *(
                SummaryRow(t("sv", area.get(name, f"staff.booking.{name}")), value)
                for name, value in facts.items()
            ),
            *(SummaryRow(t("sv", f"staff.desk_done.{name}"), value) for name, value in more.items() if value),
        ],
        href=f"/personal/bokning/{booked.booking_id}",
    )


def when_text(start: datetime, end: datetime) -> str:
    """Return "torsdag 3 december 2026, kl. 9.20–9.40"."""
    return f"{format_day('sv', start)}, {format_span('sv', start, end)}"
