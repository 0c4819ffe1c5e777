"""Requests and the cases that they become, in words."""

from webtidbok_app.domain import clock
from webtidbok_app.domain.request import Author, CaseStatus, OfferStatus
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.i18n import Lang, format_day, format_span, t, tn
from webtidbok_app.journal.port import BookedTime
from webtidbok_app.services.cases import Asked, CaseInfo, CaseMessage, HeldTime, OfferInfo
from webtidbok_app.services.clinics import ClinicInfo
from webtidbok_app.services.my_cases import CaseRow, MyCase
from webtidbok_app.services.requests import RequestForm
from webtidbok_app.state import addresses
from webtidbok_app.state.present.rich import rich_view
from webtidbok_app.state.present.steps import language
from webtidbok_app.state.present.words import moment_text, phone_text, when
from webtidbok_app.state.resident_views import CaseView, ErrandRow, MessageView, OfferView, RequestView
from webtidbok_app.state.views import NO_WORDS, Choice, SummaryRow

_AREA = {CaseTypeKind.REQUEST: "request", CaseTypeKind.REQUEST_CHANGE: "change"}
OTHER = "other"
"""The choice of a booked time that is not in the list."""


def request_view(form: RequestForm, lang: Lang) -> RequestView:
    """Return the request as far as it is written."""
    clinic = form.clinic
    texts = clinic.case_type(form.kind)
    return RequestView(
        caption=_caption(form, lang),
        about=rich_view(texts.text, lang) if texts else NO_WORDS,
        not_here=rich_view(texts.not_here, lang) if texts else NO_WORDS,
        care_info=rich_view(texts.care_info, lang) if texts else NO_WORDS,
        intro=t(lang, f"requests.{_AREA[form.kind]}.intro", clinic=clinic.name, days=_days(clinic, lang)),
        back=addresses.clinic_page(lang, clinic.slug),
        times=_time_choices(form.times, lang),
        times_unknown=t(lang, "requests.change.times_unknown") if form.times_unknown else "",
        booking=form.booking_id or (OTHER if form.which else ""),
        which=form.which,
        wish=form.wish or "",
        reason=form.reason,
        can_come=form.can_come,
        contact=form.contact or "",
        phone=phone_text(form.phone),
    )


_CAME_ALONG = frozenset({"interpreter", "access"})
"""What is not asked in a request, but said in a booking before it."""


def check_rows(form: RequestForm, lang: Lang) -> list[SummaryRow]:
    """Return what is about to be sent, each answer with the way to change it."""
    booked = next((time for time in form.times if time.id == form.booking_id), None)
    to_form = addresses.request(lang, form.clinic.slug, form.kind)
    answers = [(name, text) for name, text in _answers(form, lang, kind=form.kind) if text]
    rows = [SummaryRow(t(lang, "requests.check.clinic"), form.clinic.name)]
    if booked:
        rows.append(_to_change("time", _booked_text(booked, lang), to_form, lang))
    elif form.time_type.sv and form.kind == CaseTypeKind.REQUEST:
        rows.append(SummaryRow(t(lang, "requests.check.visit"), form.time_type.in_language(lang)))
    return [
        *rows,
        *(
            SummaryRow(t(lang, f"requests.check.{name}"), text)
            if name in _CAME_ALONG
            else _to_change(name, text, to_form, lang)
            for name, text in answers
        ),
    ]


def asked_rows(case: CaseInfo, lang: Lang, *, area: str = "requests.check") -> list[SummaryRow]:
    """Return what was asked for; what was left blank is left out. ``area`` has the terms, for residents or staff."""
    asked = case.asked
    start = moment_text(asked.starts_at, lang) if asked.starts_at else ""
    visit = asked.time_type.in_language(lang) if asked.time_type.sv else ""
    rows = [("time", start), ("visit", visit), *_answers(asked, lang, kind=case.kind, area=area)]
    return [SummaryRow(t(lang, f"{area}.{name}"), text) for name, text in rows if text]


def case_row(row: CaseRow, lang: Lang) -> ErrandRow:
    """Return a case for the list of one's own."""
    return ErrandRow(
        href=addresses.case(lang, row.clinic_slug, row.id),
        title=f"{t(lang, f'public.clinic.{row.kind}.title')}, {row.clinic}",
        about=t(lang, "requests.list.about", number=row.number, day=format_day(lang, row.sent_at)),
        badge=t(lang, "requests.status.held", until=moment_text(row.held_until, lang))
        if row.held_until
        else t(lang, f"requests.status.{row.status}"),
        news=row.status == CaseStatus.ANSWERED,
    )


