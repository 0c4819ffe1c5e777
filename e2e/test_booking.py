"""A resident books a time: on a phone, on a computer, by keyboard alone, and when something comes in between."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.checks import check_page, check_targets, expect_focus_on_heading
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.support import Wire, moved_clock, ready, visit

PHONE = {"width": 320, "height": 640}
HEALTH_CENTRE = "bjorkens-vardcentral"
NURSE = (HEALTH_CENTRE, "sjukskoterskebesok")


def test_book__on_a_phone_from_the_start_page(new_context: ContextMaker) -> None:
    page = new_context(viewport=PHONE).new_page()
    resident = Resident(page)
    visit(page, "/")
    check_page(page)
    page.get_by_role("searchbox").or_(page.get_by_role("textbox")).first.fill("lindhamn björk")
    page.keyboard.press("Enter")
    resident.heading("Hitta mottagning")
    expect(page).to_have_url(re.compile(r"sok=lindhamn"))
    check_page(page)
    page.get_by_role("link", name="Björkens vårdcentral").click()
    resident.heading("Björkens vårdcentral")
    check_page(page)
    page.get_by_role("link", name=re.compile("^Boka tid direkt")).click()
    resident.heading("Logga in")
    page.get_by_role("link", name="Logga in med e-legitimation").click()
    page.get_by_role("link", name=re.compile("Erik Lindahl")).click()
    resident.heading("Vad gäller besöket?")
    check_page(page)
    expect(page.get_by_text("Det är bara för dig som har fått en kallelse.")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Sjuksköterskebesök")).click()
    resident.heading("Läs mottagningens villkor")
    check_page(page)
    check_targets(page)
    resident.go_on()
    expect(page.get_by_role("heading", name="Det finns ett problem")).to_be_visible()
    assert page.title().startswith("Fel: ")
    resident.accept_terms()
    resident.heading("Välj en tid")
    expect_focus_on_heading(page)
    check_page(page)
    check_targets(page)
    resident.choose_time()
    check_page(page)
    resident.go_on()
    resident.heading("Dina uppgifter")
    expect_focus_on_heading(page)
    check_page(page)
    check_targets(page)
    resident.fill_details(reason="Blodtryckskontroll")
    resident.heading("Kontrollera din bokning")
    check_page(page)
    expect(page.get_by_text("Blodtryckskontroll")).to_be_visible()
    resident.book()
    check_page(page)
    expect_focus_on_heading(page)
    kept = page.url
    page.go_back()
    expect(page.get_by_text("Du har redan bokat tiden")).to_be_visible()
    page.goto(kept)
    resident.heading("Din tid är bokad")
    visit(page, "/mina-tider")
    resident.heading("Mina tidsbokningar")
    expect(page.locator("main li", has_text="Björkens vårdcentral")).to_have_count(1)
    check_page(page)


def test_book__on_a_computer_with_the_month(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("gunvor")
    resident.go_to_times(*NURSE)
    resident.heading("Välj en tid")
    grid = page.get_by_role("grid")
    expect(grid).to_be_visible()
    check_page(page)
    day = grid.get_by_role("button").last
    day.click()
    expect(page.locator("main :focus")).to_have_count(1)
    resident.choose_time()
    resident.go_on()
    resident.fill_details()
    resident.book()
    check_page(page)


def test_book__by_keyboard_alone(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("samuel")
    resident.go_to_times(*NURSE)
    resident.heading("Välj en tid")
    first = page.get_by_role("grid").get_by_role("button").first
    first.focus()
    for key in ("End", "Home", "ArrowDown", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
        expect(page.locator('[role="grid"] [data-day]:focus')).to_have_count(1)
    with_times = page.locator('[role="grid"] button[data-day]:focus')
    for _ in range(7):  # which day one has come to, and whether it has times, depends on today
        if with_times.count():
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator('[role="grid"] [data-day]:focus')).to_have_count(0)
    resident.tab_to(page.locator("main button.time-free"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tiden är reserverad för dig till").first).to_be_visible()
    resident.tab_to(page.locator("main :is(a, button)", has_text=re.compile("^Fortsätt$")))
    page.keyboard.press("Enter")
    resident.heading("Dina uppgifter")
    resident.tab_to(page.get_by_label("Telefonnummer"))
    page.keyboard.press("Control+A")
    page.keyboard.type("0701740605")
    resident.tab_to(page.locator("main :is(a, button)", has_text=re.compile("^Fortsätt$")))
    page.keyboard.press("Enter")
    resident.heading("Kontrollera din bokning")
    resident.tab_to(page.locator("main :is(a, button)", has_text=re.compile("^Boka tiden$")))
    page.keyboard.press("Enter")
    resident.heading("Din tid är bokad")
    check_page(page)


def test_taken__between_the_list_and_the_choice(new_context: ContextMaker) -> None:
    slow_phone = new_context()
    wire = Wire(slow_phone)
    first, second = Resident(new_context().new_page()), Resident(slow_phone.new_page())
    first.log_in("karin")
    second.log_in("amina")
    for resident in (first, second):
        resident.go_to_times(HEALTH_CENTRE, "sjukgymnast-nybesok")
        resident.heading("Välj en tid")
    with wire.slow():  # so that the second one cannot see that it is taken
        first.choose_time(0)
        second.free_time(0).click()
    box = second.page.get_by_role("alert").filter(has_text="Tiden hann bli bokad")
    expect(box).to_be_visible()
    expect(second.page.locator("[data-take-focus]")).to_be_focused()
    expect(box.get_by_role("button")).to_have_count(3)
    check_page(second.page)
    box.get_by_role("button").first.click()
    expect(second.page.get_by_text("Tiden är reserverad för dig till").first).to_be_visible()


def test_hold__runs_out_and_what_was_typed_is_kept(page: Page, context: BrowserContext) -> None:
    resident = Resident(page)
    resident.log_in("lisa")
    resident.go_to_times(HEALTH_CENTRE, "sjukgymnast-nybesok")
    resident.choose_time()
    resident.go_on()
    resident.heading("Dina uppgifter")
    with moved_clock(context.request, timedelta(minutes=11)):
        resident.fill_details(reason="Ont i knät sedan i våras")
        resident.heading("Välj en annan tid")
        expect(page.get_by_text("Tiden är inte längre reserverad")).to_be_visible()
        check_page(page)
        page.get_by_role("alert").get_by_role("button").first.click()
        expect(page.get_by_text("Tiden är reserverad för dig till").first).to_be_visible()
        resident.go_on()
        resident.heading("Kontrollera din bokning")
        expect(page.get_by_text("Ont i knät sedan i våras")).to_be_visible()


def test_session__lost_in_the_middle_and_resumed_at_the_same_step(new_context: ContextMaker) -> None:
    context = new_context()
    page = context.new_page()
    resident = Resident(page)
    resident.log_in("emma")
    resident.go_to_times(*NURSE)
    resident.choose_time(2)
    resident.go_on()
    resident.heading("Dina uppgifter")
    page.get_by_label("Varför söker du?").fill("Rådgivning om kost")
    other = context.new_page()
    _wait_until_kept(other, page.url, "Rådgivning om kost")
    other.get_by_role("button", name="Logga ut").first.click()
    expect(other.get_by_role("link", name="Logga in").first).to_be_visible()
    resident.go_on()
    resident.heading("Logga in")
    expect(page.get_by_text("Du har loggats ut")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Logga in med e-legitimation").click()
    page.get_by_role("link", name=re.compile("Emma Fletchley")).click()
    resident.heading("Dina uppgifter")
    expect(page.get_by_text(re.compile("reserverad för dig till")).first).to_be_visible()
    expect(page.get_by_label("Varför söker du?")).to_have_value("Rådgivning om kost")
    check_page(page)


def _wait_until_kept(other: Page, address: str, typed: str) -> None:
    """Open the same step in another tab until what was typed in the first one is there."""
    for _ in range(20):
        visit(other, address)
        if other.get_by_label("Varför söker du?").input_value() == typed:
            return
    raise AssertionError("what was typed is not kept")


def test_session__asks_before_it_ends_and_can_be_kept(page: Page, context: BrowserContext) -> None:
    resident = Resident(page)
    resident.log_in("gunvor")
    dialog = page.locator("#session-dialog")
    with moved_clock(context.request, timedelta(minutes=28, seconds=30)):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(dialog.get_by_role("heading", name="Du loggas snart ut")).to_be_visible(timeout=60_000)
        check_page(page)
        dialog.get_by_role("button", name="Fortsätt vara inloggad").click()
        expect(dialog).to_be_hidden()


def test_details__say_what_to_mend_and_keep_what_was_typed(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("karin")
    resident.go_to_times(HEALTH_CENTRE, "lakarbesok-pa-video")
    resident.choose_time()
    resident.go_on()
    resident.fill_details(phone="070-abc")
    summary = page.locator("[data-take-focus]")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(2)
    expect(page.get_by_label("Telefonnummer")).to_have_value("070-abc")
    assert page.title().startswith("Fel: ")
    check_page(page)
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("Varför söker du?")).to_be_focused()


def test_no_free_time__says_what_to_do(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("amina")
    resident.go_to_times("solglantans-bvc", "barnlakare")
    resident.heading("Det finns inga lediga tider just nu")
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("0999-105 00")).first).to_be_visible()
    expect(page.get_by_text(re.compile("Ring 112")).first).to_be_visible()
    check_page(page)


def test_double_click__books_once(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("samuel")
    resident.go_to_times("hamnens-vaccinationsmottagning", "influensa-och-covid-19")
    resident.choose_time()
    resident.go_on()
    resident.fill_details()
    resident.heading("Kontrollera din bokning")
    page.get_by_role("button", name="Boka tiden").dblclick()
    resident.heading("Din tid är bokad")
    visit(page, "/mina-tider")
    expect(page.locator("main li", has_text="Hamnens vaccinationsmottagning")).to_have_count(1)
    check_page(page)


def test_book__in_two_tabs__and_twice_in_one__is_one_booking(context: BrowserContext) -> None:
    resident, other, third = (Resident(context.new_page()) for _ in range(3))
    resident.log_in("gunvor")
    resident.go_to_times("kvarnens-provtagning", "blodprov")
    resident.choose_time()
    resident.go_on()
    resident.fill_details()
    resident.heading("Kontrollera din bokning")
    for tab in (other, third):
        visit(tab.page, resident.page.url)
        tab.heading("Kontrollera din bokning")
    resident.page.get_by_role("button", name="Boka tiden").evaluate(
        "button => { delete button.dataset.once; button.click(); button.click() }"
    )
    resident.heading("Din tid är bokad")
    other.book()
    expect(other.page).to_have_url(resident.page.url)
    third.page.reload()
    expect(third.page.get_by_text("Du har redan bokat tiden")).to_be_visible()
    check_page(third.page)
    for tab in (resident, other):
        tab.heading("Din tid är bokad")
    visit(other.page, "/mina-tider")
    expect(other.page.locator("main li", has_text="Kvarnens provtagning")).to_have_count(1)
    check_page(other.page)


def test_english__the_whole_way(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("emma", to="/en/boka/hamnens-vaccinationsmottagning/tbe")
    resident.heading(re.compile("terms"))
    check_page(page, lang="en")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Continue").click()
    resident.heading("Choose a time")
    check_page(page, lang="en")
    page.locator("main button.time-free").first.click()
    page.locator("main").get_by_text("Continue", exact=True).click()
    resident.heading("About you")
    page.get_by_label("Phone number").fill("+46 70 174 06 05")
    page.locator("main").get_by_text("Continue", exact=True).click()
    resident.heading(re.compile("Check"))
    check_page(page, lang="en")
    page.get_by_role("button", name="Book the time").click()
    resident.heading(re.compile("booked"))
    check_page(page, lang="en")


@pytest.mark.parametrize(
    "address",
    [
        "/mottagning/finns-inte",
        "/boka/finns-inte",
        f"/boka/{HEALTH_CENTRE}/finns-inte",
        "/bokning/x/y",
        "/finns-inte",
    ],
)
def test_unknown_address__has_a_page_of_its_own(page: Page, address: str) -> None:
    Resident(page).log_in("erik")
    page.goto(address)
    ready(page)
    expect(page.get_by_text(re.compile("finns inte", re.IGNORECASE)).first).to_be_visible()
    check_page(page)
