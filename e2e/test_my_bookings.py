"""Mina tidsbokningar: seeing, and cancelling, what is booked."""

import re

from playwright.sync_api import Locator, Page, expect

from e2e.checks import check_page, check_targets
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.support import visit


def test_cancel__after_the_terms_and_a_question(new_context: ContextMaker) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    resident = Resident(page)
    resident.log_in("karin")
    resident.heading("Mina tidsbokningar")
    expect(page.get_by_text("Älvens rehabmottagning").first).to_be_visible()
    check_page(page)
    visit(page, "/mina-tider/alvens-rehab")
    resident.heading("Villkor för dina bokningar")
    check_page(page)
    resident.accept_terms()
    resident.heading("Mina tidsbokningar")
    check_page(page)
    page.locator("main li").get_by_role("link").first.click()
    resident.heading("Din tid är bokad")
    check_page(page)
    booking = page.url
    page.get_by_role("link", name="Avboka tiden").click()
    resident.heading("Vill du avboka tiden?")
    check_page(page)
    check_targets(page)
    page.get_by_role("link", name="Behåll tiden").click()
    resident.heading("Din tid är bokad")
    page.get_by_role("link", name="Avboka tiden").click()
    resident.heading("Vill du avboka tiden?")
    page.get_by_role("button", name="Ja, avboka tiden").click()
    resident.heading("Tiden är avbokad")
    check_page(page)
    page.goto(booking)
    resident.heading("Tiden är avbokad")
    visit(page, "/mina-tider")
    resident.heading("Mina tidsbokningar")
    expect(page.get_by_text("Älvens rehabmottagning")).to_have_count(0)


def test_cancelled_time__is_bookable_at_once(new_context: ContextMaker) -> None:
    one, other = (Resident(new_context().new_page()) for _ in range(2))
    one.log_in("samuel")
    one.go_to_times("bjorkens-vardcentral", "lakarbesok-inom-5-dagar")
    name = one.choose_time(-1)
    one.go_on()
    one.fill_details(reason="Trötthet")
    one.book()
    one.cancel_booking()
    other.log_in("gunvor")
    other.go_to_times("bjorkens-vardcentral", "lakarbesok-inom-5-dagar")
    other.heading("Välj en tid")
    expect(other.page.get_by_role("button", name=name)).to_be_visible()
    check_page(other.page)


def test_clinic_without_cancelling__gives_its_phone_number(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("samuel")
    resident.go_to_times("lyktans-hudmottagning", "hudbesok-nybesok")
    resident.choose_time()
    resident.go_on()
    resident.fill_details(reason="Ett nytt märke")
    resident.book()
    expect(page.get_by_text(re.compile("Mottagningen har inte avbokning på nätet"))).to_be_visible()
    expect(page.get_by_role("link", name="Avboka tiden")).to_have_count(0)
    check_page(page)


def test_no_bookings__says_so(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("lisa")
    resident.heading("Mina tidsbokningar")
    expect(page.get_by_text("Du har inga kommande tider")).to_be_visible()
    check_page(page)


def test_clinics_times__show_everything_and_go_into_a_calendar(new_context: ContextMaker) -> None:
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    resident = Resident(page)
    resident.log_in("noel")
    resident.go_to_times("bjorkens-vardcentral", "lakarbesok-inom-5-dagar")
    resident.choose_time(-1)
    resident.go_on()
    resident.fill_details(reason="Ont i knät")
    resident.book()
    when = page.locator(".panel .strong").inner_text()
    visit(page, "/mina-tider/bjorkens-vardcentral")
    resident.heading(re.compile("Villkor för dina bokningar|Mina tidsbokningar"))
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=when))
    box = page.get_by_role("checkbox")
    expect(box.or_(card).first).to_be_visible()
    if box.count():
        resident.accept_terms()
    for words in (
        "Läkarbesök",
        "Storgatan 4",
        "Du kan omboka och avboka på nätet utan kostnad till",
        "Förbered dig",
    ):
        expect(card).to_contain_text(words)
    check_page(page)
    check_targets(page)
    file = calendar_of(page, card.get_by_role("link", name=f"Lägg {when} i kalendern"))
    assert "METHOD:PUBLISH" in file
    assert "Läkarbesök" not in file
    card.get_by_role("link", name=f"Avboka {when}").click()
    resident.heading("Vill du avboka tiden?")
    page.get_by_role("button", name="Ja, avboka tiden").click()
    resident.heading("Tiden är avbokad")
    gone = calendar_of(page, page.get_by_role("link", name="Ta bort från kalendern"))
    assert "METHOD:CANCEL" in gone
    assert uid_of(gone) == uid_of(file)


def test_calendar_file__is_for_its_owner(page: Page) -> None:
    page.goto("/en/bokning/alvens-rehab/00000000000000000000000000000000/kalender.ics")
    expect(page).to_have_url(re.compile("/en/logga-in"))
    Resident(page).log_in("lisa")
    answer = page.request.get("/bokning/alvens-rehab/00000000000000000000000000000000/kalender.ics")
    assert answer.status == 404


def calendar_of(page: Page, link: Locator) -> str:
    """Return the contents of the file that the link gives."""
    with page.expect_download() as download:
        link.click()
    return download.value.path().read_text("utf-8")


def uid_of(file: str) -> str:
    """Return the identity of the file's event."""
    return next(line for line in file.splitlines() if line.startswith("UID:"))
