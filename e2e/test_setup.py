"""Setting a timebook up: from nothing to the first bookable time, and the rules of a time type."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.checks import check_page
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import in_two_weeks, staff_page
from e2e.support import ready, visit

NEW_CLINIC = "backens-fysioterapi"
TABLET = {"width": 820, "height": 1180}


def next_step(page: Page, link: str, title: str) -> None:
    """Go to the schedule, where the steps are, and on to the one that is next."""
    visit(page, "/personal")
    expect(page.get_by_role("heading", name="Så kommer ni i gång")).to_be_visible()
    page.locator("main .button", has_text=link).click()
    expect(page.locator("h1")).to_have_text(title)
    ready(page)


def test_a_new_clinic__is_led_to_its_first_bookable_time(new_context: ContextMaker) -> None:
    page = staff_page(new_context, "inger", "/personal")
    expect(page.get_by_text("0 av 6 steg är klara.")).to_be_visible()
    check_page(page)

    next_step(page, "Skriv öppettider och telefon", "Inställningar")
    page.get_by_label("Öppettider på svenska").fill("Måndag–fredag 8.00–16.00")
    page.get_by_role("button", name="Spara öppettider").click()
    expect(page.get_by_role("heading", name="Öppettider och telefon är sparade")).to_be_visible()
    check_page(page)

    next_step(page, "Lägg till vårdgivare", "Vårdgivare och resurser")
    page.get_by_role("button", name="Spara").click()
    expect(page.locator(".error-summary")).to_contain_text("Skriv ett namn")
    page.get_by_label("Namn").fill("Linus Bäck")
    page.get_by_label("Titel på svenska").fill("fysioterapeut")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("heading", name="Linus Bäck är sparad")).to_be_visible()
    check_page(page)

    next_step(page, "Välj en tidstyp", "Tidstyper")
    page.get_by_role("link", name="Nybesök").click()
    expect(page.get_by_label("Namn på svenska")).to_have_value("Nybesök")
    page.get_by_text("Fråga 1").click()
    page.get_by_label("Fråga på svenska").first.fill("Har du varit hos oss förut?")
    page.get_by_label("Svar att välja på, ett per rad").first.fill("Ja\nNej")
    page.get_by_label("Frågan måste besvaras").first.check()
    check_page(page)
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("heading", name="Tidstypen Nybesök finns nu")).to_be_visible()
    check_page(page)

    next_step(page, "Skriv villkoren", "Villkor")
    box = page.get_by_role("textbox", name="Villkor på svenska")
    box.click()
    page.keyboard.type("Avboka senast dagen före.")
    page.get_by_label("Gäller från och med").fill("i dag")
    page.get_by_role("button", name=re.compile("^Spara")).click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(box).to_contain_text("Avboka senast dagen före.")
    today = page.evaluate("async () => (await (await fetch('/demo/clock')).json()).now.slice(0, 10)")
    page.get_by_label("Gäller från och med").fill(today)
    page.get_by_role("button", name=re.compile("^Spara")).click()
    expect(page.get_by_role("heading", name="Versionen är sparad.")).to_be_visible()

    next_step(page, "Sätt på Boka tid direkt", "Inställningar")
    page.get_by_role("checkbox", name=re.compile("^Boka tid direkt")).check()
    page.get_by_role("checkbox", name="Mina tidsbokningar").check()
    page.get_by_role("button", name="Ändra ärendetyper").click()
    expect(page.get_by_role("heading", name="Ärendetyperna är ändrade")).to_be_visible()

    next_step(page, "Publicera första tiden", "Publicera tider")
    day = in_two_weeks(page)
    page.get_by_label("Tidstyp").select_option(label="Nybesök")
    page.get_by_label("Vårdgivare eller resurs").select_option(index=1)
    page.get_by_label("Första tiden börjar").fill("9.00")
    page.get_by_label("Sista tiden slutar").fill("12.00")
    page.get_by_label("Från och med").fill(day)
    page.get_by_label("Till och med").fill(day)
    page.get_by_role("button", name="Granska tiderna").click()
    page.get_by_role("button", name="Publicera 6 tider").click()
    expect(page.get_by_text("6 tider är publicerade").first).to_be_visible()
    visit(page, "/personal")
    expect(page.get_by_role("heading", name="Så kommer ni i gång")).to_have_count(0)
    expect(page.get_by_text("Invånarna kan inte boka än")).to_have_count(0)

    resident = Resident(new_context(viewport={"width": 375, "height": 812}).new_page())
    resident.log_in("samuel", to=f"/boka/{NEW_CLINIC}")
    resident.go_to_times(NEW_CLINIC, "nybesok")
    mine = resident.page
    mine.get_by_text("Det här gäller").click()
    expect(mine.get_by_text("Du behöver skriva varför du söker.")).to_be_visible()
    check_page(mine)
    resident.free_time().click()
    mine.get_by_role("link", name="Fortsätt").click()
    resident.heading("Dina uppgifter")
    mine.get_by_label("Varför söker du?").fill("Ont i axeln")
    mine.get_by_label("Telefonnummer").fill("070-174 06 05")
    mine.get_by_role("button", name="Fortsätt").click()
    expect(mine.locator(".error-summary")).to_contain_text("Välj ett svar")
    check_page(mine)
    mine.get_by_label("Nej").check()
    mine.get_by_role("button", name="Fortsätt").click()
    resident.heading("Kontrollera din bokning")
    expect(mine.get_by_role("link", name="Ändra svaret: Har du varit hos oss förut?")).to_be_visible()
    check_page(mine)
    mine.get_by_role("button", name="Boka tiden").click()
    resident.heading("Din tid är bokad")
    expect(mine.get_by_text("Har du varit hos oss förut?")).to_be_visible()
    resident.cancel_booking()


@pytest.mark.parametrize("viewport", [None, TABLET], ids=["desktop", "tablet"])
def test_time_type__is_written__mended_and_changed(
    new_context: ContextMaker, viewport: dict[str, int] | None
) -> None:
    page = staff_page(new_context, "helena", "/personal/tidstyper")
    if viewport:
        page.set_viewport_size(viewport)
    check_page(page)
    name = "Prov på platta" if viewport else "Prov vid disk"
    page.get_by_role("link", name="Telefonsamtal").click()
    page.get_by_label("Namn på svenska").fill(name)
    page.get_by_label("När de släpps").check()
    expect(page.get_by_label("Antal dagar före", exact=True)).not_to_be_visible()
    page.get_by_label("Veckodag").select_option(label="måndag")
    page.get_by_label("Klockan").fill("3.00")
    page.get_by_label("Antal veckor som släpps").fill("4")
    page.get_by_label("Från ålder").fill("16")
    page.get_by_label("Till ålder").fill("15")
    page.get_by_label("Tidstypen används").uncheck()
    page.get_by_role("button", name="Spara").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_text(
        [
            "Den högsta åldern ska inte vara lägre än den lägsta",
            "Skriv ett klockslag mellan 4.00 och 23.59",
        ]
    )
    check_page(page)
    summary.get_by_role("link").last.click()
    expect(page.get_by_label("Klockan")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("8")
    page.get_by_label("Till ålder").fill("")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("heading", name=f"Tidstypen {name} finns nu")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name=name).click()
    said = page.locator("section", has=page.get_by_role("heading", name="Så läser invånaren reglerna"))
    expect(said).to_contain_text("Nya tider släpps måndagar kl. 8.00. Då släpps tider 4 veckor framåt.")
    expect(said).to_contain_text("Det är för dig som är 16 år eller äldre.")
    other = page.context.new_page()
    visit(other, page.url)
    other.get_by_label("Från ålder").fill("18")
    other.get_by_role("button", name="Spara").click()
    expect(other.get_by_role("heading", name=f"Tidstypen {name} är ändrad")).to_be_visible()
    page.get_by_label("Namn på engelska").fill("Mine")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("heading", name="Någon annan har ändrat tidstypen")).to_be_visible()
    expect(page.get_by_label("Namn på engelska")).to_have_value("Mine")
    check_page(page)


def test_others__read_the_rules__and_write_nothing(new_context: ContextMaker) -> None:
    page = staff_page(new_context, "maria", "/personal/tidstyper/sjukskoterskebesok")
    expect(page.get_by_role("heading", name="Så läser invånaren reglerna")).to_be_visible()
    expect(page.get_by_role("button", name="Spara")).to_have_count(0)
    check_page(page)
    visit(page, "/personal/vardgivare")
    expect(page.get_by_role("heading", name="Anna Berg")).to_be_visible()
    expect(page.locator("main").get_by_role("button")).to_have_count(0)
    check_page(page)
