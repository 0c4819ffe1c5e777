"""Waiting for a time: the line of two, an offer that runs out, and what staff decide about it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import APIRequestContext, Page, expect

from e2e.checks import check_page, check_targets, expect_focus_on_heading
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import staff_page
from e2e.support import Wire, ready, set_clock, visit
from e2e.test_messages import await_letter

ECG = ("kvarnens-provtagning", "ekg")
PHONE = {"width": 320, "height": 640}
CLOCK = "17.20"
"""When nobody else publishes."""
SWEDEN = ZoneInfo("Europe/Stockholm")


@contextmanager
def by_day(request: APIRequestContext, *, days: int) -> Iterator[datetime]:
    """Let it be 10.00 on the first weekday so many days ahead, when messages go at once, for a ``with`` block.

    Each journey has a day of its own: what one person is offered is counted by the day.
    """
    now = datetime.fromisoformat(request.get("/demo/clock").json()["now"])
    moment = datetime.combine(now.astimezone(SWEDEN), time(10), SWEDEN)
    moment += timedelta(days=days)
    while moment.weekday() > 4:
        moment += timedelta(days=1)
    set_clock(request, moment)
    try:
        yield moment
    finally:
        set_clock(request, None)


def publish_one(staff: Page, day: str) -> None:
    """Publish a single time in the afternoon."""
    visit(staff, "/personal/publicera")
    staff.get_by_label("En enda tid").check()
    staff.get_by_label("Tidstyp").select_option(label="EKG")
    staff.get_by_label("Vårdgivare eller resurs").select_option(label="EKG-rummet")
    staff.get_by_label("Dag", exact=True).fill(day)
    staff.get_by_label("Klockan").fill(CLOCK)
    staff.get_by_role("button", name="Granska tiderna").click()
    staff.get_by_role("button", name="Publicera 1 tid").click()
    expect(staff.get_by_text("1 tid är publicerad").first).to_be_visible()


def wait_in_line(resident: Resident, *, part: str) -> None:
    """Come from the times to the form, and wait."""
    resident.go_to_times(*ECG)
    resident.page.get_by_role("link", name="Säg till när en tid blir ledig").click()
    resident.heading("Säg till när en tid blir ledig")
    resident.page.get_by_label(part).check()
    resident.page.get_by_role("button", name="Säg till mig").click()


def choose_messages_in_english(page: Page, address: str) -> None:
    """Give an address and prove it."""
    page.get_by_label("Mobile number or e-mail address").fill(address)
    page.get_by_role("button", name="Send the code").click()
    code = re.findall(r"\d{6}", await_letter(page, address, "is your code for Webtidbok"))[0]
    page.get_by_label("Code of six digits").fill(code)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"We send e-mail to {address}.")).to_be_visible()


def test_line__the_first_declines__the_next_exchanges_a_booked_time(new_context: ContextMaker) -> None:
    first, second = Resident(new_context(viewport=PHONE).new_page()), Resident(new_context().new_page())
    page, other = first.page, second.page
    with by_day(page.request, days=1) as now:
        first.log_in("karin")
        first.go_to_times(*ECG)
        page.get_by_role("link", name="Säg till när en tid blir ledig").click()
        first.heading("Säg till när en tid blir ledig")
        expect_focus_on_heading(page)
        check_page(page)
        check_targets(page)
        page.get_by_label("Till och med").fill("")
        page.get_by_label("Eftermiddag").check()
        page.get_by_role("button", name="Säg till mig").click()
        expect(page.locator(".error-summary")).to_contain_text("Skriv en dag")
        expect(page.get_by_label("Eftermiddag")).to_be_checked()
        check_page(page)
        page.get_by_label("Till och med").fill((now + timedelta(days=30)).date().isoformat())
        page.get_by_role("button", name="Säg till mig").click()
        first.heading("Vi säger till när en tid blir ledig")
        expect_focus_on_heading(page)
        check_page(page)
        check_targets(page)

        second.log_in("emma")
        second.go_to_times(*ECG)
        second.choose_time(-1)
        second.go_on()
        second.fill_details()
        second.book()
        old = other.locator(".panel .strong").inner_text()
        visit(other, "/en/bevaka/kvarnens-provtagning/ekg?del=afternoon")
        second.heading("Tell me when a time is free")
        check_page(other, lang="en")
        other.get_by_role("link", name="Choose how to get messages").click()
        second.heading("Messages about your appointments")
        choose_messages_in_english(other, "emma@exempel.se")
        check_page(other, lang="en")
        other.get_by_role("link", name="Go back and watch").click()
        second.heading("Tell me when a time is free")
        expect(other.get_by_label("Afternoon")).to_be_checked()
        check_page(other, lang="en")
        other.get_by_role("button", name="Tell me").click()
        second.heading("We tell you when a time is free")
        expect(other.get_by_text("1 other person has waited longer")).to_be_visible()
        check_page(other, lang="en")

        staff = staff_page(new_context, "signe", "/personal")
        expect(staff.get_by_text("2 invånare väntar på en ledig tid: EKG 2.")).to_be_visible()
        check_page(staff)
        day = (now + timedelta(days=14)).date().isoformat()
        publish_one(staff, day)

        first.heading("En tid är reserverad för dig")
        until = "Tiden är reserverad för dig till kl. 10.3"
        expect(page.get_by_role("main").get_by_text(until)).to_be_visible()
        expect(page.locator("#announcer")).to_contain_text(until)
        check_page(page)
        check_targets(page)
        letter = await_letter(page, "karin.almgren@exempel.se", "Den är reserverad för dig till")
        assert f"kl. {CLOCK}" in letter
        assert "EKG" not in letter
        stranger = Resident(new_context().new_page())
        stranger.log_in("noel")
        stranger.go_to_times(*ECG)
        visit(stranger.page, f"/boka/kvarnens-provtagning/ekg?dag={day}")
        stranger.heading("Välj en tid")
        taken = stranger.page.get_by_role("button", name=re.compile(f"^{CLOCK}"))
        expect(stranger.times.first).to_be_visible()
        expect(taken).to_have_count(0)
        visit(page, "/mina-tider")
        expect(page.get_by_text("En tid är reserverad för dig")).to_be_visible()
        check_page(page)
        page.get_by_role("link", name="EKG, Kvarnens provtagning").click()
        first.heading("En tid är reserverad för dig")
        page.get_by_role("button", name="Nej tack, jag väntar vidare").click()
        expect(page.get_by_text(re.compile(f"Du tackade nej till tiden .*{CLOCK}"))).to_be_visible()
        first.heading("Vi säger till när en tid blir ledig")
        check_page(page)

        second.heading("A time is reserved for you")
        check_page(other, lang="en")
        exchange = other.get_by_role("button", name=re.compile("^Change my time"))
        expect(exchange).to_have_count(1)
        exchange.click()
        box, change = other.get_by_role("checkbox"), other.get_by_role("button", name="Change the time")
        expect(box.or_(change).first).to_be_visible()
        if box.count():
            box.check()
            other.get_by_role("button", name="Continue").click()
            expect(other.get_by_text("The time is reserved for you until").first).to_be_visible()
            other.get_by_role("link", name="Continue").first.click()
        second.heading("Check your change")
        check_page(other, lang="en")
        change.click()
        second.heading("Your time is changed")
        check_page(other, lang="en")
        visit(other, other.url.replace("/en/bokning/", "/bokning/"))
        second.heading("Din tid är ombokad")
        expect(other.get_by_text(f"Tidigare tid: {old}")).to_be_visible()
        second.cancel_booking()
        visit(other, "/meddelanden")
        other.get_by_role("button", name="Sluta skicka meddelanden").click()
        expect(other.get_by_text("Du får inga meddelanden.")).to_be_visible()

        page.get_by_role("button", name="Sluta bevaka").click()
        first.heading("Du bevakar inte längre")
        check_page(page)
        visit(page, "/mina-tider")
        first.heading("Mina tidsbokningar")
        expect(page.get_by_role("heading", name="Kommande tider")).to_be_visible()
        expect(page.get_by_text("Tider du bevakar")).to_have_count(0)


def test_offer__taken_and_left__then_runs_out__and_staff_change_the_rules(new_context: ContextMaker) -> None:
    context = new_context(viewport=PHONE)
    wire = Wire(context)
    resident = Resident(context.new_page())
    page = resident.page
    with by_day(page.request, days=5) as now:
        staff = staff_page(new_context, "signe", "/personal/installningar")
        _set_rules(staff, minutes="15", a_day="många")
        expect(staff.locator(".error-summary")).to_contain_text("Skriv ett antal från 1 till 5")
        check_page(staff)
        _set_rules(staff, minutes="15", a_day="1")
        expect(staff.get_by_role("heading", name="Väntan är ändrad")).to_be_visible()
        check_page(staff)

        resident.log_in("karin")
        wait_in_line(resident, part="Förmiddag")
        resident.heading("En tid är reserverad för dig")
        page.get_by_role("button", name="Välj den här tiden").click()
        resident.heading(re.compile("Dina uppgifter|Kontrollera din bokning"))
        expect(page.get_by_text("Tiden är reserverad för dig till").first).to_be_visible()
        page.go_back()
        resident.heading("Du har valt en tid")
        expect(page.get_by_role("main")).to_contain_text("Tiden är reserverad för dig till")
        check_page(page)
        page.get_by_role("button", name="Sluta bevaka").click()
        resident.heading("Du bevakar inte längre")
        resident.let_go()

        _set_rules(staff, minutes="15", a_day="2")
        expect(staff.get_by_text("Samma person får högst 2 på en dag.")).to_be_visible()
        wait_in_line(resident, part="Förmiddag")
        resident.heading("En tid är reserverad för dig")
        with wire.slow():  # so that the page cannot see that it is over
            set_clock(page.request, now + timedelta(minutes=20))
            page.get_by_role("button", name="Välj den här tiden").click()
        gone = page.get_by_role("alert").filter(has_text="Tiden är inte längre reserverad för dig")
        expect(gone).to_be_visible()
        resident.heading("Vi säger till när en tid blir ledig")
        expect(page.get_by_text("var reserverad för dig men är det inte längre")).to_be_visible()
        check_page(page)
        page.get_by_role("button", name="Sluta bevaka").click()
        resident.heading("Du bevakar inte längre")

        staff = staff_page(new_context, "signe", "/personal/installningar")  # logged out after 15 minutes
        staff.get_by_label("Invånare kan vänta på en ledig tid").uncheck()
        _set_rules(staff, minutes="30", a_day="3")
        expect(staff.get_by_text("Invånare kan inte vänta på en ledig tid hos er.")).to_be_visible()
        visit(page, "/bevaka/kvarnens-provtagning/ekg")
        expect(page.locator("h1")).not_to_have_text("Säg till när en tid blir ledig")
        expect(page.get_by_role("button", name="Säg till mig")).to_have_count(0)
        resident.go_to_times(*ECG)
        resident.heading("Välj en tid")
        expect(page.get_by_role("link", name="Säg till när en tid blir ledig")).to_have_count(0)
        staff.get_by_label("Invånare kan vänta på en ledig tid").check()
        _set_rules(staff, minutes="30", a_day="3")
        expect(staff.get_by_text("Samma person får högst 3 på en dag.")).to_be_visible()


def _set_rules(staff: Page, *, minutes: str, a_day: str) -> None:
    staff.get_by_label("Hur länge tiden hålls åt var och en").select_option(minutes)
    staff.get_by_label("Erbjudanden till samma person på en dag").fill(a_day)
    staff.get_by_role("button", name="Ändra väntan").click()


def test_anothers_watch__and_a_clinic_that_cannot(new_context: ContextMaker) -> None:
    one, other = Resident(new_context().new_page()), Resident(new_context().new_page())
    one.log_in("karin")
    wait_in_line(one, part="Eftermiddag")
    one.heading("Vi säger till när en tid blir ledig")
    other.log_in(
        "gunvor", to=one.page.url.partition("/bevakningar")[1] + one.page.url.partition("/bevakningar")[2]
    )
    other.heading("Det du söker finns inte")
    check_page(other.page)
    visit(other.page, "/bevaka/solglantans-bvc/finns-inte")
    other.heading("Det du söker finns inte")
    one.page.get_by_role("link", name="Ändra vad du bevakar").click()
    one.heading("Säg till när en tid blir ledig")
    expect(one.page.get_by_text("Du bevakar redan en sådan tid.")).to_be_visible()
    expect(one.page.get_by_label("Eftermiddag")).to_be_checked()
    check_page(one.page)
    one.page.get_by_role("button", name="Ändra bevakningen").click()
    one.heading("Vi säger till när en tid blir ledig")
    ready(one.page)
    one.page.get_by_role("button", name="Sluta bevaka").click()
    one.heading("Du bevakar inte längre")
