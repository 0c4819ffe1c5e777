"""From what the services return to what residents' pages show: clinics, steps, bookings."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from webtidbok_app.domain.errors import AgeOutside, InvitedOnly, JournalUnavailable
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import CaseTypeKind, ReasonRule, VisitForm
from webtidbok_app.journal.port import BookedTime, BookingDetails, Hold, Text, TimeTypeInfo
from webtidbok_app.services.booking import Progress
from webtidbok_app.services.clinics import CaseTypeInfo, ClinicInfo, RegionInfo
from webtidbok_app.services.my_bookings import ClinicBookings, MyBooking
from webtidbok_app.state.present import bookings, clinics, steps, words

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
START = datetime(2026, 12, 3, 8, 20, tzinfo=UTC)
SLOT = Timeslot("a1", START, START + timedelta(minutes=20), VisitForm.ON_SITE, "Anna Berg")
HOLD = Hold("h1", SLOT, datetime(2026, 11, 23, 7, 10, tzinfo=UTC), "besok")
NURSE = TimeTypeInfo("sjukskoterska", Text("Sjuksköterska", "Nurse"), 20, VisitForm.ON_SITE)


def clinic(*kinds: CaseTypeKind) -> ClinicInfo:
    return ClinicInfo(
        id=UUID(int=1),
        slug="bjorken",
        hsa_id="SE2321000016-M001",
        name="Björken",
        kind=Text("Vårdcentral", "Health centre"),
        street="Storgatan 4",
        postal_code="921 04",
        city="Lindhamn",
        phone="0999-101 00",
        hours=Text("8–17"),
        text=Text(),
        notice=Text(),
        case_types=tuple(CaseTypeInfo(kind, Text()) for kind in kinds),
        journal_kind="standalone",
        region=RegionInfo("mellanbygd", "Region Mellanbygd"),
        care_provider="Mellanbygds vård",
        answer_days=2,
        can_watch=True,
        message_name=Text(),
    )


def progress(**changes: object) -> Progress:
    facts = {
        "clinic": clinic(),
        "time_type": NURSE,
        "single_type": False,
        "terms": None,
        "hold": HOLD,
        "details": BookingDetails(phone="0701740605"),
        "details_done": False,
        "overlapping": [],
        "booked_id": None,
    }
    return Progress(**{**facts, **changes})


def booked(**changes: object) -> BookedTime:
    facts = {
        "id": "b1",
        "starts_at": START,
        "ends_at": START + timedelta(minutes=20),
        "visit_form": VisitForm.VIDEO,
        "time_type": Text("Läkare"),
        "performer": "Omar Lind",
        "prepare": Text(),
        "cancel_allowed": True,
        "rebook_allowed": True,
        "cancel_until": START - timedelta(hours=24),
    }
    return BookedTime(**{**facts, **changes})


def my_booking(
    time: BookedTime | None = None, *kinds: CaseTypeKind, manageable: bool = True, **can: object
) -> MyBooking:
    of = time or booked()
    facts = {"cancellable": manageable and of.cancel_allowed, "rebookable": manageable and of.rebook_allowed}
    return MyBooking(clinic(*kinds), of, manageable, terms_needed=False, **{**facts, **can})


def test_case_types__stand_in_one_order_with_their_official_names() -> None:
    shown = clinics.clinic_view(clinic(*reversed(CaseTypeKind)), "sv").case_types
    assert [(case_type.title, case_type.href) for case_type in shown] == [
        ("Boka tid direkt", "/boka/bjorken"),
        ("Av/omboka tid direkt (Mina tidsbokningar)", "/mina-tider/bjorken"),
        ("Beställa tid", "/bestall/bjorken"),
        ("Av/omboka tid", "/andra/bjorken"),
    ]


def test_case_types__that_are_off__are_left_out() -> None:
    shown = clinics.clinic_view(clinic(CaseTypeKind.REQUEST), "en").case_types
    assert [case_type.href for case_type in shown] == ["/en/bestall/bjorken"]


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (InvitedOnly(), "Det är bara för dig som har fått en kallelse."),
        (AgeOutside(min_age=18, max_age=None), "Det är för dig som är 18 år eller äldre."),
        (AgeOutside(min_age=None, max_age=17), "Det är för dig som är högst 17 år."),
        (AgeOutside(min_age=3, max_age=5), "Det är för dig som är 3–5 år."),
        (AgeOutside(min_age=40, max_age=40), "Det är för dig som är 40 år."),
    ],
)
def test_time_type__that_may_not_be_booked__says_why_and_leads_nowhere(refusal, said) -> None:
    shown = clinics.time_type_view(NURSE, "sv", clinic="bjorken", refusal=refusal)
    assert (shown.refusal, shown.href) == (said, "")


def test_time_type__in_english__leads_to_english_times() -> None:
    shown = clinics.time_type_view(NURSE, "en", clinic="bjorken")
    assert (shown.name, shown.facts) == ("Nurse", "20 minutes, at the clinic")
    assert shown.href == "/en/boka/bjorken/sjukskoterska"


def test_address__with_odd_signs__cannot_leave_its_place() -> None:
    shown = clinics.time_type_view(
        TimeTypeInfo("a/../b?c", Text("x"), 20, VisitForm.PHONE), "sv", clinic="bjorken"
    )
    assert shown.href == "/boka/bjorken/a%2F..%2Fb%3Fc"


def test_step__goes_back_past_a_choice_that_is_none() -> None:
    assert steps.step_view(progress(), "sv").back == "/boka/bjorken"
    assert steps.step_view(progress(single_type=True), "sv").back == "/mottagning/bjorken"


def test_step__of_a_time_booked_already__leads_to_the_booking() -> None:
    again = steps.step_view(progress(hold=None, booked_id="b1"), "sv")
    assert again.booked_href == "/bokning/bjorken/b1"
    assert steps.step_view(progress(booked_id="b1"), "sv").booked_href == ""


def test_chosen_time__says_until_when_on_swedish_clocks() -> None:
    chosen = steps.chosen_view(HOLD, "sv", href="/x")
    assert chosen.text == "torsdag 3 december 2026, kl.\u00a09.20"
    assert chosen.until == "Tiden är reserverad för dig till kl.\u00a08.10."


def test_check__leaves_out_what_is_not_asked__and_changes_what_can_be() -> None:
    rows = {row.term: row for row in steps.check_rows(progress(), HOLD, "sv")}
    assert "Varför du söker" not in rows
    assert rows["Tid"].value == "torsdag 3 december 2026, kl.\u00a09.20–9.40"
    assert (rows["Tid"].change_href, rows["Tid"].change_label) == ("/boka/bjorken/sjukskoterska", "Ändra tid")
    assert rows["Telefonnummer"].value == "070-174 06 05"
    assert rows["Telefonnummer"].change_href == "/boka/bjorken/sjukskoterska/uppgifter"
    assert (rows["E-post"].value, rows["Tolk"].value) == ("", "Nej")
    assert rows["Mottagning"].change_href == ""


def test_check__of_the_only_time_type__shows_it_without_a_way_to_change_it() -> None:
    rows = {row.term: row for row in steps.check_rows(progress(single_type=True), HOLD, "sv")}
    assert rows["Besök"].value == "Sjuksköterska, på plats"
    assert rows["Besök"].change_href == ""


def test_check__shows_the_reason_where_it_is_asked() -> None:
    asked = TimeTypeInfo("x", Text("X"), 20, VisitForm.ON_SITE, reason=ReasonRule.OPTIONAL)
    details = BookingDetails(reason="Ont i knät", interpreter="Arabiska")
    rows = {
        row.term: row.value
        for row in steps.check_rows(progress(time_type=asked, details=details), HOLD, "en")
    }
    assert rows["Why you want the visit"] == "Ont i knät"
    assert rows["Interpreter"] == "Arabic"


def test_details__point_out_a_time_of_ones_own_that_overlaps() -> None:
    shown = steps.details_view(progress(overlapping=[booked()]), "sv")
    assert shown.overlapping == ["torsdag 3 december 2026, kl.\u00a09.20–9.40, Björken, Läkare."]


def test_languages__are_kept_in_swedish__whatever_the_page_says() -> None:
    values = {choice.label: choice.value for choice in steps.languages("en")}
    assert values["Arabic"] == "Arabiska"
    assert steps.is_language("Arabiska")
    assert not steps.is_language("Arabic")
    assert not steps.is_language(values["No, I do not need an interpreter"])


@pytest.mark.parametrize(
    ("kept", "shown"),
    [("0701740605", "070-174 06 05"), ("+46701740605", "+46701740605"), ("099910100", "099910100"), ("", "")],
)
def test_phone__is_grouped_when_it_is_a_swedish_mobile(kept: str, shown: str) -> None:
    assert words.phone_text(kept) == shown


def test_field_problems__come_in_the_order_of_the_page() -> None:
    problems = words.field_problems(
        {"phone": "phone_missing", "reason": "reason_missing"}, "sv", order=("reason", "phone", "email")
    )
    assert [(problem.field, problem.text) for problem in problems] == [
        ("reason", "Skriv varför du söker"),
        ("phone", "Skriv ditt telefonnummer"),
    ]


def test_overview__is_in_order_of_time__and_says_only_when_and_where() -> None:
    managed = clinic(CaseTypeKind.MANAGE_DIRECT)
    here = {"visit_form": VisitForm.ON_SITE}
    later, sooner = booked(id="late", starts_at=START + timedelta(days=2), **here), booked(id="soon", **here)
    rows = bookings.overview_rows(
        [ClinicBookings(managed, [later]), ClinicBookings(clinic(), [sooner])], "sv"
    )
    assert [row.id for row in rows] == ["soon", "late"]
    assert [row.href for row in rows] == ["/bokning/bjorken/soon", "/mina-tider/bjorken"]
    assert {row.what for row in rows} == {"Storgatan 4, Lindhamn"}


@pytest.mark.parametrize(
    ("visit_form", "where"),
    [(VisitForm.VIDEO, "På video"), (VisitForm.PHONE, "På telefon: mottagningen ringer dig")],
)
def test_overview__sends_nobody_to_the_clinic_for_a_time_at_home(visit_form: VisitForm, where: str) -> None:
    [row] = bookings.overview_rows([ClinicBookings(clinic(), [booked(visit_form=visit_form)])], "sv")
    assert row.what == where


def test_overview__tells_of_a_clinic_that_does_not_answer() -> None:
    lines = bookings.clinic_problems([ClinicBookings(clinic(), [], JournalUnavailable())], "sv")
    assert lines == ["Vi kan inte visa tiderna hos Björken just nu. Ring 0999-101 00."]


@pytest.mark.parametrize(
    ("time", "manageable", "status", "cancel"),
    [
        (booked(), True, "coming", "yes"),
        (booked(cancel_allowed=False), True, "coming", "late"),
        (booked(), False, "coming", "closed"),
        (booked(cancelled_at=NOW, cancel_allowed=False), True, "cancelled", "no"),
        (booked(starts_at=NOW - timedelta(hours=1), ends_at=NOW), True, "past", "no"),
    ],
)
def test_booking__is_what_it_is_now__and_can_be_cancelled_or_not(time, manageable, status, cancel) -> None:
    shown = bookings.booking_view(my_booking(time, manageable=manageable), "sv", now=NOW)
    assert (shown.status, shown.cancel) == (status, cancel)


def test_booking__too_late_to_cancel__says_the_deadline_and_the_phone() -> None:
    mine = my_booking(booked(cancel_allowed=False))
    shown = bookings.booking_view(mine, "sv", now=NOW)
    assert shown.cancel_text == (
        "Du kan inte omboka eller avboka på nätet senare än onsdag 2 december 2026, kl.\u00a09.20. Ring 0999-101 00."
    )


@pytest.mark.parametrize(
    ("cancels", "rebooks", "shown_as", "said"),
    [
        (True, True, ("yes", True), "Du kan omboka och avboka på nätet."),
        (True, False, ("yes", False), "Du kan avboka på nätet. Ring 0999-101 00 om du vill byta tid."),
        (False, True, ("never", True), "Du kan byta tid på nätet. Ring 0999-101 00 om du vill avboka."),
        (
            False,
            False,
            ("never", False),
            "Du kan inte ändra tiden på nätet. Ring 0999-101 00 om du inte kan komma.",
        ),
    ],
)
def test_booking__whose_timebook_tells_no_deadline__says_what_can_be_done(
    cancels, rebooks, shown_as, said
) -> None:
    time = booked(
        cancel_allowed=cancels, rebook_allowed=rebooks, cancel_until=None, time_type_id="lakarbesok"
    )
    shown = bookings.booking_view(my_booking(time), "sv", now=NOW)
    assert ((shown.cancel, bool(shown.rebook_href)), shown.cancel_text) == (shown_as, said)


def test_booking__that_nobody_knows_whether_it_is_changed__cannot_be_changed_again() -> None:
    mine = my_booking(cancellable=False, rebookable=False, unsettled="0" * 32)
    shown = bookings.booking_view(mine, "en", now=NOW)
    assert (shown.cancel, shown.cancel_text, shown.rebook_href) == ("no", "", "")
    assert shown.unclear_href == f"/en/mina-tider/bjorken/oklart/{'0' * 32}"


def test_booking__whose_timebook_tells_little__is_shown_without_gaps() -> None:
    time = booked(visit_form=None, performer="", cancel_until=None)
    rows = {row.term: row.value for row in bookings.booking_facts(my_booking(time), "sv")}
    assert rows["Besök"] == "Läkare"
    assert rows["Mottagningens adress"] == "Storgatan 4, 921 04 Lindhamn"
    assert "Hos" not in rows
    [row] = bookings.overview_rows([ClinicBookings(clinic(), [time])], "sv")
    assert row.what == "Storgatan 4, Lindhamn"


def test_steps__of_a_time_type_that_little_is_told_of__are_shown_without_gaps() -> None:
    kind = TimeTypeInfo("lakarbesok", Text("Läkarbesök"))
    slot = SLOT._replace(visit_form=None, performer="")
    found = progress(time_type=kind, hold=HOLD, booked_id=None)
    assert steps.step_view(found, "sv").caption == "Björken · Läkarbesök"
    rows = {row.term: row.value for row in steps.check_rows(found, Hold("h1", slot, NOW, "lakarbesok"), "sv")}
    assert rows["Besök"] == "Läkarbesök"
    assert "Hos" not in rows
    assert clinics.time_type_view(kind, "sv", clinic="bjorken").facts == ""


def test_booking__that_cannot_be_changed_here__can_be_asked_about_where_the_clinic_takes_requests() -> None:
    def shown(*kinds: CaseTypeKind, time: BookedTime | None = None, manageable: bool = False) -> str:
        mine = my_booking(time, *kinds, manageable=manageable)
        return bookings.booking_view(mine, "sv", now=NOW).request_href

    never = booked(cancel_allowed=False, rebook_allowed=False, cancel_until=None)
    assert shown(CaseTypeKind.REQUEST_CHANGE) == "/andra/bjorken?tid=b1"
    assert shown(CaseTypeKind.REQUEST) == ""
    assert shown(CaseTypeKind.REQUEST_CHANGE, manageable=True) == ""
    assert shown(CaseTypeKind.REQUEST_CHANGE, time=never, manageable=True) == "/andra/bjorken?tid=b1"


def test_booking__offers_a_new_time_only_where_one_can_book() -> None:
    gone = booked(cancelled_at=NOW)
    mine = my_booking(gone, CaseTypeKind.BOOK_DIRECT)
    assert bookings.booking_view(mine, "en", now=NOW).again_href == "/en/boka/bjorken"
    assert bookings.booking_view(my_booking(gone), "en", now=NOW).again_href == ""


def test_booking_facts__leave_out_what_was_left_blank() -> None:
    mine = my_booking(booked(reason="Ont i knät"))
    terms = [row.term for row in bookings.booking_facts(mine, "sv")]
    assert "Varför du söker" in terms
    assert "Tolk" not in terms
    assert [row.term for row in bookings.booking_facts(mine, "sv", briefly=True)] == [
        "Tid",
        "Besök",
        "Hos",
        "Mottagning",
    ]
