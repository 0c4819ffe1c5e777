"""Following up the log: what staff did is found by patient and by colleague, handed out, and checked by sample."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.checks import check_page, check_targets, check_uncovered
from e2e.conftest import ContextMaker
from e2e.support import ready, visit

DESKTOP, TABLET = {"width": 1280, "height": 800}, {"width": 820, "height": 1180}
WHY = "Patienten har frågat"


def admin_page(new_context: ContextMaker, viewport: dict[str, int], to: str) -> Page:
    page = new_context(viewport=viewport).new_page()
    page.goto(f"/auth/login/staff?persona=signe&vidare={to.replace('/', '%2F')}")
    return ready(page)


def open_a_booking(page: Page) -> tuple[str, str]:
    """Open one of the clinic's bookings, which is logged. Return its resident's number and name."""
    visit(page, "/personal/bokningar")
    opened = page.get_by_role("link", name=re.compile("^Öppna bokningen"))
    rows_or_none = page.locator("#day-count, .empty-state").first
    for _ in range(14):
        expect(rows_or_none).to_be_visible()
        if opened.count():
            break
        heading = page.locator("h1").inner_text()
        page.get_by_role("link", name="Nästa dag").click()
        expect(page.locator("h1")).not_to_have_text(heading)
    opened.first.click()
    number = page.locator(".summary-row").filter(has_text="Personnummer").locator("dd")
    expect(number).to_have_text(re.compile(r"\d{8}-\d{4}"))
    name = page.locator(".summary-row").filter(has=page.get_by_text("Namn", exact=True)).locator("dd")
    return number.inner_text(), name.inner_text()


def search(page: Page, reason: str = WHY) -> None:
    page.get_by_label("Varför kontrollerar du loggen?").fill(reason)
    page.get_by_role("button", name="Sök i loggen").click()


@pytest.mark.parametrize("viewport", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_by_patient__what_was_done_is_found__and_handed_out(
    new_context: ContextMaker, viewport: dict[str, int], tmp_path: Path
) -> None:
    page = admin_page(new_context, viewport, "/personal/bokningar")
    number, name = open_a_booking(page)
    visit(page, "/personal/installningar")
    page.get_by_role("link", name="Logguppföljning").click()
    expect(page.locator("h1")).to_have_text("Sök i loggen på en patient")
    check_page(page)
    page.get_by_role("button", name="Sök i loggen").click()
    expect(page.locator(".error-summary")).to_contain_text("Personnumret stämmer inte")
    expect(page.locator(".error-summary")).to_contain_text("Skriv varför du kontrollerar loggen")
    check_page(page)
    page.get_by_label("Personnummer").fill(number)
    search(page)
    expect(page.get_by_role("heading", name=re.compile("^Loggen om "))).to_be_focused()
    main = page.locator("main")
    row = main.get_by_role("row").filter(has_text="Öppnade en bokning").first
    expect(row).to_contain_text("Signe Kvarnström, mottagningsadministratör, SE2321000016-4001")
    expect(row).to_contain_text("Bokning och vård")
    expect(main.get_by_role("row").filter(has_text=WHY).first).to_contain_text("Sökte i loggen på en patient")
    expect(main).not_to_contain_text(name)
    check_page(page)
    check_targets(page, 32)
    check_uncovered(page)

    page.get_by_role("link", name="Gör ett utdrag till patienten").click()
    expect(page.locator("h1")).to_have_text("Utdrag ur loggen")
    expect(main).to_contain_text(name)
    expect(main).to_contain_text("Öppnade din bokning och såg ditt namn och personnummer")
    expect(main).not_to_contain_text(WHY)
    check_page(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Hämta som fil").click()
    assert download.value.suggested_filename == "loggutdrag.csv"
    download.value.save_as(tmp_path / "utdrag.csv")
    assert "Öppnade din bokning" in (tmp_path / "utdrag.csv").read_text("utf-8-sig")
    page.emulate_media(media="print")
    for away in (
        page.locator(".side-nav"),
        page.locator(".part-nav").first,
        page.get_by_role("button", name="Skriv ut"),
    ):
        expect(away).to_be_hidden()
    expect(main).to_contain_text(number)
    page.emulate_media(media="screen")

    visit(page, "/personal")
    visit(page, "/personal/logg/utdrag")
    expect(page.get_by_role("heading", name="Sök patienten först")).to_be_visible()
    check_page(page)


@pytest.mark.parametrize("viewport", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_sample__is_drawn_judged_and_signed(new_context: ContextMaker, viewport: dict[str, int]) -> None:
    page = admin_page(new_context, viewport, "/personal/bokningar")
    open_a_booking(page)
    visit(page, "/personal/logg/stickprov")
    page.get_by_label("Antal rader").fill("0")
    page.get_by_role("button", name="Dra stickprovet").click()
    expect(page.locator(".error-summary")).to_contain_text("Skriv ett antal från 1 till 100")
    check_page(page)
    page.get_by_label("Antal rader").fill("1")
    page.get_by_role("button", name="Dra stickprovet").click()
    expect(page.locator("h1")).to_have_text(re.compile(r"^Stickprov \d+$"))
    name = page.locator("h1").inner_text()
    expect(page.get_by_role("heading", name=re.compile("^Rad "))).to_have_count(1)
    check_page(page)
    page.get_by_label("Ska utredas").check()
    page.get_by_role("button", name="Spara bedömningarna").click()
    page.get_by_role("link", name="Skriv vad som ska utredas").click()
    expect(page.get_by_label("Anteckning")).to_be_focused()
    check_page(page)
    page.get_by_label("Vad visade kontrollen?").fill("En rad ska utredas")
    page.get_by_role("button", name="Signera kontrollen").click()
    expect(page.locator(".error-summary")).to_contain_text("Bedöm alla rader och spara")
    page.get_by_label("Anteckning").fill("Var det en bokning?")
    page.get_by_role("button", name="Spara bedömningarna").click()
    expect(page.get_by_text("Bedömningarna är sparade")).to_be_visible()
    check_targets(page, 32)
    page.get_by_role("button", name="Signera kontrollen").click()
    expect(page.get_by_role("heading", name="Kontrollen är signerad")).to_be_visible()
    expect(page.get_by_text("0 befogade, 1 ska utredas")).to_be_visible()
    expect(page.get_by_text("Var det en bokning?")).to_be_visible()
    expect(page.get_by_role("button", name="Spara bedömningarna")).to_have_count(0)
    check_page(page)
    page.get_by_role("link", name="Tillbaka").click()
    row = page.get_by_role("row").filter(
        has=page.get_by_role("link", name=f"Öppna {name[0].lower()}{name[1:]}", exact=True)
    )
    expect(row).to_contain_text("Signerat")
    check_page(page)


def test_by_colleague__with_the_keyboard_only(new_context: ContextMaker) -> None:
    page = admin_page(new_context, DESKTOP, "/personal/bokningar")
    open_a_booking(page)
    visit(page, "/personal/logg/medarbetare")
    page.get_by_label("Medarbetare").focus()
    page.keyboard.type("Signe")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Har tittat")
    page.keyboard.press("Tab")
    page.keyboard.type("Rutinkontroll")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Loggen över Signe Kvarnström, "))).to_be_focused()
    expect(
        page.locator("main").get_by_role("row").filter(has_text="Öppnade en bokning").first
    ).to_be_visible()
    expect(page.locator("main").get_by_role("row").filter(has_text="Signerade")).to_have_count(0)
    check_page(page)


def test_nobody_else__may(new_context: ContextMaker) -> None:
    page = new_context().new_page()
    page.goto("/auth/login/staff?persona=maria&vidare=%2Fpersonal%2Flogg")
    ready(page)
    expect(page.get_by_text("Du har inte behörighet till sidan")).to_be_visible()
    expect(page.get_by_label("Personnummer")).to_have_count(0)
    check_page(page)


def test_phone__the_log_stands_up_as_cards(new_context: ContextMaker) -> None:
    page = admin_page(new_context, {"width": 375, "height": 700}, "/personal/bokningar")
    number, _ = open_a_booking(page)
    visit(page, "/personal/logg")
    page.get_by_label("Personnummer").fill(number)
    search(page)
    expect(page.get_by_role("heading", name=re.compile("^Loggen om "))).to_be_visible()
    check_page(page)
