"""Booked times: the coming ones, and each with what can be done about it."""

from collections.abc import Iterable
from datetime import datetime

from webtidbok_app.domain.visit import CaseTypeKind, VisitForm
from webtidbok_app.i18n import Lang, format_day, format_day_span, format_time, t
from webtidbok_app.journal.port import BookedTime
from webtidbok_app.services.clinics import ClinicInfo
from webtidbok_app.services.invitations import MyInvitation
from webtidbok_app.services.my_bookings import ClinicBookings, ManagedTimes, MyBooking
from webtidbok_app.services.time_types import OldBooking
from webtidbok_app.state import addresses
from webtidbok_app.state.present.rich import rich_view
from webtidbok_app.state.present.steps import language
from webtidbok_app.state.present.words import form, listed, moment_text, phone_text, when
from webtidbok_app.state.resident_views import BookingCard, BookingView, ErrandRow
from webtidbok_app.state.views import BookingRow, SummaryRow


def booking_card(mine: MyBooking, lang: Lang, *, now: datetime, child: str = "") -> BookingCard:
    """Return a coming time with everything about it and what can be done, for a list of them."""
    view, times = booking_view(mine, lang, now=now), when(mine.time, lang)
    return BookingCard(
        id=mine.time.id,
        when=times,
        href=view.href,
        facts=[*_rows({"citizen.check.whose": child} | _what(mine, lang), lang), *_how(mine, lang)],
        prepare=view.prepare,
        unclear_href=view.unclear_href,
        change_text=view.cancel_text,
        cancel_href=view.cancel_href if view.cancel == "yes" else "",
        rebook_href=view.rebook_href,
        rebook_label=t(lang, "citizen.mine.rebook_label", when=times),
        cancel_label=t(lang, "citizen.mine.cancel_label", when=times),
        calendar_href=view.calendar_href,
        calendar_label=t(lang, "citizen.mine.calendar_label", when=times),
    )


def overview_rows(found: Iterable[ClinicBookings], lang: Lang) -> list[BookingRow]:
    """Return coming times at all clinics in order of time: when and where.

    What else there is to know stands behind the clinic's terms, where it has any.
    """
    times = [(time, bookings.clinic) for bookings in found for time in bookings.times]
    rows = []
    for time, clinic in sorted(times, key=lambda pair: pair[0].starts_at):
        managed = clinic.offers(CaseTypeKind.MANAGE_DIRECT)
        href = (
            addresses.my_times(lang, clinic.slug)
            if managed
            else addresses.booking(lang, clinic.slug, time.id)
        )
        rows.append(BookingRow(id=time.id, starts=time.starts_at.isoformat(), href=href, when=when(time, lang),
                               clinic=clinic.name, what=_where(clinic, time, lang),
                               badge=t(lang, "citizen.invitation.badge") if time.invited else ""))  # fmt: skip
    return rows


def _where(clinic: ClinicInfo, time: BookedTime, lang: Lang) -> str:
    """Return where one comes, as far as it is known; for who is to stay at home, how one meets."""
    if time.visit_form in {VisitForm.ON_SITE, None}:
        return f"{clinic.street}, {clinic.city}"
    return t(lang, f"citizen.mine.{time.visit_form}")


def invitation_row(invitation: MyInvitation, lang: Lang) -> ErrandRow:
    """Return an open invitation, which leads to its times."""
    clinic, period = invitation.clinic, format_day_span(lang, invitation.first_day, invitation.last_day)
    return ErrandRow(
        href=addresses.step(lang, clinic.slug, invitation.time_type_id),
        title=t(lang, "citizen.invitation.to", what=invitation.time_type.in_language(lang)),
        about=t(lang, "citizen.invitation.about", clinic=clinic.name, period=period),
        badge=t(lang, "citizen.invitation.by", day=format_day(lang, invitation.last_day)),
        news=True,
    )


