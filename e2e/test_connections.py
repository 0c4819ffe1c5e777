"""A region connects a clinic's journal system, its staff follow how it is, and the demo's is made to fail."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.checks import check_page
from e2e.conftest import ContextMaker
from e2e.staff import DESKTOP, ON_BOTH, staff_page
from e2e.support import visit
from tests.reference_journal import ReferenceJournal

CLINIC, NAME, UNIT = "uddens-vardcentral", "Uddens vårdcentral", "SE2321000016-R002"
OWN_UNIT = "SE2321000016-R001"
"""That of the clinic where Kerstin works."""
PAGE = f"/personal/tidbocker/{CLINIC}"
PHONE = {"width": 375, "height": 812}


@pytest.fixture
def connected(new_context: ContextMaker) -> Iterator[None]:
    """See to it that the clinic is connected afterwards too."""
    yield
    page = staff_page(new_context, "petra", f"{PAGE}/byt")
    turn_on = page.get_by_role("button", name="Anslut nu")
    expect(turn_on.or_(page.get_by_role("button", name="Stäng av nu"))).to_be_visible()
    if turn_on.is_visible():
        turn_on.click()
        expect(page.get_by_role("region", name=f"{NAME} är ansluten")).to_be_visible()


def row(page: Page, words: str) -> Locator:
    return page.get_by_role("row").filter(has_text=words)


def press(control: Locator) -> None:
    """Use a control by the keyboard."""
    control.focus()
    control.press("Enter")


@ON_BOTH
def test_region__tests_a_connection__turns_it_off_and_on(
    new_context: ContextMaker, journal: ReferenceJournal, viewport: dict[str, int], connected: None
) -> None:
    page = staff_page(new_context, "petra", "/personal/mottagningar", viewport)
    page.get_by_role("link", name="Tidböcker").click()
    expect(row(page, NAME)).to_contain_text("Eget journalsystem")
    expect(row(page, "Björkens vårdcentral")).to_contain_text("Webtidbok")
    check_page(page)
    page.get_by_role("link", name=f"Anslutning för {NAME}").click()
    journal.faults(GetAllPerformers={"kind": "vp", "code": "VP004", "unit": UNIT})
    press(page.get_by_role("button", name="Gör ett testanrop"))
    expect(page.get_by_role("region", name="Testanropet gick inte igenom")).to_be_focused()
    expect(row(page, "GetAllPerformers")).to_contain_text("Svarar VP004")
    expect(row(page, "GetAllTimeTypes")).to_contain_text("Fungerar")
    check_page(page)
    press(page.get_by_role("button", name="Spara"))
    expect(page.get_by_role("alert", name="Ändringen är inte sparad")).to_be_focused()
    journal.no_faults()
    page.get_by_role("button", name="Gör ett testanrop").click()
    expect(page.get_by_role("region", name="Testanropet gick igenom")).to_be_focused()
    page.get_by_role("link", name="Stäng av anslutningen").click()
    expect(page.get_by_role("heading", name="Stäng av anslutningen?")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Stäng av nu").click()
    expect(page.get_by_role("region", name="Anslutningen är avstängd")).to_be_focused()
    expect(page.get_by_text("Mottagningens tider finns i Webtidbok.")).to_be_visible()
    press(page.get_by_role("link", name="Anslut mottagningen"))
    page.get_by_role("button", name="Anslut nu").click()
    expect(page.get_by_role("region", name=f"{NAME} är ansluten")).to_be_focused()
    check_page(page)


def test_connection__that_is_written_wrong__is_mended_field_by_field(new_context: ContextMaker) -> None:
    page = staff_page(new_context, "petra", "/personal/tidbocker/backens-fysioterapi", PHONE)
    page.get_by_role("textbox", name="Logisk adress").fill("SE1")
    page.get_by_role("textbox", name="Adress", exact=True).fill("journalen.example")
    page.get_by_text("Egna adresser för enskilda kontrakt").click()
    page.get_by_role("textbox", name="MakeBooking").fill("journalen")
    page.get_by_role("button", name="Spara").click()
    problems = page.get_by_role("alert", name="Det finns ett problem")
    expect(problems).to_be_focused()
    expect(problems.get_by_role("link")).to_have_count(3)
    expect(page.get_by_role("textbox", name="MakeBooking")).to_have_value("journalen")
    expect(page.get_by_text("Gör först ett testanrop som går igenom.")).to_be_visible()
    check_page(page)


def test_clinic_of_another_region__is_not_found(new_context: ContextMaker) -> None:
    page = staff_page(new_context, "petra", "/personal/tidbocker/fjallsjons-hjartmottagning")
    expect(page.get_by_role("alert", name="Det du söker finns inte")).to_be_visible()


@ON_BOTH
def test_staff__see_whether_the_journal_system_answers(
    new_context: ContextMaker, journal: ReferenceJournal, viewport: dict[str, int]
) -> None:
    page = staff_page(new_context, "kerstin", "/personal", viewport)
    page.get_by_role("link", name="Anslutningen", exact=True).click()
    expect(page.get_by_role("heading", name="Journalsystemet svarar")).to_be_visible()
    expect(page.get_by_text("Flytta en tid till en annan mottagning")).to_be_hidden()
    journal.faults(PingForConfiguration={"kind": "500", "unit": OWN_UNIT})
    press(page.get_by_role("button", name="Titta igen"))
    expect(page.get_by_role("heading", name="Journalsystemet svarar inte")).to_be_visible()
    expect(page.get_by_text("Svaret var ett HTTP-fel, 500.")).to_be_visible()
    check_page(page)
    journal.no_faults()
    page.get_by_role("button", name="Titta igen").click()
    expect(page.get_by_role("heading", name=re.compile("^Journalsystemet svarar$"))).to_be_visible()
    expect(page.get_by_text("Alla ändringar är klara.")).to_be_visible()
    check_page(page)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_demo__a_fault_is_turned_on_met_and_turned_off(
    new_context: ContextMaker, journal: ReferenceJournal, viewport: dict[str, int]
) -> None:
    page = visit(staff_page(new_context, "kerstin", "/personal", viewport), "/qa/journalsystem")
    expect(page.get_by_text("Inga fel är på.")).to_be_visible()
    press(page.get_by_role("button", name="Slå på felet"))
    expect(page.get_by_role("alert", name="Det finns ett problem")).to_be_focused()
    page.get_by_role("radio", name="Fel från plattformen").check()
    page.get_by_label("Kontrakt").select_option("PingForConfiguration")
    page.get_by_label("Mottagning").select_option(OWN_UNIT)
    page.get_by_label("Antal anrop").fill("1")
    page.get_by_label("Felkod från plattformen").select_option("VP012")
    page.get_by_role("button", name="Slå på felet").click()
    expect(page.get_by_role("region", name="Felet är på")).to_be_focused()
    expect(row(page, "Fel från plattformen, VP012")).to_contain_text("1 anrop till")
    check_page(page)
    visit(page, "/personal/anslutning")
    expect(page.get_by_text("Tjänsteplattformen har för mycket att göra.")).to_be_visible()
    visit(page, "/qa/journalsystem")
    expect(page.get_by_text("Inga fel är på.")).to_be_visible()
    expect(row(page, "HTTP 500 (Fel från plattformen)").first).to_contain_text("PingForConfiguration")
    page.get_by_role("radio", name="Långsamt").check()
    page.get_by_label("Mottagning").select_option(UNIT)
    page.get_by_role("button", name="Slå på felet").click()
    press(page.get_by_role("button", name="Stäng av Långsamt, Alla kontrakt"))
    expect(page.get_by_role("region", name="Felet är avstängt")).to_be_focused()
    check_page(page)
    visit(page, "/personal/anslutning")
    expect(page.get_by_role("heading", name="Journalsystemet svarar")).to_be_visible()
