"""The public and the residents' pages: address, builder, key of the title, and what runs when one comes there.

Each is built in Swedish and, under /en, in English. The staff's are in ``pages.staff.routes``.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import reflex as rx

from webtidbok_app.i18n import Lang
from webtidbok_app.pages.citizen import (
    booking,
    cancel,
    case,
    cases,
    check,
    clinic_times,
    compare,
    details,
    messages,
    my_times,
    ombud,
    outcome,
    request,
    terms,
    time_types,
    times,
    watch,
)
from webtidbok_app.pages.public import (
    accessibility,
    clinic,
    clinics,
    cookies,
    help,  # noqa: A004  the page's name
    login,
    not_found,
    privacy,
    start,
)
from webtidbok_app.state.bookings import BookingState, ClinicTimesState, MyTimesState
from webtidbok_app.state.cases import CaseListState, CaseState
from webtidbok_app.state.check import CheckState
from webtidbok_app.state.clinics import ClinicListState, ClinicState
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.compare import CompareState
from webtidbok_app.state.details import DetailsState
from webtidbok_app.state.flow import FlowState
from webtidbok_app.state.messages import MessagesState
from webtidbok_app.state.ombud import OmbudState
from webtidbok_app.state.outcomes import OutcomeListState, OutcomeState
from webtidbok_app.state.requests import RequestCheckState, RequestState
from webtidbok_app.state.terms import TermsState
from webtidbok_app.state.time_types import TimeTypesState
from webtidbok_app.state.times import TimesState
from webtidbok_app.state.watches import WatchFormState, WatchState


class Route(NamedTuple):
    """A page to add to the app, in every language."""

    address: str
    builder: Callable[[Lang], rx.Component]
    title_key: str
    on_load: list[object]


def _outside(
    address: str, builder: Callable[[Lang], rx.Component], title_key: str, *on_load: object
) -> Route:
    """Return a page where a booking that was under way is left, and its time let go."""
    return _route(address, builder, title_key, FlowState.leave, *on_load)


def _route(address: str, builder: Callable[[Lang], rx.Component], title_key: str, *on_load: object) -> Route:
    return Route(address, builder, title_key, [SessionState.load, *on_load])


def _of_bookings(builder: Callable[..., rx.Component]) -> Callable[[Lang], rx.Component]:
    """Return a page of the way to a booking as one about the resident's own, and marked so in the navigation."""
    return partial(builder, current="bookings")


STEP = "/boka/[clinic]/[time_type]"
REBOOKING = "/omboka/[clinic]/[time_type]/[booking]"
BOOKING = "/bokning/[clinic]/[booking]"
MY_TERMS = "/mina-tider/[clinic]/villkor"
OUTCOME = "/mina-tider/[clinic]/oklart/[write]"
WATCH = "/bevakningar/[clinic]/[watch]"
"""No booking is left there: who has taken the time that was offered may look, and go on."""
ROUTES = [
    _outside("/", start.page, "public.start.title", OutcomeListState.load),
    _outside("/mottagningar", clinics.page, "public.clinics.title", ClinicListState.load),
    _outside("/mottagning/[clinic]", clinic.page, "public.clinic.title", ClinicState.load),
    _outside("/lediga-tider", compare.page, "citizen.compare.title", CompareState.load),
    Route(login.ROUTE, login.page, login.TITLE, [*login.ON_LOAD]),
    _outside("/boka/[clinic]", time_types.page, "citizen.types.title", TimeTypesState.load),
    _route(STEP, times.page, "citizen.time.title", TimesState.load, TimesState.watch),
    _route(f"{STEP}/villkor", terms.booking_page, "citizen.terms.title", TermsState.load_for_booking),
    _route(f"{STEP}/uppgifter", details.page, "citizen.details.title", DetailsState.load),
    _route(f"{STEP}/kontrollera", check.page, "citizen.check.title", CheckState.load),
    _route(REBOOKING, _of_bookings(times.page), "citizen.rebook.title", TimesState.load, TimesState.watch),
    _route(
        f"{REBOOKING}/villkor",
        _of_bookings(terms.booking_page),
        "citizen.terms.title",
        TermsState.load_for_booking,
    ),
    _route(f"{REBOOKING}/kontrollera", check.rebook_page, "citizen.rebook.check_title", CheckState.load),
    _route(BOOKING, booking.page, "citizen.booking.title", BookingState.load),
    _route(f"{BOOKING}/avboka", cancel.page, "citizen.cancel.title", BookingState.load_for_cancelling),
    _outside("/mina-tider", my_times.page, "citizen.mine.title", OutcomeListState.load, MyTimesState.load),
    _outside(OUTCOME, outcome.page, "outcomes.title", OutcomeState.load, OutcomeState.follow),
    _outside("/mina-tider/[clinic]", clinic_times.page, "citizen.mine.at_clinic", ClinicTimesState.load),
    _route(MY_TERMS, terms.my_times_page, "citizen.terms.title_manage", TermsState.load_for_my_times),
    _outside("/meddelanden", messages.page, "citizen.messages.title", MessagesState.load),
    _outside("/bestall/[clinic]", request.request_page, "requests.request.title", RequestState.load),
    _outside(
        "/bestall/[clinic]/kontrollera", request.check_page, "requests.check.title", RequestCheckState.load
    ),
    _outside("/andra/[clinic]", request.change_page, "requests.change.title", RequestState.load),
    _outside(
        "/andra/[clinic]/kontrollera",
        _of_bookings(request.check_page),
        "requests.check.title",
        RequestCheckState.load,
    ),
    _outside("/arenden", cases.page, "requests.list.title", CaseListState.load),
    _outside("/arenden/[clinic]/[case]", case.page, "requests.case.title", CaseState.load, CaseState.watch),
    _outside("/bevaka/[clinic]/[time_type]", watch.form_page, "watches.form.title", WatchFormState.load),
    _route(WATCH, watch.watch_page, "watches.watch.title", WatchState.load, WatchState.follow),
    _outside("/ombud", ombud.page, "ombud.title", OmbudState.load),
    _route("/hjalp", help.page, "public.help.title"),
    _route("/tillganglighet", accessibility.page, "public.accessibility.title"),
    _route("/personuppgifter", privacy.page, "public.privacy.title"),
    _route("/kakor", cookies.page, "public.cookies.title"),
]
NOT_FOUND = Route("404", not_found.page, not_found.TITLE, [])