def invitation_rows(found: Iterable[ClinicBookings], lang: Lang) -> list[ErrandRow]:
    """Return the open invitations that clinics' own journal systems tell of. They say of no last day."""
    return [
        ErrandRow(
            href=addresses.step(lang, bookings.clinic.slug, kind.id),
            title=t(lang, "citizen.invitation.to", what=kind.name.in_language(lang)),
            about=t(lang, "citizen.invitation.at", clinic=bookings.clinic.name),
            badge=t(lang, "citizen.invitation.badge"),
            news=True,
        )
        for bookings in found
        for kind in bookings.invitations
    ]


def pending_line(clinic: str, lang: Lang) -> str:
    """Return that the clinic's timebook has not answered yet."""
    return t(lang, "citizen.mine.pending", clinic=clinic)


def clinic_problems(found: Iterable[ClinicBookings | ManagedTimes], lang: Lang) -> list[str]:
    """Return a line for each clinic whose times cannot be shown now."""
    return [
        t(lang, "citizen.mine.clinic_problem", clinic=bookings.clinic.name, phone=bookings.clinic.phone)
        for bookings in found
        if bookings.problem
    ]


def booking_view(mine: MyBooking, lang: Lang, *, now: datetime) -> BookingView:
    """Return a booked time as it is now: coming, cancelled or past."""
    clinic, time = mine.clinic, mine.time
    status = "cancelled" if time.cancelled_at else "past" if time.ends_at <= now else "coming"
    cancel = _cancel_choice(mine, status)
    return BookingView(
        status=status,
        when=when(time, lang),
        note=_booking_note(time, status, lang),
        prepare=rich_view(time.prepare, lang),
        waits=t(lang, "citizen.steps.waits") if clinic.connected else "",
        result=time.result_text,
        unclear_href=addresses.outcome(lang, clinic.slug, mine.unsettled)
        if mine.unsettled and status == "coming"
        else "",
        cancel=cancel,
        cancel_text=_cancel_text(mine, cancel, lang),
        cancel_href=addresses.cancel(lang, clinic.slug, time.id),
        rebook_href=_rebook_href(mine, lang) if mine.rebookable and status == "coming" else "",
        newer_href=_newer_href(mine, lang),
        replaces=_before(mine, lang),
        request_href=addresses.request(lang, clinic.slug, CaseTypeKind.REQUEST_CHANGE, booking=time.id)
        if _must_ask(mine, cancel) and clinic.offers(CaseTypeKind.REQUEST_CHANGE)
        else "",
        again_href=addresses.time_types(lang, clinic.slug) if clinic.offers(CaseTypeKind.BOOK_DIRECT) else "",
        href=addresses.booking(lang, clinic.slug, time.id),
        calendar_href=addresses.calendar_file(lang, clinic.slug, time.id)
        if status != "past" and not time.replaced_by
        else "",
        phone=clinic.phone,
        phone_href=addresses.phone_link(clinic.phone),
    )


def booking_facts(mine: MyBooking, lang: Lang, *, briefly: bool = False, child: str = "") -> list[SummaryRow]:
    """Return what a booked time is, row by row; what was left blank is left out. Briefly: which one it is.

    ``child`` is whose it is, for who acts as their guardian.
    """
    which = {"citizen.check.whose": child, "citizen.check.time": when(mine.time, lang)} | _what(mine, lang)
    which["citizen.check.clinic"] = mine.clinic.name
    if briefly:
        return _rows(which, lang)
    answers = [
        SummaryRow(one.question.in_language(lang), one.answer.in_language(lang)) for one in mine.time.answers
    ]
    return [*_rows(which, lang), *_how(mine, lang), *_rows(_said(mine, lang), lang), *answers]


def _what(mine: MyBooking, lang: Lang) -> dict[str, str]:
    time = mine.time
    return {
        "citizen.check.visit": listed(time.time_type.in_language(lang), form(time.visit_form, lang)),
        "citizen.check.performer": time.performer,
        "citizen.invitation.badge": t(lang, "citizen.invitation.booked") if time.invited else "",
    }


