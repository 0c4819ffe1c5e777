"""Acting for a child: chosen at the start, shown all the way, over on the 13th birthday."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from e2e.checks import check_page, check_targets
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import staff_page
from e2e.support import ready, set_clock, visit

NURSE = ("bjorkens-vardcentral", "sjukskoterskebesok")
BEFORE_MIDNIGHT = datetime(2028, 5, 31, 23, 50, tzinfo=ZoneInfo("Europe/Stockholm"))
"""Ten minutes before the 13th birthday of the demo's Elias."""


def act_for(page: Page, name: str) -> None:
    """Choose a person on the page that asks who it is for."""
    page.get_by_label(name).check()
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator("h1")).not_to_have_text("Vem gäller det?")
    ready(page)


def test_book_for_a_child__all_the_way__and_change_back(new_context: ContextMaker) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    parent, banner = Resident(page), page.get_by_role("complementary", name="Du är ombud för")
    parent.log_in("amina", to="/boka/bjorkens-vardcentral")
    parent.heading("Vad gäller besöket?")
    page.get_by_role("link", name="Boka åt ett barn").click()
    parent.heading("Vem gäller det?")
    expect(page.get_by_text("Nadia Haddad Berg har fyllt 13 år och bokar själv.")).to_be_visible()
    expect(page.get_by_label("Nadia Haddad Berg")).to_have_count(0)
    check_page(page)
    check_targets(page)
    act_for(page, "Maja Haddad Berg")
    parent.heading("Vad gäller besöket?")
    expect(page).to_have_url(re.compile("/boka/bjorkens-vardcentral$"))
    expect(banner).to_contain_text("Maja Haddad Berg")
    check_page(page)
    check_targets(page)
    parent.go_to_times(*NURSE)
    parent.heading("Välj en tid")
    expect(banner).to_be_visible()
    parent.choose_time(-1)
    parent.go_on()
    parent.fill_details(reason="Feber")
    parent.heading("Kontrollera din bokning")
    expect(banner).to_be_visible()
    check_page(page)
    parent.book()
    expect(banner).to_contain_text("Maja Haddad Berg")
    check_page(page)
    when, booking = page.locator(".panel .strong").inner_text(), page.url

    staff = staff_page(new_context, "maria", f"/personal/bokning/{booking.rsplit('/', 1)[1]}")
    expect(staff.get_by_text("Bokad av vårdnadshavare")).to_be_visible()
    expect(staff.get_by_role("main")).to_contain_text("Amina Haddad Berg")
    expect(staff.get_by_role("main")).to_contain_text("Maja Haddad Berg")
    check_page(staff)

    visit(page, "/mina-tider")
    expect(page.get_by_role("link", name=when)).to_be_visible()
    page.get_by_role("link", name="Byt person").click()
    parent.heading("Vem gäller det?")
    expect(page.get_by_label("Maja Haddad Berg")).to_be_checked()
    act_for(page, "mig själv, Amina Haddad Berg")
    parent.heading("Mina tidsbokningar")
    expect(banner).to_have_count(0)
    expect(page.get_by_role("link", name=when)).to_have_count(0)
    page.goto(booking)
    parent.heading("Det du söker finns inte")
    visit(page, "/ombud")
    act_for(page, "Maja Haddad Berg")
    page.goto(booking)
    parent.heading("Din tid är bokad")
    parent.cancel_booking()
    expect(banner).to_be_visible()


def test_in_english__and_who_has_no_children(new_context: ContextMaker) -> None:
    page, other = new_context().new_page(), new_context().new_page()
    parent = Resident(page)
    parent.log_in("amina", to="/en/mina-tider")
    page.get_by_role("link", name="Book for a child").click()
    parent.heading("Who is it for?")
    check_page(page, lang="en")
    page.get_by_label("Maja Haddad Berg").check()
    page.get_by_role("button", name="Continue").click()
    parent.heading("My bookings")
    expect(page.get_by_role("complementary", name="You are acting for")).to_contain_text("Maja Haddad Berg")
    check_page(page, lang="en")
    Resident(other).log_in("noel", to="/ombud")
    Resident(other).heading("Vem gäller det?")
    expect(other.get_by_text("Vi hittar inget barn under 13 år")).to_be_visible()
    expect(other.get_by_role("radio")).to_have_count(1)
    check_page(other)


def test_child_who_turned_13_last_night(new_context: ContextMaker) -> None:
    page = new_context().new_page()
    parent = Resident(page)
    set_clock(page.request, BEFORE_MIDNIGHT)
    try:
        parent.log_in("amina", to="/ombud")
        act_for(page, "Elias Haddad Berg")
        parent.heading("Mina tidsbokningar")
        expect(page.get_by_text("Du har inga kommande tider")).to_be_visible()
        set_clock(page.request, BEFORE_MIDNIGHT + timedelta(minutes=11))
        visit(page, "/mina-tider")
        parent.heading("Du kan inte längre vara ombud för barnet")
        expect(page.locator(".ombud")).to_contain_text("Du kan inte längre vara ombud för Elias Haddad Berg")
        check_page(page)
        page.get_by_role("link", name="Byt person").click()
        parent.heading("Vem gäller det?")
        expect(page.get_by_text("Elias Haddad Berg har fyllt 13 år och bokar själv.")).to_be_visible()
        expect(page.get_by_label("Elias Haddad Berg")).to_have_count(0)
        check_page(page)
        act_for(page, "mig själv, Amina Haddad Berg")
        parent.heading("Mina tidsbokningar")
        expect(page.locator(".ombud")).to_have_count(0)
    finally:
        set_clock(page.request, None)
