"""Addresses of the residents' pages, in the language of the visitor. Nothing personal stands in them."""

from functools import partial
from urllib.parse import quote as quote_path
from urllib.parse import urlencode

from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.i18n import Lang, path
from webtidbok_app.services.time_types import OldBooking

quote = partial(quote_path, safe="")


def clinic_page(lang: Lang, clinic: str) -> str:
    """Return the clinic's public page."""
    return path(lang, f"/mottagning/{quote(clinic)}")


def with_query(address: str, **parameters: str) -> str:
    """Return the address with the parameters that are not empty, after those that it has."""
    given = {name: value for name, value in parameters.items() if value}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(given)}" if given else address


def clinics(lang: Lang, *, words: str = "", region: str = "") -> str:
    """Return the search for clinics."""
    return with_query(path(lang, "/mottagningar"), sok=words, region=region)


def compare(lang: Lang, *, words: str = "", region: str = "", order: str = "") -> str:
    """Return the comparison of next free times."""
    return with_query(path(lang, "/lediga-tider"), sok=words, region=region, ordning=order)


def time_types(lang: Lang, clinic: str) -> str:
    """Return the choice of what the visit is about."""
    return path(lang, f"/boka/{quote(clinic)}")


LEFT = "fran"
"""The parameter that names the clinic where the booking stands that is to be moved to another."""
ENTERED = "till"
"""The parameter that names that other clinic, where one comes by the terms of the first."""


def step(
    lang: Lang, clinic: str, time_type: str, name: str = "", *, rebooks: OldBooking | None = None
) -> str:
    """Return a step of the booking: the times, or ``villkor``, ``uppgifter``, ``kontrollera``.

    For a booking that it ``rebooks`` the clinic's terms are those for changing; at another clinic, for booking there.
    """
    end = f"/{name}" if name else ""
    if rebooks is None:
        return path(lang, f"/boka/{quote(clinic)}/{quote(time_type)}{end}")
    at_home = rebooks.clinic == clinic
    if name == "villkor" and at_home:
        return terms_to_leave(lang, clinic, time_type, rebooks)
    address = path(lang, f"/omboka/{quote(clinic)}/{quote(time_type)}/{quote(rebooks.id)}{end}")
    return address if at_home else with_query(address, **{LEFT: rebooks.clinic})


def terms_to_leave(lang: Lang, clinic: str, time_type: str, rebooks: OldBooking) -> str:
    """Return the terms for changing the booking, of the clinic where it stands, on the way to a time at ``clinic``."""
    there = "" if rebooks.clinic == clinic else clinic
    where = {"omboka": rebooks.id, "typ": time_type, ENTERED: there}
    return with_query(my_terms(lang, rebooks.clinic), **where)


def booking(lang: Lang, clinic: str, booking_id: str) -> str:
    """Return a booked time's own page, which keeps."""
    return path(lang, f"/bokning/{quote(clinic)}/{quote(booking_id)}")


def cancel(lang: Lang, clinic: str, booking_id: str) -> str:
    """Return the page that asks whether the booking is to be cancelled."""
    return f"{booking(lang, clinic, booking_id)}/avboka"


def calendar_file(lang: Lang, clinic: str, booking_id: str) -> str:
    """Return the booking as a file for a calendar; not a page."""
    return f"{booking(lang, clinic, booking_id)}/kalender.ics"


def my_times(lang: Lang, clinic: str = "") -> str:
    """Return Mina tidsbokningar, at one clinic or all."""
    return path(lang, f"/mina-tider/{quote(clinic)}" if clinic else "/mina-tider")


def outcome(lang: Lang, clinic: str, write: object) -> str:
    """Return the page of a change whose answer was lost, which tells what is known of it."""
    return f"{my_times(lang, clinic)}/oklart/{quote(str(write))}"


def my_terms(lang: Lang, clinic: str) -> str:
    """Return the clinic's terms for seeing and cancelling times."""
    return f"{my_times(lang, clinic)}/villkor"


_REQUESTS = {CaseTypeKind.REQUEST: "bestall", CaseTypeKind.REQUEST_CHANGE: "andra"}


def request(
    lang: Lang, clinic: str, kind: CaseTypeKind, name: str = "", *, time_type: str = "", booking: str = ""
) -> str:
    """Return a request's form, or its step ``kontrollera``.

    ``time_type`` is what there was no free time for, ``booking`` the booked time that is to be changed.
    """
    end = f"/{name}" if name else ""
    return with_query(path(lang, f"/{_REQUESTS[kind]}/{quote(clinic)}{end}"), typ=time_type, tid=booking)


def case(lang: Lang, clinic: str, case_id: str) -> str:
    """Return a case's own page."""
    return path(lang, f"/arenden/{quote(clinic)}/{quote(case_id)}")


def watch_form(lang: Lang, clinic: str, time_type: str) -> str:
    """Return the form to watch for a time with."""
    return path(lang, f"/bevaka/{quote(clinic)}/{quote(time_type)}")


def watch(lang: Lang, clinic: str, watch_id: str) -> str:
    """Return a watch's own page."""
    return path(lang, f"/bevakningar/{quote(clinic)}/{quote(watch_id)}")


WATCHES, OF_TYPE = "bevaka", "typ"
"""The parameters that name what is to be watched, for who chooses how to be told first."""


def messages(lang: Lang, *, clinic: str = "", time_type: str = "", **wishes: str) -> str:
    """Return the choice of messages, from where one comes back to the watch of the time type, if there is one."""
    return with_query(path(lang, "/meddelanden"), **{WATCHES: clinic, OF_TYPE: time_type, **wishes})


def phone_link(number: str) -> str:
    """Return ``number`` as a link that calls it."""
    return "tel:" + "".join(sign for sign in number if sign.isdigit() or sign == "+")


STAFF_CASE_TYPES = {
    "boka-tid": CaseTypeKind.BOOK_DIRECT,
    "mina-tidsbokningar": CaseTypeKind.MANAGE_DIRECT,
    "bestalla-tid": CaseTypeKind.REQUEST,
    "andra-tid": CaseTypeKind.REQUEST_CHANGE,
}
"""The case types, by what they are called in the addresses of the staff's pages about texts and terms."""
REGION_NOTICE = "/personal/hela-tjansten"
"""The notice and the stop for the whole service."""


def staff_notice(time_type: str = "", *, stop: bool = False) -> str:
    """Return the notice of the clinic or of its time type, or the step that stops booking there."""
    return with_query(f"/personal/driftmeddelande{'/stoppa' if stop else ''}", tidstyp=time_type)
