"""Omboka: one time for another, where the old one stays until the new one is sure."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from e2e.checks import check_page, check_targets, expect_focus_on_heading
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.support import moved_clock, visit

DOCTOR = ("bjorkens-vardcentral", "lakarbesok-inom-5-dagar")


def book(resident: Resident, index: int) -> str:
    """Book one of the last times that are shown, and return when it is."""
    resident.go_to_times(*DOCTOR)
    resident.choose_time(index)
    resident.go_on()
    resident.fill_details(reason="Ont i halsen")
    resident.book()
    return resident.page.locator(".panel .strong").inner_text()


def to_the_times(resident: Resident) -> None:
    """Come from the booking's page to the times, by way of the terms where they are asked for."""
    page = resident.page
    page.get_by_role("link", name="Omboka tiden").click()
    box, times = page.get_by_role("checkbox"), page.locator("main button.time-free")
    expect(box.or_(times).first).to_be_visible()
    if box.count():
        resident.accept_terms()
        expect(times.first).to_be_visible()


def _is_among_my_bookings(page: Page) -> None:
    """Assert that the navigation marks the page as one of what the resident has booked."""
    here = page.get_by_role("navigation", name="Huvudmeny").locator("[aria-current=page]")
    expect(here).to_have_text("Mina tidsbokningar")


def test_rebook__on_a_phone(new_context: ContextMaker) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    resident = Resident(page)
    resident.log_in("gunvor")
    old = book(resident, -1)
    old_address = page.url
    to_the_times(resident)
    resident.heading("Välj en tid")
    expect(page.get_by_text(f"Du har tiden {old}. Den är kvar tills du har bokat en ny.")).to_be_visible()
    check_page(page)
    check_targets(page)
    _is_among_my_bookings(page)
    resident.choose_time(-1)
    resident.go_on()
    resident.heading("Kontrollera din ombokning")
    expect_focus_on_heading(page)
    _is_among_my_bookings(page)
    new = page.locator(".summary-row").filter(has_text="Ny tid").locator("dd").first.inner_text()
    expect(page.get_by_text("Din nuvarande tid är kvar tills du valt Omboka tiden.")).to_be_visible()
    expect(page.locator(".summary-row").filter(has_text="Nuvarande tid")).to_contain_text(old)
    check_page(page)
    check_targets(page)
    page.get_by_role("button", name="Omboka tiden").dblclick()
    resident.heading("Din tid är ombokad")
    expect_focus_on_heading(page)
    assert new != old
    expect(page.locator(".panel")).to_contain_text(new)
    expect(page.locator(".panel")).to_contain_text(f"Tidigare tid: {old}")
    expect(page.get_by_text("Ont i halsen")).to_be_visible()
    check_page(page)
    visit(page, "/mina-tider")
    expect(page.get_by_role("link", name=new)).to_be_visible()
    expect(page.get_by_role("link", name=old)).to_have_count(0)
    page.goto(old_address)
    resident.heading("Tiden är ombokad")
    check_page(page)
    page.get_by_role("link", name="Visa den nya tiden").click()
    resident.heading("Din tid är ombokad")
    resident.cancel_booking()


def test_rebook__by_keyboard_in_english(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("noel")
    book(resident, -3)
    visit(page, page.url.replace("/bokning/", "/en/bokning/"))
    resident.heading("Your time is booked")
    link = page.get_by_role("link", name="Change the time")
    resident.tab_to(link)
    page.keyboard.press("Enter")
    box, times = page.get_by_role("checkbox"), page.locator("main button.time-free")
    expect(box.or_(times).first).to_be_visible()
    if box.count():
        resident.tab_to(box)
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(times.first).to_be_visible()
    check_page(page, lang="en")
    resident.tab_to(times.last)
    page.keyboard.press("Enter")
    on = page.locator("main").get_by_role("link", name="Continue").first
    expect(on).to_be_visible()
    resident.tab_to(on)
    page.keyboard.press("Enter")
    resident.heading("Check your change")
    check_page(page, lang="en")
    resident.tab_to(page.get_by_role("button", name="Change the time"))
    page.keyboard.press("Enter")
    resident.heading("Your time is changed")
    check_page(page, lang="en")
    visit(page, page.url.replace("/en/bokning/", "/bokning/"))
    resident.heading("Din tid är ombokad")
    resident.cancel_booking()


def test_rebook__keeps_the_old_time_when_the_new_one_is_cancelled_elsewhere(
    new_context: ContextMaker,
) -> None:
    context = new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    resident = Resident(page)
    resident.log_in("samuel")
    book(resident, -2)
    address = page.url
    to_the_times(resident)
    resident.choose_time(-2)
    resident.go_on()
    resident.heading("Kontrollera din ombokning")
    other = Resident(context.new_page())
    other.page.goto(address)
    other.heading("Din tid är bokad")
    other.cancel_booking()
    page.get_by_role("button", name="Omboka tiden").click()
    resident.heading("Tiden är redan avbokad")
    check_page(page)
    resident.let_go()


def test_rebook__to_a_time_that_somebody_took_as_the_hold_ran_out(new_context: ContextMaker) -> None:
    context = new_context()
    one, other = Resident(context.new_page()), Resident(new_context().new_page())
    one.log_in("amina")
    old = book(one, -4)
    address = one.page.url
    to_the_times(one)
    one.heading("Välj en tid")
    wanted = one.free_ids()[-1]
    one.choose(wanted)
    one.go_on()
    one.heading("Kontrollera din ombokning")
    with moved_clock(context.request, timedelta(minutes=11)):
        other.log_in("noel")
        other.go_to_times(*DOCTOR)
        other.choose(wanted)
        one.page.get_by_role("button", name="Omboka tiden").click()
        one.heading("Välj en annan tid")
        expect(one.page.get_by_text(f"Du har tiden {old}.")).to_be_visible()
        expect(one.page.get_by_role("alert").get_by_role("button")).to_have_count(3)
        check_page(one.page)
        one.page.get_by_role("alert").get_by_role("button").first.click()
        one.go_on()
        one.heading("Kontrollera din ombokning")
        one.page.get_by_role("button", name="Omboka tiden").click()
        one.heading("Din tid är ombokad")
        one.cancel_booking()
        other.let_go()
    one.page.goto(address)
    one.heading("Tiden är ombokad")


def test_rebook__anothers_booking_and_what_is_no_booking(new_context: ContextMaker) -> None:
    owner, stranger = (Resident(new_context().new_page()) for _ in range(2))
    owner.log_in("samuel")
    book(owner, -5)
    booking = owner.page.url.rpartition("/")[2]
    stranger.log_in("lisa")
    for which in (booking, "finns-inte"):
        visit(stranger.page, f"/omboka/{'/'.join(DOCTOR)}/{which}")
        stranger.heading(re.compile("finns inte"))
        visit(stranger.page, f"/omboka/{'/'.join(DOCTOR)}/{which}/kontrollera")
        stranger.heading(re.compile("finns inte"))
    check_page(stranger.page)
    owner.cancel_booking()