def case_view(mine: MyCase, lang: Lang) -> CaseView:
    """Return a case as its resident sees it."""
    case, clinic = mine.case, mine.clinic
    offer, news = offer_view(case.offer, lang, clinic=clinic.slug), _news(case)
    return CaseView(
        title=t(lang, f"requests.case.{news}.title"),
        caption=t(lang, "requests.case.caption", number=case.number, clinic=clinic.name),
        body=t(lang, f"requests.case.{news}.body", days=_days(clinic, lang)),
        sent=news == CaseStatus.SENT,
        ended=case.ended,
        asked=asked_rows(case, lang),
        messages=[_message(message, clinic, lang) for message in case.messages],
        offer=offer,
        exchanges=mine.exchanges,
        unsent=mine.unsent if case.ended else "",
        phone=clinic.phone,
        phone_href=addresses.phone_link(clinic.phone),
    )


def offer_view(offer: OfferInfo | None, lang: Lang, *, clinic: str = "") -> OfferView:
    """Return the times that are or were held. ``clinic`` (its slug) is told for those who can follow the booking."""
    if offer is None:
        return OfferView()
    stands = offer.stands(clock.now())
    news = "run_out" if offer.status == OfferStatus.OPEN and not stands else offer.status
    taken = next((time for time in offer.times if time.id == offer.booking_id), None)
    return OfferView(
        until=t(lang, "requests.offer.until", until=moment_text(offer.stands_until, lang)),
        stands=stands,
        times=[
            Choice(
                time.id,
                _held_text(time, lang),
                t(lang, "requests.offer.take_name", when=_held_text(time, lang)),
            )
            for time in offer.times
        ],
        news=""
        if stands
        else t(lang, f"requests.offer.news.{news}", when=_held_text(taken, lang) if taken else ""),
        booked_href=addresses.booking(lang, clinic, offer.booking_id) if clinic and offer.booking_id else "",
    )


def _held_text(time: HeldTime, lang: Lang) -> str:
    span = format_span(lang, time.starts_at, time.ends_at)
    when = t(lang, "citizen.time.in_day", day=format_day(lang, time.starts_at), time=span)
    return ", ".join(part for part in (when, time.time_type.in_language(lang), time.performer) if part)


def _news(case: CaseInfo) -> str:
    """Return what the page is about just now: the newest thing that has happened in the case."""
    if case.status == CaseStatus.CLOSED and case.offer and case.offer.booking_id:
        return "booked"
    if case.offer and case.offer.stands(clock.now()):
        return "offered"
    return "more" if case.status == CaseStatus.SENT and case.messages else case.status


def _message(message: CaseMessage, clinic: ClinicInfo, lang: Lang) -> MessageView:
    own = message.author == Author.RESIDENT
    who = (
        t(lang, "requests.case.you")
        if own
        else t(lang, "requests.case.staff", name=message.staff_name, clinic=clinic.name)
    )
    return MessageView(message.id, who, moment_text(message.at, lang), message_text(message, lang), own=own)


def message_text(message: CaseMessage, lang: Lang) -> str:
    """Return what was written; an offer without words says what it is."""
    return message.text or t(lang, "requests.offer.said")


def _caption(form: RequestForm, lang: Lang) -> str:
    if not form.time_type.sv or form.kind != CaseTypeKind.REQUEST:
        return form.clinic.name
    time_type = form.time_type.in_language(lang)
    return t(lang, "requests.request.caption", clinic=form.clinic.name, time_type=time_type)


def _days(clinic: ClinicInfo, lang: Lang) -> str:
    return tn(lang, "requests.days", clinic.answer_days)


def _time_choices(times: tuple[BookedTime, ...], lang: Lang) -> list[Choice]:
    if not times:
        return []
    other = Choice(OTHER, t(lang, "requests.change.other_time"))
    return [*(Choice(time.id, _booked_text(time, lang)) for time in times), other]


def _booked_text(time: BookedTime, lang: Lang) -> str:
    return f"{when(time, lang)}, {time.time_type.in_language(lang)}"


def _answers(
    said: RequestForm | Asked, lang: Lang, *, kind: CaseTypeKind, area: str = "requests.check"
) -> list[tuple[str, str]]:
    return [
        ("which", said.which),
        ("wish", t(lang, f"requests.change.wishes.{said.wish}") if said.wish else ""),
        ("reason" if kind == CaseTypeKind.REQUEST else "more", said.reason),
        ("can_come", said.can_come),
        ("contact", t(lang, f"{area}.contacts.{said.contact}") if said.contact else ""),
        ("phone", phone_text(said.phone)),
        ("interpreter", language(said.interpreter, lang)),
        ("access", said.access_needs),
    ]


def _to_change(name: str, text: str, href: str, lang: Lang) -> SummaryRow:
    term = t(lang, f"requests.check.{name}")
    return SummaryRow(term, text, href, f"{t(lang, 'requests.check.change')}: {term}")
