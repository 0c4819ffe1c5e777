"""At the desk: staff book, rebook, overbook and cancel for a resident, and invite them."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.checks import check_page, check_targets, expect_focus_on_heading
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import ON_BOTH, staff_page
from e2e.support import ready, visit

DESK = {"width": 1280, "height": 800}
TABLET = {"width": 820, "height": 1100}
HANNA = "19850917-9803"
RESERVE_NUMBER = re.compile(r"19910504-[A-Z]{2}\d\d")


def heading(page: Page, words: str) -> None:
    """Wait for the page whose heading has the words."""
    expect(page.locator("h1")).to_have_text(words)
    ready(page)


def search(page: Page, number: str) -> None:
    """Search by number."""
    page.get_by_label("Personnummer, samordningsnummer eller reservnummer").fill(number)
    page.locator("#main").get_by_role("button", name="Sök", exact=True).click()


def find(page: Page, number: str, given: str, family: str) -> None:
    """Find the person, registering them the first time, and come to the times."""
    search(page, number)
    unknown = page.get_by_text("Ingen finns här med numret")
    expect(unknown.or_(page.locator(".desk-time")).first).to_be_visible()
    if unknown.count():
        page.get_by_label("Förnamn").fill(given)
        page.get_by_label("Efternamn").fill(family)
        page.get_by_role("button", name="Registrera och fortsätt").click()
    heading(page, "Välj en tid")
    expect(page.locator("main")).to_contain_text(f"{given} {family}")


def cancel_opened(page: Page) -> None:
    """Cancel the booking that is open."""
    page.get_by_role("link", name="Avboka åt invånaren").click()
    page.get_by_role("button", name="Ja, avboka tiden").click()
    expect(page.get_by_text("Tiden är avbokad").first).to_be_visible()


@pytest.mark.parametrize(
    ("viewport", "number"), [(DESK, "19750221-9822"), (TABLET, "19820711-9804")], ids=["desk", "tablet"]
)
def test_desk__register_book_rebook_cancel(
    new_context: ContextMaker, viewport: dict[str, int], number: str
) -> None:
    page = staff_page(new_context, "ali", "/personal/boka")
    page.set_viewport_size(viewport)
    check_page(page)
    search(page, "19750221-9821")
    expect(page.locator(".error-summary")).to_contain_text("Numret stämmer inte")
    check_page(page)
    find(page, number, "Ines", "Prov")
    expect_focus_on_heading(page)
    check_page(page)
    check_targets(page, 32)
    page.get_by_label("Tidstyp").select_option(label="Vaccination TBE")
    page.get_by_role("button", name="Visa tider").click()
    expect(page.locator(".desk-time", has_text="influensa")).to_have_count(0)
    page.locator(".desk-time:visible").last.click()
    heading(page, "Kontrollera bokningen")
    check_page(page)
    page.get_by_label("Telefon").fill("12")
    page.get_by_role("button", name="Boka tiden").click()
    expect(page.locator(".error-summary")).to_contain_text("7–15 siffror")
    page.get_by_label("Telefon").fill("070-174 06 05")
    page.get_by_role("button", name="Boka tiden").click()
    heading(page, "Tiden är bokad")
    expect(page.locator("main")).to_contain_text("Hamnens vaccinationsmottagning")
    check_page(page)
    page.get_by_role("link", name="Öppna bokningen").click()
    expect(page.get_by_text("Ines Prov")).to_be_visible()
    page.get_by_role("link", name="Omboka åt invånaren").click()
    heading(page, "Välj en ny tid")
    check_page(page)
    page.locator(".desk-time").first.click()
    heading(page, "Kontrollera ombokningen")
    check_page(page)
    page.get_by_role("button", name="Omboka", exact=True).click()
    heading(page, "Tiden är ombokad")
    page.get_by_role("link", name="Öppna bokningen").click()
    cancel_opened(page)
    visit(page, "/personal/boka/tid")
    heading(page, "Boka åt en invånare")  # nobody is remembered


def test_desk__by_keyboard_alone(new_context: ContextMaker) -> None:
    page = staff_page(new_context, "ali", "/personal/boka")
    desk = Resident(page)
    number = page.get_by_label("Personnummer, samordningsnummer eller reservnummer")
    expect(number).to_be_focused()
    page.keyboard.type("19620409-9805")
    page.keyboard.press("Enter")
    given = page.get_by_label("Förnamn")
    expect(given.or_(page.locator(".desk-time")).first).to_be_visible()
    if given.count():
        desk.tab_to(given)
        page.keyboard.type("Tove")
        page.keyboard.press("Tab")
        page.keyboard.type("Tangent")
        page.keyboard.press("Enter")
    heading(page, "Välj en tid")
    expect_focus_on_heading(page)
    desk.tab_to(page.locator(".desk-time").first)
    page.keyboard.press("Enter")
    heading(page, "Kontrollera bokningen")
    expect_focus_on_heading(page)
    desk.tab_to(page.get_by_role("button", name="Boka tiden"))
    page.keyboard.press("Enter")
    heading(page, "Tiden är bokad")
    page.get_by_role("link", name="Öppna bokningen").click()
    cancel_opened(page)


@ON_BOTH
def test_desk__a_full_time_takes_one_more__after_a_warning(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    page = staff_page(new_context, "maria", "/personal/boka", viewport)
    find(page, "19550630-9813", "Olle", "Extra")
    page.get_by_text("Fulla tider").click()
    full = page.locator("details .desk-time").last
    full.click()
    heading(page, "Kontrollera bokningen")
    expect(page.get_by_role("heading", name="Du bokar en extra tid")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Tiden har 1 plats och 1 bokning.")
    check_page(page)
    page.get_by_role("button", name="Boka en extra tid").click()
    heading(page, "Tiden är bokad")
    page.get_by_role("link", name="Öppna bokningen").click()
    cancel_opened(page)


@ON_BOTH
def test_desk__who_stands_here_now(new_context: ContextMaker, viewport: dict[str, int]) -> None:
    page = staff_page(new_context, "maria", "/personal/bokningar", viewport)
    page.get_by_role("link", name="Någon är här nu").click()
    heading(page, "Någon är här nu")
    check_page(page)
    search(page, HANNA)
    heading(page, "Välj en tid")
    expect(page.get_by_role("heading", name="Lediga tider")).to_be_visible()
    assert len({day for day in page.locator("h3").all_inner_texts() if day}) <= 1  # today alone
    check_page(page)


@ON_BOTH
def test_desk__without_personnummer__found_again(new_context: ContextMaker, viewport: dict[str, int]) -> None:
    page = staff_page(new_context, "ali", "/personal/boka", viewport)
    page.get_by_role("link", name="Sök eller registrera utan personnummer").click()
    heading(page, "Person utan personnummer")
    page.locator("#main").get_by_role("button", name="Sök", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("Skriv födelsedagen")
    check_page(page)
    page.get_by_label("Född").fill("4 maj 1991")
    given_name = {820: "Ilja"}.get(viewport["width"], "Ivan")
    page.get_by_label("Förnamn").fill(given_name)
    page.get_by_label("Efternamn").fill("Resande")
    page.locator("#main").get_by_role("button", name="Sök", exact=True).click()
    expect(page.get_by_role("button", name="Registrera ny person")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Registrera ny person").click()
    heading(page, "Välj en tid")
    expect(page.locator("main")).to_contain_text(RESERVE_NUMBER)
    found = RESERVE_NUMBER.search(page.locator("main").inner_text())
    assert found
    visit(page, "/personal/boka")
    search(page, found.group())
    heading(page, "Välj en tid")
    expect(page.locator("main")).to_contain_text(f"{given_name} Resande")
    expect(page.get_by_role("link", name="Kalla till en period")).to_have_count(0)


@ON_BOTH
def test_invitation__booked_by_the_resident__open_again__withdrawn(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    staff = staff_page(new_context, "ali", "/personal/boka", viewport)
    search(staff, HANNA)
    heading(staff, "Välj en tid")
    staff.get_by_role("link", name="Kalla till en period").click()
    heading(staff, "Kalla till en period")
    staff.get_by_role("button", name="Skicka kallelsen").click()
    expect(staff.locator(".error-summary")).to_contain_text("Välj tidstyp")
    check_page(staff)
    staff.get_by_label("Tidstyp").select_option(label="Vaccination TBE")
    staff.get_by_label("Senast").fill(in_weeks(staff, 5))
    staff.get_by_role("button", name="Skicka kallelsen").click()
    expect(staff.get_by_text("Kallelsen finns i Mina tidsbokningar")).to_be_visible()
    expect(staff.get_by_text("Ring eller skicka ett brev.")).to_be_visible()
    check_page(staff)
    invitation = staff.url

    page = new_context(viewport={"width": 375, "height": 700}).new_page()
    resident = Resident(page)
    resident.log_in("hanna")
    expect(page.get_by_role("link", name="Du är kallad till Återbesök allergi")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Du är kallad till Vaccination TBE").click()
    box, times = page.get_by_role("checkbox"), page.locator("main button.time-free")
    expect(box.or_(times).first).to_be_visible()
    if box.count():
        resident.accept_terms()
    resident.choose_time(-1)  # late enough to be cancelled
    resident.go_on()
    resident.fill_details()
    resident.book()
    expect(page.locator("main")).to_contain_text("Mottagningen har kallat dig")
    booking = page.url
    visit(page, "/mina-tider")
    expect(page.get_by_role("link", name="Du är kallad till Vaccination TBE")).to_have_count(0)
    expect(page.locator(".badge", has_text="Kallelse")).to_be_visible()
    check_page(page)

    visit(staff, "/personal/kallelser?visa=booked")
    expect(staff.get_by_role("cell", name=re.compile("^Bokad ")).first).to_be_visible()
    check_page(staff)
    visit(page, booking)
    resident.cancel_booking()
    visit(page, "/mina-tider")
    expect(page.get_by_role("link", name="Du är kallad till Vaccination TBE")).to_be_visible()

    visit(staff, invitation)
    expect(staff.get_by_text("Hanna Sjölin")).to_be_visible()
    staff.get_by_text("Dra tillbaka kallelsen", exact=True).click()
    check_page(staff)
    staff.get_by_role("button", name="Ja, dra tillbaka").click()
    expect(staff.get_by_text("Kallelsen är tillbakadragen")).to_be_visible()
    visit(page, "/mina-tider")
    expect(page.get_by_role("link", name="Du är kallad till Återbesök allergi")).to_be_visible()
    expect(page.get_by_role("link", name="Du är kallad till Vaccination TBE")).to_have_count(0)


def in_weeks(page: Page, weeks: int) -> str:
    """Return a day so many weeks ahead, by the server's clock, as a form takes it."""
    return page.evaluate(
        """async weeks => {
            const now = new Date((await (await fetch('/demo/clock')).json()).now)
            now.setUTCDate(now.getUTCDate() + 7 * weeks)
            return now.toISOString().slice(0, 10)
        }""",
        weeks,
    )
