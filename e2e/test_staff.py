"""The staff's way: from an empty clinic to a booked time, the day's list, and who may not."""

import re

from playwright.sync_api import Page, expect

from e2e.album import Album
from e2e.checks import check_page
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import ON_BOTH, in_two_weeks
from e2e.support import ready, visit


def _log_in(page: Page, persona: str, to: str = "/personal") -> None:
    page.goto(f"/auth/login/staff?persona={persona}&vidare={to}")
    ready(page)


def test_publish_to_book__in_an_empty_clinic(new_context: ContextMaker) -> None:
    album = Album(new_context, width=1280, height=800)
    staff = album.page
    _log_in(staff, "nora")
    expect(staff.get_by_role("heading", name="Så kommer ni i gång")).to_be_visible()
    check_page(staff)
    album.take("personal-kom-igang")  # here, where the clinic is sure to be empty still
    staff.get_by_role("link", name="Publicera första tiden").click()
    expect(staff.locator("h1")).to_have_text("Publicera tider")
    check_page(staff)
    day = in_two_weeks(staff)
    staff.get_by_label("Tidstyp").select_option(label="Föräldrasamtal")
    staff.get_by_label("Vårdgivare eller resurs").select_option(index=1)
    staff.get_by_label("Första tiden börjar").fill("9.00")
    staff.get_by_label("Sista tiden slutar").fill("12.00")
    staff.get_by_label("Från och med").fill(day)
    staff.get_by_label("Till och med").fill(day)
    staff.get_by_role("button", name="Granska tiderna").click()
    expect(staff.locator("h1")).to_have_text("Granska tiderna")
    check_page(staff)
    staff.get_by_role("button", name="Publicera 4 tider").click()
    expect(staff.get_by_text("4 tider är publicerade").first).to_be_visible()
    check_page(staff)

    resident = Resident(new_context().new_page())
    resident.log_in("amina")
    resident.go_to_times("solglantans-bvc", "foraldrasamtal")
    resident.choose_time()
    resident.go_on()
    resident.fill_details(reason="Sömn")
    resident.book()

    visit(staff, f"/personal/bokningar?dag={day}")
    expect(staff.get_by_text("1 bokning").first).to_be_visible()
    expect(staff.get_by_text("Amina")).to_have_count(0)
    check_page(staff)
    staff.get_by_role("link", name=re.compile("^Öppna bokningen")).click()
    expect(staff.get_by_text("Amina Haddad Berg")).to_be_visible()
    expect(staff.get_by_text("Sömn")).to_be_visible()
    check_page(staff)
    staff.get_by_role("button", name="Avboka åt invånaren").or_(
        staff.get_by_role("link", name="Avboka åt invånaren")
    ).first.click()
    staff.get_by_label("Meddelande till invånaren").fill("Maja är sjuk. Välkommen att boka igen.")
    check_page(staff)
    staff.get_by_role("button", name="Ja, avboka tiden").click()
    expect(staff.get_by_text("Tiden är avbokad").first).to_be_visible()
    resident.page.reload()
    resident.heading("Tiden är avbokad")


@ON_BOTH
def test_week__shows_the_times_and_withdraws_free_ones(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    page = new_context(viewport=viewport).new_page()
    _log_in(page, "maria")
    page.get_by_role("link", name="Nästa vecka").click()
    ready(page)
    expect(page.locator("table caption")).to_contain_text("Björkens vårdcentral")
    check_page(page)
    free = page.locator("td[data-free=true]")
    before = free.count()
    free.first.click()
    expect(page.get_by_text("1 tid vald").first).to_be_visible()
    page.get_by_role("button", name="Ta bort", exact=True).click()
    expect(page.get_by_text("Du tar bort 1 tid").first).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Ja, ta bort tiden").click()
    expect(page.get_by_text("1 tid är borttagen.").first).to_be_visible()
    expect(free).to_have_count(before - 1)
    check_page(page)


@ON_BOTH
def test_publish__overlap_is_shown_and_refused(new_context: ContextMaker, viewport: dict[str, int]) -> None:
    page = new_context(viewport=viewport).new_page()
    _log_in(page, "maria", "/personal/publicera")
    day = in_two_weeks(page)
    page.get_by_label("Tidstyp").select_option(label="Sjuksköterskebesök")
    page.get_by_label("Vårdgivare eller resurs").select_option(index=1)
    page.get_by_label("Första tiden börjar").fill("8.10")
    page.get_by_label("Sista tiden slutar").fill("9.10")
    page.get_by_label("Från och med").fill(day)
    page.get_by_label("Till och med").fill(day)
    page.get_by_role("button", name="Granska tiderna").click()
    expect(page.get_by_text(re.compile("krockar")).first).to_be_visible()
    check_page(page)


def test_publish__bad_input_is_told_and_kept(page: Page) -> None:
    _log_in(page, "maria", "/personal/publicera")
    page.get_by_label("Första tiden börjar").fill("halv nio")
    page.get_by_role("button", name="Granska tiderna").click()
    expect(page.get_by_role("heading", name="Det finns ett problem")).to_be_visible()
    expect(page.get_by_label("Första tiden börjar")).to_have_value("halv nio")
    check_page(page)


def test_wrong_role__is_told_and_sees_nothing(new_context: ContextMaker) -> None:
    resident = new_context().new_page()
    Resident(resident).log_in("erik", to="/mina-tider")
    visit(resident, "/personal")
    expect(resident.get_by_text("Du har inte behörighet till sidan")).to_be_visible()
    check_page(resident)
    staff = new_context().new_page()
    _log_in(staff, "maria")
    visit(staff, "/mina-tider")
    expect(staff.get_by_text("Du har inte behörighet till sidan")).to_be_visible()
    region = new_context().new_page()
    _log_in(region, "petra")
    visit(region, "/personal")
    expect(region.get_by_text("Du har inte behörighet till sidan")).to_be_visible()
    expect(region.locator("table")).to_have_count(0)
    check_page(region)


def test_anonymous__is_sent_to_log_in_and_comes_back(page: Page) -> None:
    visit(page, "/personal/bokningar")
    expect(page.locator("h1")).to_have_text("Logga in")
    check_page(page)
    page.get_by_role("link", name="Logga in som personal").click()
    page.get_by_role("link", name=re.compile("Maria Sandhage")).click()
    ready(page)
    expect(page).to_have_url(re.compile(r"/personal/bokningar"))
