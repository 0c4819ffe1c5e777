"""Messages: choosing them with a code, getting them, stopping them; what the clinic decides about them."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar
from playwright.sync_api import Page, expect

from e2e.checks import check_page, check_targets
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.support import moved_clock, ready, visit

TITLE = "Meddelanden om dina tider"
ADDRESS = "Mobilnummer eller e-postadress"


def await_letter(page: Page, address: str, words: str) -> str:
    """Wait until there is a message to the address that has the words, and return the newest."""
    inbox = page.context.new_page()
    inbox.goto("/demo/meddelanden")
    newest = inbox.get_by_role("listitem").filter(has_text=f"till {address}").filter(has_text=words).first
    for _ in range(50):
        if newest.count():
            break
        inbox.reload(wait_until="networkidle")
    text = newest.inner_text()
    inbox.close()
    return text


def ask_for_code(page: Page, address: str, shown: str) -> str:
    """Ask for a code to the address and return it."""
    page.get_by_label(ADDRESS).fill(address)
    page.get_by_role("button", name="Skicka koden").click()
    expect(page.get_by_text(f"Vi har skickat en kod till {shown}")).to_be_visible()
    sent_to = "+46" + shown.replace("-", "").replace(" ", "")[1:] if "@" not in shown else shown
    return re.findall(r"\d{6}", await_letter(page, sent_to, "är din kod till Webtidbok"))[0]


def test_choose_by_code__book_cancel_and_be_told__then_stop(new_context: ContextMaker) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    resident, address = Resident(page), "samuel@exempel.se"
    resident.log_in("samuel", to="/meddelanden")
    resident.heading(TITLE)
    expect(page.get_by_text("Du får inga meddelanden.")).to_be_visible()
    check_page(page)
    check_targets(page)
    page.get_by_label(ADDRESS).fill("070-12")
    page.get_by_role("button", name="Skicka koden").click()
    expect(page.locator(".error-summary")).to_contain_text("Skriv mobilnumret så här")
    expect(page.get_by_label(ADDRESS)).to_have_value("070-12")
    check_page(page)
    code = ask_for_code(page, address, address)
    check_page(page)
    page.get_by_label("Kod med sex siffror").fill("12")
    page.get_by_role("button", name="Spara").click()
    expect(page.locator(".error-summary")).to_contain_text("Koden stämmer inte")
    page.get_by_label("Kod med sex siffror").fill(code)
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text(f"Vi skickar e-post till {address}.")).to_be_visible()
    check_page(page)

    resident.go_to_times("kvarnens-provtagning", "blodprov")
    resident.choose_time(-1)
    resident.go_on()
    resident.fill_details()
    resident.book()
    when = page.locator(".panel .strong").inner_text()
    expect(page.get_by_text("Vi skickar e-post till s•••@exempel.se.")).to_be_visible()
    check_page(page)
    booked = await_letter(page, address, "är bokad")
    assert when.split(",")[0] in booked
    assert "lodprov" not in booked
    resident.cancel_booking()
    await_letter(page, address, "är avbokad")

    visit(page, "/meddelanden")
    page.get_by_role("button", name="Sluta skicka meddelanden").click()
    expect(page.get_by_text("Du får inga meddelanden.")).to_be_visible()
    check_page(page)


def test_code__waits_for_who_comes_back__and_another_address_can_be_chosen(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("gunvor", to="/meddelanden")
    resident.heading(TITLE)
    first = ask_for_code(page, "070-174 06 05", "070-174 06 05")
    visit(page, "/meddelanden")
    expect(page.get_by_label("Kod med sex siffror")).to_be_visible()
    page.get_by_role("button", name="Skriv en annan adress eller få en ny kod").click()
    second = ask_for_code(page, "+46 70 174 06 06", "070-174 06 06")
    if first != second:
        page.get_by_label("Kod med sex siffror").fill(first)
        page.get_by_role("button", name="Spara").click()
        expect(page.locator(".error-summary")).to_contain_text("Koden stämmer inte")
    page.get_by_label("Kod med sex siffror").fill(second)
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("Vi skickar sms till 070-174 06 06.")).to_be_visible()
    page.get_by_role("button", name="Sluta skicka meddelanden").click()
    expect(page.get_by_text("Du får inga meddelanden.")).to_be_visible()


def test_protected_identity__is_asked_for_consent__in_english(new_context: ContextMaker) -> None:
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    resident = Resident(page)
    resident.log_in("lisa", to="/en/meddelanden")
    resident.heading("Messages about your appointments")
    page.get_by_label("Mobile number or e-mail address").fill("skyddad@exempel.se")
    page.get_by_role("button", name="Send the code").click()
    expect(page.locator(".error-summary")).to_contain_text("although your details are protected")
    expect(page.get_by_label("Mobile number or e-mail address")).to_have_value("skyddad@exempel.se")
    check_page(page, lang="en")
    page.get_by_label("I want messages").check()
    page.get_by_role("button", name="Send the code").click()
    code = re.findall(r"\d{6}", await_letter(page, "skyddad@exempel.se", "is your code for Webtidbok"))[0]
    page.get_by_label("Code of six digits").fill(code)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("We send e-mail to skyddad@exempel.se.")).to_be_visible()
    check_page(page, lang="en")
    page.get_by_role("button", name="Stop sending messages").click()
    expect(page.get_by_text("You get no messages.")).to_be_visible()


def test_reminder__comes_the_day_before__in_the_clinics_own_name(new_context: ContextMaker) -> None:
    staff = new_context().new_page()
    staff.goto("/auth/login/staff?persona=signe&vidare=%2Fpersonal%2Finstallningar")
    ready(staff)
    staff.get_by_label("Namn på svenska").fill("x" * 41)
    staff.get_by_role("button", name="Ändra meddelanden").click()
    expect(staff.locator(".error-summary")).to_contain_text("högst 40 tecken")
    expect(staff.get_by_label("Namn på svenska")).to_have_value("x" * 41)
    staff.get_by_label("Namn på svenska").fill("Kvarnen")
    staff.get_by_label("24 timmar före").check()
    staff.get_by_role("button", name="Ändra meddelanden").click()
    expect(staff.get_by_text("Kvarnen: Din tid torsdag").first).to_be_visible()
    check_page(staff)
    visit(staff, "/personal/meddelanden")
    expect(staff.get_by_role("heading", name="Alla meddelanden har kommit fram")).to_be_visible()
    check_page(staff)

    page = new_context().new_page()
    resident, address = Resident(page), "noel@exempel.se"
    resident.log_in("noel", to="/meddelanden")
    resident.heading(TITLE)
    code = ask_for_code(page, address, address)
    page.get_by_label("Kod med sex siffror").fill(code)
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text(f"Vi skickar e-post till {address}.")).to_be_visible()
    resident.go_to_times("kvarnens-provtagning", "blodprov")
    resident.choose_time(-1)
    resident.go_on()
    resident.fill_details()
    resident.book()
    await_letter(page, address, "Kvarnen: Din tid")
    start = starts_at(page)
    now = datetime.fromisoformat(page.request.get("/demo/clock").json()["now"])
    with moved_clock(page.request, start - timedelta(hours=24) - now + timedelta(minutes=1)):
        await_letter(page, address, "Kvarnen: Kom ihåg din tid")
    resident.log_in("noel", to=urlsplit(page.url).path)
    resident.cancel_booking()
    visit(page, "/meddelanden")
    page.get_by_role("button", name="Sluta skicka meddelanden").click()
    expect(page.get_by_text("Du får inga meddelanden.")).to_be_visible()


def starts_at(page: Page) -> datetime:
    """Return when the booking starts that the page shows, by its calendar file."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Lägg i kalendern").click()
    event = Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")[0]
    assert event["SUMMARY"] == "Kvarnen"
    start = event["DTSTART"].dt
    assert isinstance(start, datetime)
    return start
