"""Finding a clinic, and comparing when the next time is free."""

import re
from urllib.parse import quote

from playwright.sync_api import Page, expect

from e2e.checks import check_page
from e2e.residents import Resident
from e2e.support import visit


def _search(page: Page, label: str, words: str) -> None:
    page.get_by_role("search").get_by_label(label).fill(words)
    page.keyboard.press("Enter")


def test_clinic__is_found_by_a_name_that_is_nearly_right(page: Page) -> None:
    visit(page, "/mottagningar")
    _search(page, "Mottagningens namn eller ort", "bjorkens vardcentrl")
    expect(page.get_by_role("link", name="Björkens vårdcentral")).to_be_visible()
    expect(page.get_by_text(re.compile("Här är de som liknar"))).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Björkens vårdcentral").click()
    expect(page.locator("h1")).to_have_text("Björkens vårdcentral")
    page.go_back()
    expect(page.get_by_role("link", name="Björkens vårdcentral")).to_be_visible()
    check_page(page)


def test_clinics__of_one_region(page: Page) -> None:
    visit(page, "/mottagningar")
    page.get_by_label("Region").select_option(label="Region Fjällmark")
    page.get_by_role("search").get_by_role("button").click()
    expect(page.get_by_role("link", name="Forsens barnavårdscentral")).to_be_visible()
    expect(page.get_by_role("link", name="Björkens vårdcentral")).to_have_count(0)
    expect(page).to_have_url(re.compile("region=fjallmark"))
    page.reload()
    expect(page.get_by_label("Region")).to_have_value("fjallmark")
    check_page(page)


def test_next_free_times__side_by_side_lead_to_booking(page: Page) -> None:
    resident = Resident(page)
    page.goto("/lediga-tider?sok=blodprov")
    expect(page.locator("h1")).to_have_text(re.compile("Logga in"))
    resident.log_in("emma", to=quote("/lediga-tider?sok=läkarbesök", safe="/?="))
    resident.heading("Jämför lediga tider")
    _search(page, "Vad gäller besöket?", "blodprov")
    expect(page.get_by_role("heading", name=re.compile("besök för ”blodprov”"))).to_be_visible()
    row = page.get_by_role("link", name=re.compile("^Blodprov Kvarnens"))
    expect(row.first).to_be_visible()
    expect(page.get_by_text(re.compile("^(mån|tis|ons|tors|fre|lör|sön)dag .* kl")).first).to_be_visible()
    check_page(page)
    row.first.click()
    expect(page).to_have_url(re.compile("/boka/kvarnens-provtagning/blodprov"))
    check_page(page)
