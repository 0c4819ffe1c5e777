"""Clinics and what can be booked at them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import cast

from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import AgeOutside, BookingStopped, WebtidbokError
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.i18n import Lang, format_day, format_day_span, t, tn
from webtidbok_app.journal.port import Text, TimeTypeInfo
from webtidbok_app.services.booking import Progress
from webtidbok_app.services.clinics import CaseTypeInfo, ClinicInfo, RegionInfo
from webtidbok_app.services.free_times import ANYTHING, Offered, Wish
from webtidbok_app.services.requests import KINDS
from webtidbok_app.services.time_types import OldBooking
from webtidbok_app.state import addresses
from webtidbok_app.state.present.rich import rich_view
from webtidbok_app.state.present.rules import age_text, next_release_text
from webtidbok_app.state.present.steps import rebooks_of
from webtidbok_app.state.present.wishes import PART, PERFORMER
from webtidbok_app.state.present.words import form, length, listed
from webtidbok_app.state.resident_views import CaseTypeView, ClinicRow, ClinicView, NoTimesView, TimeTypeView
from webtidbok_app.state.views import NO_WORDS, Choice


def clinic_row(clinic: ClinicInfo, lang: Lang) -> ClinicRow:
    """Return a clinic as one among those found."""
    return ClinicRow(
        href=addresses.clinic_page(lang, clinic.slug),
        name=clinic.name,
        kind=clinic.kind.in_language(lang),
        place=f"{clinic.street}, {clinic.city}",
    )


def found_text(count: int, lang: Lang, *, words: str, region: str = "", only_near: bool = False) -> str:
    """Return "2 mottagningar för ”lind” i Region Mellanbygd", or that none is called so but some nearly."""
    if only_near:
        return t(lang, "public.clinics.only_near", words=words)
    key = "public.clinics.found_for" if words else "public.clinics.found"
    found = tn(lang, key, count, words=words)
    return t(lang, "public.clinics.found_in", found=found, region=region) if region else found


def region_choices(regions: Iterable[RegionInfo]) -> list[Choice]:
    """Return the regions to choose among."""
    return [Choice(region.slug, region.name) for region in regions]


def name_of_region(regions: Iterable[RegionInfo], slug: str) -> str:
    """Return the region's name, or an empty string for a region that is not there."""
    return next((region.name for region in regions if region.slug == slug), "")


def clinic_view(clinic: ClinicInfo, lang: Lang) -> ClinicView:
    """Return a clinic's own page, with the case types in the order that they are used."""
    closed = clinic.stop is not None
    book = clinic.case_type(CaseTypeKind.BOOK_DIRECT)
    hrefs = {
        CaseTypeKind.BOOK_DIRECT: addresses.time_types(lang, clinic.slug),
        CaseTypeKind.MANAGE_DIRECT: addresses.my_times(lang, clinic.slug),
    } | {kind: addresses.request(lang, clinic.slug, kind) for kind in KINDS}
    return ClinicView(
        name=clinic.name,
        href=addresses.clinic_page(lang, clinic.slug),
        kind=clinic.kind.in_language(lang),
        street=clinic.street,
        place=f"{clinic.postal_code} {clinic.city}",
        phone=clinic.phone,
        phone_href=addresses.phone_link(clinic.phone),
        for_children=not clinic.connected,
        hours=clinic.hours.in_language(lang),
        text=rich_view(clinic.text, lang),
        notice=rich_view(clinic.notice, lang),
        booking=rich_view(book.text, lang) if book else NO_WORDS,
        not_here=rich_view(book.not_here, lang) if book else NO_WORDS,
        case_types=[
            _case_type_view(found, hrefs[kind], lang, closed=closed and kind == CaseTypeKind.BOOK_DIRECT)
            for kind in CaseTypeKind
            if (found := clinic.case_type(kind))
        ],
    )


def closed_words(spans: Iterable[tuple[date, date]], lang: Lang) -> str:
    """Return "torsdag 3 december 2026, 10–12 december 2026" for the days from first to last."""
    return ", ".join(
        format_day(lang, first) if first == last else format_day_span(lang, first, last)
        for first, last in spans
    )


def _case_type_view(found: CaseTypeInfo, href: str, lang: Lang, *, closed: bool) -> CaseTypeView:
    usual = Text(t("sv", f"public.clinic.{found.kind}.text"), t("en", f"public.clinic.{found.kind}.text"))
    return CaseTypeView(
        href="" if closed else href,
        title=t(lang, f"public.clinic.{found.kind}.title"),
        text=rich_view(found.text if found.text.sv else usual, lang),
        closed=t(lang, "public.clinic.closed") if closed else "",
    )


