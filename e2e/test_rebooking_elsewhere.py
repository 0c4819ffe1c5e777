"""Omboka to another clinic of the same care provider: both times are kept apart until the exchange is made."""

import re

from playwright.sync_api import Page, expect

from e2e.checks import check_page, check_targets, expect_focus_on_heading
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import staff_page
from e2e.support import visit

HOME, THERE = ("kvarnens-provtagning", "blodprov"), ("bryggans-provtagning", "blodprov-utan-fasta")


def _book(resident: Resident) -> str:
    """Book one of the last times that are shown at home, and return when it is."""
    resident.go_to_times(*HOME)
    resident.choose_time(-1)
    resident.go_on()
    resident.fill_details()
    resident.book()
    return resident.page.locator(".panel .strong").inner_text()


def _to_the_units(resident: Resident) -> None:
    """Come from the booking's page to where else it can be moved, by way of the terms where they are asked for."""
    page = resident.page
    page.get_by_role("link", name="Omboka tiden").click()
    box, units = (
        page.get_by_role("checkbox", name="Jag har läst"),
        page.get_by_text("Byt till en annan mottagning"),
    )
    expect(box.or_(units).first).to_be_visible()
    if box.count():
        resident.accept_terms()
    units.click()


def _to_the_other_clinic(resident: Resident) -> None:
    page = resident.page
    page.get_by_role("link", name="Bryggans provtagning, Blodprov").click()
    expect(page).to_have_url(re.compile(f"/omboka/{'/'.join(THERE)}/"))
    box, keeps = (
        page.get_by_role("checkbox", name="Jag har läst"),
        page.get_by_text("hos Kvarnens provtagning. Den är kvar"),
    )
    expect(box.or_(keeps).first).to_be_visible()
    if box.count():
        check_page(page)
        resident.accept_terms()
    expect(keeps).to_be_visible()


