"""A clinic with a journal system of its own: the same journeys as anywhere, and what happens when that system fails."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from e2e.checks import check_page, check_targets, expect_focus_on_heading
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import ON_BOTH, staff_page
from e2e.support import moved_clock, ready, visit
from tests.reference_journal import ReferenceJournal

CLINIC, UNIT, PHONE = "angsbackens-vardcentral", "SE2321000016-R001", "0999-201 00"
NURSE, DOCTOR, SAMPLING = "101", "102", "103"
KNOWN_MS = 60_000
"""How long it may take until it is known what became of a lost answer: the next look at the schedule."""
PHONE_SIZE = {"width": 375, "height": 812}


def at_unit(kind: str, **facts: object) -> dict[str, object]:
    """Return a fault at the clinic, and at no other."""
    return {"kind": kind, "unit": UNIT, **facts}


def lose(journal: ReferenceJournal, contract: str, when: str) -> None:
    """Let the next answer of a contract be lost, before or after it is done, and the schedule not be read."""
    journal.faults(**{contract: at_unit(f"lost_{when}", times=1), "GetSubjectOfCareSchedule": at_unit("500")})


def go_to_check(resident: Resident, time_type: str = NURSE, *, reason: str = "Ont i knät") -> str:
    """Choose a time and fill in the rest, and return when the time is."""
    resident.go_to_times(CLINIC, time_type)
    resident.choose_time(-1)
    resident.go_on()
    resident.fill_details(reason=reason)
    resident.heading("Kontrollera din bokning")
    return resident.page.locator(".summary-row").filter(has_text="Tid").locator("dd").first.inner_text()


def book(resident: Resident, time_type: str = NURSE) -> str:
    """Book a time, and return the address of its page."""
    go_to_check(resident, time_type)
    resident.book()
    return resident.page.url


def to_new_times(resident: Resident, booking: str) -> None:
    """Come from a booking to another time for it, chosen and ready to be checked."""
    page = visit(resident.page, booking)
    page.get_by_role("link", name="Omboka tiden").click()
    box, times = page.get_by_role("checkbox"), page.locator("main button.time-free")
    expect(box.or_(times).first).to_be_visible()
    if box.count():
        resident.accept_terms()
        expect(times.first).to_be_visible()
    resident.choose_time(-2)
    resident.go_on()
    resident.heading("Kontrollera din ombokning")


def to_cancel(resident: Resident, booking: str) -> None:
    """Come to the question whether the booking is to be cancelled."""
    visit(resident.page, f"{booking}/avboka")
    question = resident.page.get_by_role("heading", name="Vill du avboka tiden?")
    box = resident.page.get_by_role("checkbox")
    expect(box.or_(question).first).to_be_visible()
    if box.count():
        resident.accept_terms()
    resident.heading("Vill du avboka tiden?")


def expect_known(page: Page, title: str) -> None:
    """Wait until the page that nobody knew more than tells what is true, by itself."""
    expect(page.locator("h1")).to_have_text(title, timeout=KNOWN_MS)


@pytest.mark.parametrize("size", [PHONE_SIZE, {"width": 1280, "height": 900}], ids=["phone", "desktop"])
def test_book_rebook_and_cancel__as_at_any_clinic(
    new_context: ContextMaker, journal: ReferenceJournal, size: dict[str, int]
) -> None:
    page = new_context(viewport=size).new_page()
    resident = Resident(page)
    resident.log_in("oskar")
    visit(page, f"/boka/{CLINIC}")
    resident.heading("Vad gäller besöket?")
    check_page(page)
    when = go_to_check(resident)
    expect(page.get_by_text("Tiden är inte bokad förrän du valt Boka tiden.")).to_be_visible()
    check_page(page)
    resident.book()
    expect_focus_on_heading(page)
    booking = page.url
    for words in (when, "Sjuksköterskebesök", "Siv Ekdahl", "Ont i knät", "Mottagningens adress"):
        expect(page.locator("main")).to_contain_text(words)
    expect(page.get_by_text("Du kan omboka och avboka på nätet.")).to_be_visible()
    check_page(page)
    check_targets(page)
    visit(page, "/mina-tider")
    expect(page.get_by_role("link", name=when)).to_be_visible()
    to_new_times(resident, booking)
    check_page(page)
    page.get_by_role("button", name="Omboka tiden").dblclick()
    resident.heading("Din tid är ombokad")
    check_page(page)
    expect(page.get_by_text("Ont i knät")).to_be_visible()
    resident.cancel_booking()
    check_page(page)
    assert not [one for one in journal.live(UNIT) if one["patient"] == "199504112397"]


def test_info__is_shown_where_one_is_told_that_it_is_booked(new_context: ContextMaker) -> None:
    page = new_context(viewport=PHONE_SIZE).new_page()
    resident = Resident(page)
    resident.log_in("oskar")
    book(resident, SAMPLING)
    expect(page.get_by_text("Kom fastande. Du kan dricka vatten.")).to_be_visible()
    check_page(page)
    resident.cancel_booking()


def test_error__is_shown_where_one_is__with_the_way_to_other_times(
    new_context: ContextMaker, journal: ReferenceJournal
) -> None:
    page = new_context(viewport=PHONE_SIZE).new_page()
    resident = Resident(page)
    resident.log_in("oskar")
    go_to_check(resident, DOCTOR, reason="Yrsel")
    journal.faults(MakeBooking=at_unit("error", text="Du har redan en tid den dagen.", times=1))
    page.get_by_role("button", name="Boka tiden").click()
    box = page.get_by_role("alert").filter(has_text="Mottagningens tidbok säger nej")
    expect(box).to_be_focused()
    expect(box).to_contain_text("Du har redan en tid den dagen.")
    expect(box.get_by_role("link", name=PHONE)).to_be_visible()
    check_page(page)
    box.get_by_role("link", name="Välj en annan tid").click()
    resident.choose_time(0)
    resident.go_to_details()
    expect(page.get_by_label("Varför söker du?")).to_have_value("Yrsel")
    resident.let_go()


def test_journal_that_is_down__says_so_with_the_phone__and_can_be_tried_again(
    new_context: ContextMaker, journal: ReferenceJournal
) -> None:
    page = new_context(viewport=PHONE_SIZE).new_page()
    resident = Resident(page)
    resident.log_in(
        "karin", to="/"
    )  # who has asked nothing there: what was answered lately is not asked again
    journal.faults(every=at_unit("vp", code="VP009"))
    for address in (f"/boka/{CLINIC}", f"/boka/{CLINIC}/{DOCTOR}"):
        visit(page, address)
        resident.heading("Mottagningens tidbok svarar inte")
        expect(page.get_by_text("Det är ett tekniskt fel.")).to_be_visible()
        expect(page.get_by_role("link", name=PHONE)).to_be_visible()
        expect(page.get_by_text("VP009")).to_have_count(0)
        check_page(page)
        check_targets(page)
    visit(page, "/mina-tider")
    expect(page.get_by_text("Du har inga kommande tider")).to_have_count(0)
    visit(page, f"/boka/{CLINIC}/{DOCTOR}")
    journal.no_faults()
    again, times = page.get_by_role("link", name="Försök igen"), page.get_by_role("checkbox")
    expect(again).to_be_visible()
    while again.is_visible():  # for some seconds it is not asked at all
        again.click()
        ready(page)
        expect(again.or_(times).first).to_be_visible()
    resident.heading("Läs mottagningens villkor")


def test_booking_with_a_lost_answer__is_found_out_and_told(
    new_context: ContextMaker, journal: ReferenceJournal
) -> None:
    page = new_context(viewport=PHONE_SIZE).new_page()
    resident = Resident(page)
    resident.log_in("samuel")
    go_to_check(resident, DOCTOR, reason="Hosta")
    lose(journal, "MakeBooking", "before")
    page.get_by_role("button", name="Boka tiden").click()
    resident.heading("Vi vet inte om tiden blev bokad")
    expect_focus_on_heading(page)
    expect(page.get_by_role("link", name=PHONE)).to_be_visible()
    check_page(page)
    unclear = page.url
    visit(page, f"/boka/{CLINIC}/{DOCTOR}")  # which could book twice
    resident.heading("Vi vet inte om tiden blev bokad")
    for address in ("/mina-tider", "/"):
        visit(page, address)
        row = page.get_by_role("link", name="Vi vet inte om tiden blev bokad")
        expect(row).to_be_visible()
        expect(page.get_by_text("Du har inga kommande tider")).to_have_count(0)
        check_page(page)
    elsewhere = new_context().new_page()
    Resident(elsewhere).log_in("samuel", to="/")
    visit(elsewhere, unclear.replace("/mina-tider", "/en/mina-tider"))
    expect(elsewhere.locator("h1")).to_have_text("We do not know if the time was booked")
    check_page(elsewhere, lang="en")
    stranger = new_context().new_page()
    Resident(stranger).log_in("gunvor", to="/")
    visit(stranger, unclear)
    expect(stranger.locator("h1")).to_have_text("Det du söker finns inte")
    visit(page, unclear)
    journal.no_faults()
    with moved_clock(page.request, timedelta(minutes=1)):
        expect_known(page, "Tiden blev inte bokad")
        check_page(page)
        expect_known(elsewhere, "The time was not booked")
        page.get_by_role("link", name="Välj en tid").click()
        resident.choose_time(-1)
        resident.go_to_details()
        expect(page.get_by_label("Varför söker du?")).to_have_value("Hosta")
        resident.go_on()
        resident.heading("Kontrollera din bokning")
        lose(journal, "MakeBooking", "after")
        page.get_by_role("button", name="Boka tiden").click()
        resident.heading("Vi vet inte om tiden blev bokad")
        journal.no_faults()
        expect_known(page, "Din tid är bokad")
        check_page(page)
        check_targets(page)
        visit(page, "/mina-tider")
        expect(page.get_by_role("link", name="Din tid är bokad")).to_be_visible()
        expect(page.get_by_role("link", name="Tiden blev inte bokad")).to_have_count(0)  # one went on from it
        page.get_by_role("link", name="Din tid är bokad").click()
        resident.heading("Din tid är bokad")
        page.get_by_role("link", name="Visa bokningen").click()
        expect(page.get_by_text("Hosta")).to_be_visible()
        resident.cancel_booking()


Act = Callable[[Resident, str], None]


@pytest.mark.parametrize(
    ("contract", "begin", "button", "unknown", "not_done", "done"),
    [
        (
            "UpdateBooking",
            to_new_times,
            "Omboka tiden",
            "Vi vet inte om tiden blev ombokad",
            "Tiden blev inte ombokad",
            "Din tid är ombokad",
        ),
        (
            "CancelBooking",
            to_cancel,
            "Ja, avboka tiden",
            "Vi vet inte om tiden blev avbokad",
            "Tiden är inte avbokad",
            "Tiden är avbokad",
        ),
    ],
    ids=["rebook", "cancel"],
)
def test_change_with_a_lost_answer__is_found_out_and_told(
    new_context: ContextMaker, journal: ReferenceJournal, contract: str, begin: Act, button: str, unknown: str,
    not_done: str, done: str,
) -> None:  # fmt: skip
    page = new_context(viewport={"width": 820, "height": 1180}).new_page()
    resident = Resident(page)
    resident.log_in("gunvor")
    booking = book(resident)
    begin(resident, booking)
    lose(journal, contract, "before")
    page.get_by_role("button", name=button).click()
    resident.heading(unknown)
    check_page(page)
    visit(page, booking)
    resident.heading("Din bokning")
    expect(page.get_by_text("Du kan inte ändra den igen förrän vi vet.")).to_be_visible()
    expect(page.get_by_role("link", name="Avboka tiden")).to_have_count(0)
    check_page(page)
    page.get_by_role("link", name="Läs mer").click()
    resident.heading(unknown)
    journal.no_faults()
    with moved_clock(page.request, timedelta(minutes=1)):
        expect_known(page, not_done)
        check_page(page)
        resident.tab_to(page.get_by_role("button", name="Jag har läst det"))
        page.keyboard.press("Enter")
        resident.heading("Mina tidsbokningar")
        expect(page.get_by_role("link", name=not_done)).to_have_count(0)
        begin(resident, booking)
        lose(journal, contract, "after")
        page.get_by_role("button", name=button).click()
        resident.heading(unknown)
        journal.no_faults()
        expect_known(page, done)
        check_page(page)
        page.get_by_role("link", name="Visa bokningen").click()
        resident.heading(done)
        if contract == "UpdateBooking":
            resident.cancel_booking()


def test_move__to_a_clinic_that_shares_its_care_provider(new_context: ContextMaker) -> None:
    page = new_context(viewport=PHONE_SIZE).new_page()
    resident = Resident(page)
    resident.log_in("noel")
    visit(page, book(resident, DOCTOR))
    page.get_by_role("link", name="Omboka tiden").click()
    box, units = page.get_by_role("checkbox"), page.get_by_text("Byt till en annan mottagning")
    expect(box.or_(units).first).to_be_visible()
    if box.count():
        resident.accept_terms()
    units.click()
    page.get_by_role("link", name="Uddens vårdcentral, Läkarbesök").click()
    expect(page).to_have_url(re.compile(f"/omboka/uddens-vardcentral/{DOCTOR}/"))
    keeps = page.get_by_text("hos Ängsbackens vårdcentral. Den är kvar")
    expect(box.or_(keeps).first).to_be_visible()
    if box.count():
        resident.accept_terms()
    resident.choose_time(-1)
    resident.go_on()
    resident.heading("Kontrollera din ombokning")
    check_page(page)
    page.get_by_role("button", name="Omboka tiden").click()
    resident.heading("Din tid är ombokad")
    expect(page.locator("main")).to_contain_text("Uddens vårdcentral")
    expect(page.locator(".panel")).to_contain_text("Ängsbackens vårdcentral")
    check_page(page)
    resident.cancel_booking()


def test_clinic_whose_journal_cannot_rebook__says_what_can_be_done(new_context: ContextMaker) -> None:
    page = new_context(viewport=PHONE_SIZE).new_page()
    resident = Resident(page)
    resident.log_in("noel")
    resident.go_to_times("fjallsjons-hjartmottagning", "H1")
    resident.choose_time(-1)
    resident.go_on()
    resident.fill_details(reason="")
    resident.book()
    expect(page.get_by_text("Du kan avboka på nätet. Ring 0999-203 00 om du vill byta tid.")).to_be_visible()
    expect(page.get_by_role("link", name="Omboka tiden")).to_have_count(0)
    check_page(page)
    resident.cancel_booking()


def test_invitations__of_a_journal_system__are_read_and_lead_to_their_times(
    new_context: ContextMaker,
) -> None:
    page = new_context(viewport=PHONE_SIZE).new_page()
    resident = Resident(page)
    resident.log_in("ingrid")
    resident.heading("Mina tidsbokningar")
    timed = (
        page.get_by_role("listitem").filter(has_text="Ängsbackens vårdcentral").filter(has_text="Kallelse")
    )
    expect(timed.first).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Du är kallad till Ortoped, återbesök").click()
    box, summary = page.get_by_role("checkbox"), page.get_by_text("Läs kallelsen")
    expect(box.or_(summary).first).to_be_visible()
    if box.count():
        resident.accept_terms()
    expect(page.get_by_text("Det är dags för ditt återbesök hos ortopeden.")).to_be_visible()
    check_page(page)


@ON_BOTH
def test_staff__find_what_they_decide_here__and_no_schedule(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    page = staff_page(new_context, "kerstin", "/personal", viewport)
    expect(page.locator("h1")).to_have_text("Tiderna styrs i ert journalsystem")
    check_page(page)
    menu = page.get_by_role("navigation", name="Personalmeny")
    expect(menu.get_by_role("link", name="Förfrågningar")).to_be_visible()
    for name in ("Schema", "Publicera tider", "Boka åt invånare"):
        expect(menu.get_by_role("link", name=name)).to_have_count(0)
    for address in (
        "publicera",
        "bokningar",
        "boka",
        "tidstyper",
        "vardgivare",
        "veckomallar",
        "kallelser",
        "sok",
    ):
        visit(page, f"/personal/{address}")
        expect(page.locator("h1")).to_have_text("Tiderna styrs i ert journalsystem")
        expect(page.get_by_role("alert").filter(has_text=re.compile("fel|inte"))).to_have_count(0)
    for address, title in (("installningar", "Inställningar"), ("forfragningar", "Förfrågningar")):
        visit(page, f"/personal/{address}")
        expect(page.locator("h1")).to_have_text(title)
        expect(page.get_by_role("link", name="Tidstyper")).to_have_count(0)
        check_page(page)
