"""Who may what: given on one page, hidden where it may not be done, lost at once, chosen where there are several."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.checks import check_page
from e2e.conftest import ContextMaker
from e2e.staff import staff_page
from e2e.support import ready, visit

DESK, TABLET = {"width": 1280, "height": 900}, {"width": 820, "height": 1180}
REHAB = "/personal/mottagningar/alvens-rehab"
RUT, RUT_ID = "Rut Hedlund", "SE2321000016-7002"


def _row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=re.compile(f"^{name}")))


def _remove(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Ändra behörighet för {name}").click()
    page.get_by_role("button", name="Ta bort behörigheten").click()
    impact = page.get_by_role("region", name=f"Ta bort {name}?")
    expect(impact).to_be_focused()
    impact.get_by_role("button", name="Ta bort behörigheten").click()
    expect(page.get_by_role("region", name=f"{name} har inte behörighet mer")).to_be_focused()


@pytest.mark.parametrize("size", [DESK, TABLET], ids=["desk", "tablet"])
def test_appointed__works__and_stops_the_moment_the_role_is_another(
    new_context: ContextMaker, size: dict[str, int]
) -> None:
    rut = new_context(viewport=size).new_page()
    rut.goto("/auth/login/staff?persona=rut")
    expect(rut.get_by_role("heading", name="Du saknar uppdrag här")).to_be_visible()
    expect(rut.get_by_text(RUT_ID)).to_be_visible()

    petra = new_context(viewport=size).new_page()
    petra.goto("/auth/login/staff?persona=petra")
    ready(petra)
    expect(petra).to_have_url(re.compile("/personal/mottagningar$"))
    petra.get_by_label("Mottagningens namn eller ort").fill("älven")
    petra.get_by_role("button", name="Sök").click()
    expect(_row(petra, "Älvens rehabmottagning")).to_contain_text("Greta Vallgren")
    check_page(petra)
    petra.get_by_role("link", name="Behörigheter på Älvens rehabmottagning").click()
    petra.get_by_role("textbox", name="HSA-id").fill("7002")
    petra.get_by_role("button", name="Lägg till").click()
    summary = petra.get_by_role("alert", name="Det finns ett problem")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("HSA-id ska se ut så här")
    petra.get_by_role("textbox", name="HSA-id").fill(RUT_ID.lower())
    petra.get_by_role("textbox", name="Namn").fill("Rut")
    petra.get_by_role("radio", name="Mottagningsadministratör").check()
    petra.get_by_role("button", name="Lägg till").click()
    expect(petra.get_by_role("region", name="Rut är tillagd")).to_be_focused()
    expect(_row(petra, "Rut")).to_contain_text("Ändrad av Petra Lundvall den")
    check_page(petra)

    rut.goto("/auth/login/staff?persona=rut&vidare=/personal/behorigheter")
    ready(rut)
    expect(_row(rut, RUT)).to_contain_text("Mottagningsadministratör")
    check_page(rut)

    greta = staff_page(new_context, "greta", "/personal/behorigheter")
    greta.get_by_role("button", name=f"Ändra behörighet för {RUT}").click()
    save = greta.get_by_role("button", name="Spara")
    expect(save).to_be_visible()  # the form below has the same choices until then
    greta.get_by_role("radio", name="Läsbehörighet").check()
    save.click()
    expect(greta.get_by_role("region", name=f"Behörigheten för {RUT} är ändrad")).to_be_focused()
    check_page(greta)

    rut.get_by_role("button", name="Ändra behörighet för Greta Vallgren").click()
    expect(rut.get_by_text("Din behörighet har ändrats")).to_be_visible()
    check_page(rut)
    rut.get_by_role("link", name="Logga in som personal").click()
    rut.get_by_role("link", name=RUT).click()
    ready(rut)
    visit(rut, "/personal")
    expect(rut.get_by_role("link", name="Publicera tider")).to_have_count(0)

    _remove(greta, RUT)
    check_page(greta)


def test_last_administrator__cannot_leave(new_context: ContextMaker) -> None:
    signe = staff_page(new_context, "signe", "/personal/behorigheter")
    signe.get_by_role("button", name="Ändra behörighet för Signe Kvarnström").press("Enter")
    expect(signe.get_by_role("region", name="Signe Kvarnström")).to_be_focused()
    signe.get_by_role("button", name="Ta bort behörigheten").press("Enter")
    impact = signe.get_by_role("region", name="Du tar bort dig själv")
    expect(impact).to_be_focused()
    check_page(signe)
    impact.get_by_role("button", name="Ta bort min behörighet").press("Enter")
    expect(signe.get_by_text("Någon måste vara administratör")).to_be_visible()
    check_page(signe)
    visit(signe, "/personal/behorigheter")
    expect(_row(signe, "Signe Kvarnström")).to_contain_text("Mottagningsadministratör")


@pytest.mark.parametrize("size", [DESK, TABLET], ids=["desk", "tablet"])
def test_read_only__sees_and_changes_nothing(new_context: ContextMaker, size: dict[str, int]) -> None:
    page = new_context(viewport=size).new_page()
    page.goto("/auth/login/staff?persona=lennart&vidare=/personal")
    ready(page)
    menu = page.get_by_role("navigation", name="Personalmeny")
    expect(menu.get_by_role("link", name="Bokningar i dag")).to_be_visible()
    expect(page.locator("#schedule")).to_be_visible()
    for hidden in ("Publicera tider", "Förfrågningar"):
        expect(menu.get_by_role("link", name=hidden)).to_have_count(0)
    expect(page.get_by_role("button", name="Ta bort", exact=True)).to_have_count(0)
    expect(page.locator("[data-free=true]")).to_have_count(0)
    check_page(page)
    visit(page, "/personal/publicera")
    expect(page.get_by_text("Du har inte behörighet till sidan")).to_be_visible()
    visit(page, "/personal/installningar")
    expect(page.get_by_role("link", name="Behörigheter")).to_have_count(0)
    check_page(page)


def test_clinician__handles_times_and_sees_no_requests(new_context: ContextMaker) -> None:
    johan = staff_page(new_context, "johan", "/personal")
    menu = johan.get_by_role("navigation", name="Personalmeny")
    expect(menu.get_by_role("link", name="Publicera tider")).to_be_visible()
    expect(menu.get_by_role("link", name="Förfrågningar")).to_have_count(0)
    visit(johan, "/personal/forfragningar")
    expect(johan.get_by_text("Du har inte behörighet till sidan")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, TABLET], ids=["desk", "tablet"])
def test_several_commissions__one_is_chosen__and_changed_without_logging_out(
    new_context: ContextMaker, size: dict[str, int]
) -> None:
    context = new_context(viewport=size)
    page = context.new_page()
    page.goto("/auth/login/staff?persona=bodil&vidare=/personal/bokningar")
    ready(page)
    expect(page.locator("h1")).to_have_text("Välj uppdrag")
    check_page(page)
    visit(page, "/personal")  # no way around the choice
    expect(page.locator("h1")).to_have_text("Välj uppdrag")
    page.get_by_role("radio", name=re.compile("Björkens vårdcentral")).check()
    page.get_by_role("button", name="Fortsätt").click()
    ready(page)
    header = page.get_by_role("banner")
    expect(header).to_contain_text("Björkens vårdcentral")
    left_open = context.new_page()
    visit(left_open, "/personal")
    page.get_by_role("link", name="Byt uppdrag").click()
    expect(page.get_by_role("radio", name=re.compile("Björkens vårdcentral"))).to_be_checked()
    page.get_by_role("radio", name=re.compile("Hamnens vaccinationsmottagning")).check()
    page.get_by_role("button", name="Fortsätt").click()
    ready(page)
    expect(header).to_contain_text("Hamnens vaccinationsmottagning")
    expect(
        page.get_by_role("navigation", name="Personalmeny").get_by_role("link", name="Förfrågningar")
    ).to_be_visible()
    left_open.get_by_role("link", name="Nästa vecka").click()
    expect(left_open.get_by_role("banner")).to_contain_text("Hamnens vaccinationsmottagning")
    check_page(page)