def test_move__on_a_phone(new_context: ContextMaker) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    resident = Resident(page)
    resident.log_in("gunvor")
    old = _book(resident)
    old_address = page.url
    _to_the_units(resident)
    expect(page.get_by_text(re.compile("Hamngatan 12, Sundvik.* lediga tider"))).to_be_visible()
    check_page(page)
    check_targets(page)
    _to_the_other_clinic(resident)
    expect(page.get_by_text(f"Du har tiden {old} hos Kvarnens provtagning.")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Tillbaka").click()
    expect(page).to_have_url(re.compile(f"/omboka/{'/'.join(HOME)}/"))
    page.get_by_text("Byt till en annan mottagning").click()
    _to_the_other_clinic(resident)
    resident.choose_time(-1)
    page.reload()
    expect(page.get_by_text("Tiden är reserverad för dig till").first).to_be_visible()
    resident.go_on()
    resident.heading("Kontrollera din ombokning")
    rows = page.locator(".summary-row")
    expect(rows.filter(has_text="Nuvarande mottagning")).to_contain_text("Kvarnens provtagning")
    expect(rows.filter(has_text="Ny mottagning")).to_contain_text(
        "Bryggans provtagning, Hamngatan 12, Sundvik"
    )
    new = rows.filter(has_text="Ny tid").locator("dd").first.inner_text()
    check_page(page)
    check_targets(page)
    page.get_by_role("button", name="Omboka tiden").dblclick()
    resident.heading("Din tid är ombokad")
    expect_focus_on_heading(page)
    expect(page.locator(".panel")).to_contain_text(new)
    expect(page.locator(".panel")).to_contain_text(f"Tidigare tid: {old}, Kvarnens provtagning")
    check_page(page)
    visit(page, "/mina-tider")
    expect(page.locator("main li", has_text="Bryggans provtagning")).to_have_count(1)
    expect(page.get_by_role("link", name=new)).to_be_visible()
    expect(page.get_by_role("link", name=old)).to_have_count(0)
    page.goto(old_address)
    resident.heading("Tiden är ombokad")
    page.get_by_role("link", name="Visa den nya tiden").click()
    resident.heading("Din tid är ombokad")
    expect(page).to_have_url(re.compile("/bokning/bryggans-provtagning/"))
    resident.cancel_booking()


def test_move__by_keyboard_in_english(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("noel")
    _book(resident)
    visit(page, page.url.replace("/bokning/", "/en/bokning/"))
    resident.heading("Your time is booked")
    _press(resident, "link", "Change the time")
    box, units = (
        page.get_by_role("checkbox", name="I have read"),
        page.get_by_text("Change to another clinic"),
    )
    expect(box.or_(units).first).to_be_visible()
    _accept_by_keyboard(resident)
    resident.tab_to(units)
    page.keyboard.press("Enter")
    check_page(page, lang="en")
    _press(resident, "link", "Bryggans provtagning, Blood test")
    keeps = page.get_by_text("at Kvarnens provtagning. You keep it")
    expect(box.or_(keeps).first).to_be_visible()
    _accept_by_keyboard(resident)
    expect(keeps).to_be_visible()
    check_page(page, lang="en")
    resident.tab_to(page.locator("main button.time-free").last)
    page.keyboard.press("Enter")
    _press(resident, "link", "Continue")
    resident.heading("Check your change")
    check_page(page, lang="en")
    _press(resident, "button", "Change the time")
    resident.heading("Your time is changed")
    check_page(page, lang="en")
    visit(page, page.url.replace("/en/bokning/", "/bokning/"))
    resident.heading("Din tid är ombokad")
    resident.cancel_booking()


def _accept_by_keyboard(resident: Resident) -> None:
    """Accept the terms, where they are asked for, without a mouse."""
    box = resident.page.get_by_role("checkbox", name="I have read")
    if box.count():
        resident.tab_to(box)
        resident.page.keyboard.press("Space")
        resident.page.keyboard.press("Enter")
        expect(box).to_have_count(0)


def _press(resident: Resident, role: str, name: str) -> None:
    wanted = resident.page.locator("main").get_by_role(role, name=name).first
    expect(wanted).to_be_visible()
    resident.tab_to(wanted)
    resident.page.keyboard.press("Enter")


def test_move__by_its_address__is_asked_for_the_terms_of_both_clinics(page: Page) -> None:
    resident = Resident(page)
    resident.log_in("lisa")  # who has accepted no terms for changing here
    _book(resident)
    booking = page.url.rpartition("/")[2]
    visit(page, f"/omboka/{'/'.join(THERE)}/{booking}?fran={HOME[0]}")
    resident.heading("Villkor för dina bokningar")
    resident.accept_terms()
    resident.heading("Läs mottagningens villkor")
    expect(page).to_have_url(re.compile(f"/omboka/{'/'.join(THERE)}/{booking}/villkor"))
    check_page(page)
    resident.accept_terms()
    resident.choose_time(-1)
    resident.go_on()
    resident.heading("Kontrollera din ombokning")
    page.get_by_role("button", name="Omboka tiden").click()
    resident.heading("Din tid är ombokad")
    resident.cancel_booking()


def test_move__that_the_clinic_stops_in_the_last_step__keeps_the_time(new_context: ContextMaker) -> None:
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    resident = Resident(page)
    resident.log_in("samuel")
    _book(resident)
    address = page.url
    _to_the_units(resident)
    _to_the_other_clinic(resident)
    resident.choose_time(-1)
    resident.go_on()
    resident.heading("Kontrollera din ombokning")
    staff = staff_page(new_context, "signe", "/personal/installningar")
    _let_go(staff, on=False)
    expect(staff.get_by_text("Den som ombokar får en annan tid hos er.")).to_be_visible()
    check_page(staff)
    page.get_by_role("button", name="Omboka tiden").click()
    expect(page.get_by_role("heading", name="Tiden kan inte bytas till den mottagningen")).to_be_visible()
    check_page(page)
    page.reload()
    resident.heading("Tiden kan inte bytas till den mottagningen")
    check_page(page)
    page.get_by_role("link", name="Visa bokningen").click()
    expect(page).to_have_url(address)
    resident.heading("Din tid är bokad")
    page.get_by_role("link", name="Omboka tiden").click()
    resident.heading("Välj en tid")
    expect(page.get_by_text("Byt till en annan mottagning")).to_have_count(0)
    _let_go(staff, on=True)
    visit(page, address)
    resident.cancel_booking()


def _let_go(staff: Page, *, on: bool) -> None:
    """Let residents rebook from the clinic to another, or not."""
    staff.get_by_label("Invånare kan omboka till andra mottagningar").set_checked(on)
    staff.get_by_role("button", name="Ändra ombokning").click()
    expect(staff.get_by_role("heading", name="Ombokningen är ändrad")).to_be_visible()
