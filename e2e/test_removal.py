"""Taking times away with what is booked on them: the impact first, a choice for each, who is to be phoned, taken back.

Each journey has a stretch of its own of a performer's day, and takes back what it did.
"""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.checks import check_page, expect_focus_on_heading
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.support import ready, visit

WIDE = {"width": 1280, "height": 900}
TABLET = {"width": 820, "height": 1180}
HEADING = re.compile(r"Du tar bort \d+ tid(er)?\. (\d+) är bokade?\.")


def _log_in(new_context: ContextMaker, viewport: dict[str, int], persona: str = "maria") -> Page:
    page = new_context(viewport=viewport).new_page()
    page.goto(f"/auth/login/staff?persona={persona}&vidare=/personal")
    return ready(page)


def _lived_in_day(page: Page, number: int) -> date:
    """Return one of the days, more than four weeks ahead, when Anna Berg has free times and three booked ones or more.

    ``number`` tells them apart. Which weekdays they are, and what is closed, differs from one run to another.
    """
    now = page.evaluate("async () => (await (await fetch('/demo/clock')).json()).now")
    day, who = date.fromisoformat(now[:10]) + timedelta(weeks=4), _whom(page, "Anna Berg, sjuksköterska")
    for _ in range(25):
        day += timedelta(days=1)
        visit(page, f"/personal?dag={day}&vem={who}")
        expect(page.locator("h1")).not_to_have_text("Schema")
        lived_in = (
            page.locator("td[data-booked=true]").count() > 2 and page.locator("td[data-free=true]").count()
        )
        number -= bool(lived_in)
        if number < 0:
            return day
    raise AssertionError("the demo has too few days with bookings")


def _whom(page: Page, name: str) -> str:
    """Return a performer's id, by the link that shows their times alone."""
    href = page.get_by_role("link", name=name).get_attribute("href") or ""
    return re.search(r"vem=([0-9a-f-]+)", href)[1]  # type: ignore[index]


def _open(page: Page, day: date, clock: str = "") -> None:
    """Come by the address to what taking away Anna Berg's times of a day would do."""
    who = _whom(page, "Anna Berg, sjuksköterska")
    visit(
        page, f"/personal/ta-bort?fran={day}&till={day}&vardgivare={who}" + (f"&kl={clock}" if clock else "")
    )
    expect(page.locator("h1")).to_have_text(HEADING)


def _choices(page: Page) -> Locator:
    return page.get_by_role("combobox", name=re.compile("^Vad ska hända\\? "))