def _how(mine: MyBooking, lang: Lang) -> list[SummaryRow]:
    """Return where one comes, connects or is called, and the clinic's number."""
    clinic, time = mine.clinic, mine.time
    number = SummaryRow(
        t(lang, "citizen.booking.phone"), clinic.phone, href=addresses.phone_link(clinic.phone)
    )
    if time.visit_form == VisitForm.VIDEO:
        link = time.video_url or t(lang, "citizen.booking.video_by_clinic")
        return [SummaryRow(t(lang, "citizen.booking.video"), link, href=time.video_url), number]
    if time.visit_form == VisitForm.PHONE:
        return [SummaryRow(t(lang, "citizen.booking.called_on"), phone_text(time.phone or "")), number]
    place = f"{clinic.street}, {clinic.postal_code} {clinic.city}"
    whose = "address" if time.visit_form else "clinic_address"
    return [SummaryRow(t(lang, f"citizen.booking.{whose}"), place), number]


def _said(mine: MyBooking, lang: Lang) -> dict[str, str]:
    time = mine.time
    return {
        "citizen.check.reason": time.reason,
        "citizen.check.interpreter": language(time.interpreter, lang),
        "citizen.check.access": time.access_needs,
    }


def _rows(facts: dict[str, str], lang: Lang) -> list[SummaryRow]:
    return [SummaryRow(t(lang, key), value) for key, value in facts.items() if value]


def _rebook_href(mine: MyBooking, lang: Lang) -> str:
    rebooks = OldBooking(mine.clinic.slug, mine.time.id)
    return addresses.step(lang, mine.clinic.slug, mine.time.time_type_id, rebooks=rebooks)


def _newer_href(mine: MyBooking, lang: Lang) -> str:
    newer = mine.time.replaced_by
    return addresses.booking(lang, mine.newer_at.slug, newer.id) if newer and mine.newer_at else ""


def _before(mine: MyBooking, lang: Lang) -> str:
    """Return the time that was exchanged for this one, and where it was, if not here."""
    old = mine.replaces
    if old is None:
        return moment_text(mine.time.was_at, lang) if mine.time.was_at else ""
    moment = when(old.time, lang)
    return moment if old.clinic == mine.clinic else f"{moment}, {old.clinic.name}"


def _cancel_choice(mine: MyBooking, status: str) -> str:
    if status != "coming" or mine.unsettled:
        return "no"
    if not mine.manageable:
        return "closed"
    if mine.cancellable:
        return "yes"
    return "late" if mine.time.cancel_until else "never"


def _must_ask(mine: MyBooking, cancel: str) -> bool:
    """Whether only the clinic can change it, and not because it is too late."""
    return cancel == "closed" or (cancel == "never" and not mine.rebookable)


def _cancel_text(mine: MyBooking, cancel: str, lang: Lang) -> str:
    until = mine.time.cancel_until
    keys = {
        "yes": f"{'change' if mine.rebookable else 'cancel'}_{'until' if until else 'now'}",
        "late": "too_late",
        "never": "rebook_now" if mine.rebookable else "never",
        "closed": "call_to_cancel",
    }
    key = keys.get(cancel)
    deadline = moment_text(until, lang) if until else ""
    return t(lang, f"citizen.booking.{key}", deadline=deadline, phone=mine.clinic.phone) if key else ""


def _booking_note(time: BookedTime, status: str, lang: Lang) -> str:
    if time.replaced_by:
        return t(lang, "citizen.rebook.was_changed", when=when(time, lang))
    if status == "cancelled" and time.cancelled_at:
        day, clock = format_day(lang, time.cancelled_at), format_time(lang, time.cancelled_at)
        return t(lang, "citizen.booking.cancelled_on", day=day, time=clock)
    if status == "past":
        return t(lang, "citizen.booking.past_body", when=when(time, lang))
    return ""