def time_type_view(
    time_type: TimeTypeInfo, lang: Lang, *, clinic: str, refusal: WebtidbokError | None = None
) -> TimeTypeView:
    """Return a time type to choose, or why it cannot be chosen."""
    return TimeTypeView(
        id=time_type.id,
        href="" if refusal else addresses.step(lang, clinic, time_type.id),
        name=time_type.name.in_language(lang),
        facts=listed(length(time_type, lang), form(time_type.visit_form, lang)),
        audience=rich_view(time_type.audience, lang),
        not_here=rich_view(time_type.not_here, lang),
        notice=rich_view(time_type.notice, lang),
        refusal=refusal_text(refusal, lang) if refusal else "",
    )


def refusal_text(refusal: WebtidbokError, lang: Lang) -> str:
    """Return why the resident may not book, in words."""
    if isinstance(refusal, BookingStopped):
        return t(lang, "citizen.types.stopped", phone=refusal.facts["phone"])
    if not isinstance(refusal, AgeOutside):
        return t(lang, "citizen.types.invited")
    low, high = (cast("int | None", refusal.facts[name]) for name in ("min_age", "max_age"))
    return age_text(low, high, lang)


def _request_instead(progress: Progress, lang: Lang) -> str:
    """Return where to ask for a time, or for another than the booked one; empty where the clinic takes no requests."""
    clinic, old = progress.clinic, progress.replaces
    kind = CaseTypeKind.REQUEST_CHANGE if old else CaseTypeKind.REQUEST
    if old:  # the clinic that has the booking changes it
        asked = addresses.request(lang, old.clinic.slug, kind, booking=old.time.id)
        return asked if old.clinic.offers(kind) else ""
    if not clinic.offers(kind):
        return ""
    return addresses.request(lang, clinic.slug, kind, time_type=progress.time_type.id)


def watch_href(progress: Progress, wish: Wish, lang: Lang) -> str:
    """Return where to wait for a time as wished; empty where the timebook cannot hold one, or it is to be moved to."""
    clinic, old = progress.clinic, progress.replaces
    moves = old is not None and old.clinic != clinic  # what is waited for is a time of its own there
    if moves or not clinic.can_watch:
        return ""
    address = addresses.watch_form(lang, clinic.slug, progress.time_type.id)
    return addresses.with_query(address, **{PERFORMER: wish.performer_id, PART: wish.part or ""})


def no_times_view(
    progress: Progress, others: Iterable[Offered], elsewhere: Iterable[Offered], lang: Lang
) -> NoTimesView:
    """Return what to do when the time type has no free time: other visits here, and the same at other clinics."""
    clinic, name = progress.clinic, progress.time_type.name.in_language(lang)
    rebooks = rebooks_of(progress.replaces) if progress.replaces else None
    units = unit_views(elsewhere, lang, rebooks=rebooks)
    return NoTimesView(
        intro=t(lang, "citizen.none.intro", clinic=clinic.name, time_type=name),
        opens=next_release_text(progress.time_type.opening, lang, now=clock.now()),
        request_href=_request_instead(progress, lang),
        watch_href=watch_href(progress, ANYTHING, lang),
        compare_href=addresses.compare(lang, words=name) if units and not rebooks else "",
        others=[_offered(other, other.time_type.name.in_language(lang), lang) for other in others],
        elsewhere=units,
    )


def unit_views(
    others: Iterable[Offered], lang: Lang, *, rebooks: OldBooking | None = None
) -> list[TimeTypeView]:
    """Return other clinics with the same, to book at or to move the booking to that one ``rebooks``."""
    return [_unit(other, rebooks, lang) for other in others]


def _unit(other: Offered, rebooks: OldBooking | None, lang: Lang) -> TimeTypeView:
    """Return what is offered at another clinic, and where that is."""
    clinic, kind = other.clinic, other.time_type
    view = _offered(other, f"{clinic.name}, {kind.name.in_language(lang)}", lang)
    return replace(
        view,
        href=addresses.step(lang, clinic.slug, kind.id, rebooks=rebooks),
        facts=f"{clinic.street}, {clinic.city}. {view.facts}",
    )


def _offered(other: Offered, name: str, lang: Lang) -> TimeTypeView:
    """Return a time type with how many free times it has; who it is for is told on the way."""
    view = time_type_view(other.time_type, lang, clinic=other.clinic.slug)
    count = tn(lang, "citizen.none.count", other.count) if other.count else ""
    facts = ". ".join(part for part in (view.facts, count) if part)
    return replace(view, id=f"{other.clinic.slug}/{view.id}", name=name, facts=facts)