def _carry_out(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Ja, ta bort")).click()
    expect(page.locator("h1")).to_have_text(re.compile("är borttag"))
    ready(page)


def _take_back(page: Page) -> None:
    page.get_by_role("button", name="Ta tillbaka allt").click()
    expect(page.locator("h1")).to_have_text(re.compile("tillbaka"))
    expect(page.get_by_text("Inget meddelande skickas om det som är tillbaka.")).to_be_visible()
    expect_focus_on_heading(page)


@pytest.mark.parametrize(("viewport", "number"), [(WIDE, 0), (TABLET, 1)], ids=["wide", "tablet"])
def test_somebody_is_away__each_booked_one_has_its_choice__and_all_is_taken_back(
    new_context: ContextMaker, viewport: dict[str, int], number: int
) -> None:
    page = _log_in(new_context, viewport)
    day = _lived_in_day(page, number)
    visit(page, "/personal")
    page.get_by_role("link", name="Någon är borta").click()
    expect(page.locator("h1")).to_have_text("Ta bort tider")
    ready(page)
    check_page(page)
    page.get_by_label("Vårdgivare eller resurs").select_option(label="Anna Berg, sjuksköterska")
    page.get_by_label("Från och med").fill(day.isoformat())
    page.get_by_label("Till och med").fill("när som helst")
    page.get_by_role("button", name="Visa vad som händer").click()
    expect(page.get_by_role("heading", name="Det finns ett problem")).to_be_visible()
    page.get_by_label("Till och med").fill(day.isoformat())
    page.get_by_role("button", name="Visa vad som händer").click()
    expect(page.locator("h1")).to_have_text(HEADING)
    booked = int(HEADING.search(page.locator("h1").inner_text())[2])  # type: ignore[index]
    assert booked >= 3
    expect(_choices(page)).to_have_count(booked)
    check_page(page)

    page.get_by_role("button", name=re.compile("^Ja, ta bort")).click()
    expect(page.get_by_role("link", name=re.compile("^Välj vad som ska hända med "))).to_have_count(booked)
    check_page(page)
    page.get_by_label("Vad ska hända med alla").select_option(label="Flytta till en ledig tid")
    new_times = page.get_by_role("combobox", name=re.compile("^Ny tid för "))
    expect(new_times).to_have_count(booked)
    _choices(page).nth(0).select_option(label="Avboka med meddelande")
    _choices(page).nth(1).select_option(label="Avboka och erbjud nya tider")
    _choices(page).nth(2).select_option(label="Behåll tiden")
    expect(new_times).to_have_count(booked - 3)
    tally = page.get_by_role("status").filter(has_text="Av de bokade")
    expect(tally).to_contain_text("1 behålls")
    expect(tally).to_contain_text("1 avbokas")
    check_page(page)
    page.get_by_role("button", name=re.compile("^Ja, ta bort")).click()
    expect(page.get_by_role("link", name=re.compile("^Skriv ett meddelande"))).to_be_visible()
    page.get_by_label("Meddelande till dem som avbokas").fill("Anna är sjuk.")
    _carry_out(page)
    expect(
        page.get_by_text(re.compile("1 är avbokad och får välja en ny tid, 1 är avbokad, 1 står kvar"))
    ).to_be_visible()
    check_page(page)

    to_phone = page.get_by_role("button", name=re.compile("^Uppringd: "))
    count = to_phone.count()
    assert count
    to_phone.first.click()
    expect(page.get_by_text(re.compile("Uppringd av Maria Sandhage"))).to_have_count(1)
    done = page.url
    visit(page, "/personal/andringar")
    link = page.locator(f"a[href='{done[done.index('/personal') :]}']").or_(
        page.get_by_role("link", name=re.compile("^(Ring|Ta tillbaka)")).first
    )
    link.first.click()
    expect(page.get_by_text(re.compile("Uppringd av Maria Sandhage"))).to_have_count(1)
    ready(page)
    _take_back(page)
    expect(page.get_by_text("Var redan uppringd")).to_have_count(1)
    check_page(page)
    page.get_by_role("button", name=re.compile("^Uppringd: ")).click()
    expect(page.get_by_role("heading", name="Alla är uppringda")).to_be_visible()


def test_a_booked_time_ticked_in_the_week__its_resident_sees_it_moved_and_back(
    new_context: ContextMaker,
) -> None:
    page = _log_in(new_context, WIDE)
    day = _lived_in_day(page, 2)
    resident = Resident(new_context().new_page())
    resident.log_in("samuel")
    resident.go_to_times("bjorkens-vardcentral", "sjukskoterskebesok")
    visit(resident.page, f"/boka/bjorkens-vardcentral/sjukskoterskebesok?dag={day.isoformat()}")
    expect(resident.free_time()).to_be_visible()
    slot_id = resident.free_ids()[0]
    resident.choose(slot_id)
    resident.go_on()
    resident.fill_details()
    resident.book()
    booking = resident.page.url

    visit(page, f"/personal?dag={day.isoformat()}")
    cell = page.locator(f'[data-cell="{_dashed(slot_id)}"]')
    expect(cell).to_have_attribute("data-booked", "true")
    cell.click()
    expect(page.get_by_role("status").filter(has_text="1 tid vald").first).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Ta bort", exact=True).click()
    expect(page.locator("h1")).to_have_text("Du tar bort 1 tid. 1 är bokad.")
    expect(page.get_by_text("Samuel Tesfalem")).to_be_visible()
    _choices(page).select_option(label="Flytta till en ledig tid")
    new_time = page.get_by_role("combobox", name=re.compile("^Ny tid för Samuel"))
    expect(new_time.get_by_role("option")).not_to_have_count(0)
    new_time.select_option(index=1)
    _carry_out(page)
    check_page(page)

    visit(resident.page, booking)
    expect(resident.page.locator("main")).to_contain_text(re.compile("ombokad|Ombokad|avbokad|Avbokad"))
    _take_back(page)
    visit(resident.page, booking)
    expect(resident.page.get_by_role("link", name="Avboka tiden")).to_be_visible()
    resident.cancel_booking()


def test_only_free_times__are_confirmed_on_the_spot(new_context: ContextMaker) -> None:
    page = _log_in(new_context, WIDE)
    visit(page, f"/personal?dag={_lived_in_day(page, 3).isoformat()}")
    page.locator("td[data-free=true]").first.click()
    expect(page.get_by_role("status").filter(has_text="1 tid vald").first).to_be_visible()
    page.get_by_role("button", name="Ta bort", exact=True).click()
    expect(page.get_by_text("Du tar bort 1 tid")).to_be_visible()
    page.get_by_role("button", name="Behåll tiden").click()


def test_changed_meanwhile__nothing_is_done__and_what_was_chosen_stays(new_context: ContextMaker) -> None:
    page, colleague = _log_in(new_context, WIDE), _log_in(new_context, WIDE, "johan")
    day = _lived_in_day(page, 4)
    _open(page, day)
    page.get_by_label("Vad ska hända med alla").select_option(label="Avboka med meddelande")
    page.get_by_label("Meddelande till dem som avbokas").fill("Anna är sjuk.")
    _open(colleague, day)
    colleague.get_by_label("Vad ska hända med alla").select_option(label="Behåll tiden")
    expect(colleague.get_by_role("status").filter(has_text="behålls")).to_be_visible()
    _carry_out(colleague)
    page.get_by_role("button", name=re.compile("^Ja, ta bort")).click()
    expect(page.get_by_text("Något har ändrats. Inget är gjort.")).to_be_visible()
    expect(page.get_by_label("Meddelande till dem som avbokas")).to_have_value("Anna är sjuk.")
    check_page(page)
    _take_back(colleague)


def test_by_keyboard_alone(new_context: ContextMaker) -> None:
    page = _log_in(new_context, TABLET)
    _open(page, _lived_in_day(page, 5))
    keys = Resident(page)
    everybody = page.get_by_label("Vad ska hända med alla")
    keys.tab_to(everybody)
    page.keyboard.type("Flytta")
    expect(page.get_by_role("combobox", name=re.compile("^Ny tid för ")).first).to_be_visible()
    keys.tab_to(page.get_by_role("button", name=re.compile("^Ja, ta bort")))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(re.compile("är borttag"))
    ready(page)
    expect(page.locator("#page-heading")).to_be_focused()
    keys.tab_to(page.get_by_role("button", name="Ta tillbaka allt"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(re.compile("tillbaka"))
    check_page(page)


def _dashed(slot_id: str) -> str:
    """Return a slot's id as the staff's grid writes it."""
    return re.sub(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", r"\1-\2-\3-\4-\5", slot_id)
