"""The staff's schedule: chosen by key and by pointer, true as long as it is open, and withdrawn without surprises."""

import re
from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

from e2e.checks import check_page
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import week_path as _week
from e2e.staff import weeks_ahead as _weeks_ahead
from e2e.support import ready, visit

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
FREE = "[data-free=true]"


class Schedule:
    """The schedule of one clinic as one of its staff has it open."""

    def __init__(self, page: Page, persona: str) -> None:
        self.page = page
        page.goto(f"/auth/login/staff?persona={persona}&vidare=/personal")
        ready(page)

    def open(self, path: str) -> None:
        """Go to an address of the schedule."""
        visit(self.page, path)
        expect(self.page.locator("h1")).not_to_have_text("Schema")

    def cell(self, slot_id: str) -> Locator:
        """Return the cell of a time, whatever has become of it."""
        return self.page.locator(f'[data-cell="{slot_id}"]')

    def ids(self, selector: str = FREE) -> list[str]:
        """Return the times in the grid that are free, in the order of the page."""
        return self.page.locator(f"td{selector}").evaluate_all(
            "cells => cells.map(cell => cell.dataset.cell)"
        )

    @property
    def chosen(self) -> Locator:
        """The cells that are chosen."""
        return self.page.get_by_role("gridcell", selected=True)

    def says(self, words: str | re.Pattern[str]) -> None:
        """Wait for a line that is read aloud."""
        expect(self.page.get_by_role("status").filter(has_text=words).first).to_be_visible()

    def withdraw(self) -> None:
        """Ask what withdrawing would do."""
        self.page.get_by_role("button", name="Ta bort", exact=True).click()

    def focused(self, attribute: str) -> str:
        """Return a data attribute of what has focus."""
        return self.page.evaluate("name => document.activeElement.dataset[name] ?? ''", attribute)


def test_keyboard__moves_chooses_and_clears_with_one_tab_stop(new_context: ContextMaker) -> None:
    staff = Schedule(new_context(viewport=WIDE).new_page(), "maria")
    page = staff.page
    staff.open(_week(_weeks_ahead(page, 3)))
    expect(page.locator("td[tabindex='0']")).to_have_count(1)
    first = page.locator("td[tabindex='0']")
    first.focus()
    start = staff.focused("cell")
    page.keyboard.press("Space")
    expect(staff.cell(start)).to_have_attribute("aria-selected", "true")
    staff.says("1 tid vald")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    moved = staff.focused("cell")
    assert moved != start
    expect(page.locator("td[tabindex='0']")).to_have_count(1)
    between = page.evaluate(
        """() => [...document.querySelectorAll('td[aria-selected=true]')]
            .map(cell => [...cell.parentElement.querySelectorAll('td')].indexOf(cell))"""
    )
    assert len(set(between)) == 1, "three lines of one column"
    staff.says(f"{len(between)} tider valda" if len(between) > 1 else "1 tid vald")
    page.keyboard.press("Control+Home")
    corner = staff.focused("cell")
    page.keyboard.press("End")
    assert staff.focused("cell") != corner
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert staff.focused("cell") == corner
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+a")
    expect(staff.chosen).to_have_count(len(staff.ids()))
    staff.says(f"{len(staff.ids())} tider valda")
    check_page(page)
    page.keyboard.press("Escape")
    expect(staff.chosen).to_have_count(0)
    staff.says("Inga tider valda")
    page.keyboard.press("Control+Home")
    heading = page.locator("h1").inner_text()
    page.keyboard.press("PageDown")
    expect(page.locator("h1")).not_to_have_text(heading)
    expect(page.locator("td:focus")).to_have_count(1)
    page.keyboard.press("PageUp")
    expect(page.locator("h1")).to_have_text(heading)
    expect(staff.cell(corner)).to_be_focused()
    check_page(page)


def test_pointer__click_range_drag_and_fields_choose(new_context: ContextMaker) -> None:
    staff = Schedule(new_context(viewport=WIDE).new_page(), "maria")
    page = staff.page
    monday = _weeks_ahead(page, 4)
    staff.open(f"/personal?dag={(monday + timedelta(days=1)).isoformat()}")
    column = page.locator("td[data-free=true]")
    ids = staff.ids()
    column.nth(0).click()
    staff.says("1 tid vald")
    column.nth(0).click()
    staff.says("Inga tider valda")
    same = page.evaluate(
        """() => {
            const place = cell => [...cell.parentElement.querySelectorAll('td')].indexOf(cell)
            const all = [...document.querySelectorAll('td[data-free=true]')]
            return all.filter(cell => place(cell) === place(all[0])).map(cell => cell.dataset.cell)
        }"""
    )
    staff.cell(same[0]).click()
    staff.cell(same[2]).click(modifiers=["Shift"])
    expect(staff.chosen).to_have_count(3)
    staff.says("3 tider valda")
    page.keyboard.press("Escape")
    expect(staff.chosen).to_have_count(0)
    staff.cell(same[0]).hover()
    page.mouse.down()
    staff.cell(same[1]).hover()
    page.mouse.up()
    expect(staff.chosen).to_have_count(2)
    staff.says("2 tider valda")
    page.reload()
    ready(page)
    expect(staff.chosen).to_have_count(2)
    page.get_by_role("button", name="Avmarkera alla").click()
    expect(staff.chosen).to_have_count(0)
    page.get_by_text("Markera från–till").click()
    page.get_by_label("Från klockan").fill("halv nio")
    page.get_by_role("button", name="Markera", exact=True).click()
    expect(page.get_by_role("heading", name="Det finns ett problem")).to_be_visible()
    page.get_by_label("Från klockan").fill("0")
    page.get_by_label("Till klockan").fill("24")
    page.get_by_role("button", name="Markera", exact=True).click()
    expect(staff.chosen).to_have_count(len(ids))
    check_page(page)


def test_views__stand_in_the_address_and_are_remembered(new_context: ContextMaker) -> None:
    staff = Schedule(new_context(viewport=WIDE).new_page(), "maria")
    page = staff.page
    thursday = _weeks_ahead(page, 4) + timedelta(days=3)
    staff.open(_week(thursday))
    page.get_by_role("link", name="Anna Berg, sjuksköterska").click()
    expect(page).to_have_url(re.compile("vem="))
    expect(page.get_by_role("link", name="Anna Berg, sjuksköterska")).to_have_attribute(
        "aria-current", "true"
    )
    page.get_by_role("link", name="Dag", exact=True).click()
    expect(page.get_by_role("columnheader")).to_have_text(["Tid", "Anna Berg"])
    expect(page).to_have_url(re.compile(r"dag=\d{4}-\d\d-\d\d&vem="))
    check_page(page)
    heading = page.locator("h1").inner_text()
    page.get_by_role("link", name="Nästa dag").click()
    expect(page.locator("h1")).not_to_have_text(heading)
    page.go_back()
    expect(page.locator("h1")).to_have_text(heading)
    page.get_by_role("link", name="Lista", exact=True).click()
    expect(page.get_by_role("grid")).to_have_count(0)
    expect(page.get_by_role("heading", level=2).filter(has_text="torsdag")).to_be_visible()
    check_page(page)
    page.reload()
    ready(page)
    expect(page.get_by_role("grid")).to_have_count(0)
    staff.open("/personal")
    expect(page.get_by_role("link", name="Lista", exact=True)).to_have_attribute("aria-current", "true")


def test_phone__list_and_day_with_boxes_to_tick(new_context: ContextMaker) -> None:
    staff = Schedule(new_context(viewport=PHONE, has_touch=True).new_page(), "johan")
    page = staff.page
    staff.open(_week(_weeks_ahead(page, 3)))
    expect(page.get_by_role("grid")).to_have_count(0)
    page.get_by_role("checkbox").first.click()
    staff.says("1 tid vald")
    check_page(page)
    page.get_by_role("link", name="Dag", exact=True).click()
    expect(page.get_by_role("link", name="Nästa dag")).to_be_visible()
    expect(page.locator(".week-day")).to_have_count(1)
    check_page(page)


def test_live__a_booking_elsewhere_changes_its_cell_in_place(new_context: ContextMaker) -> None:
    staff = Schedule(new_context(viewport=WIDE).new_page(), "tove")
    monday = _weeks_ahead(staff.page, 1)
    staff.open(_week(monday))
    bookable = staff.page.locator(f"td{FREE}", has_text="Snabb tid hos barnmorska")
    slot_id, other = (str(bookable.nth(index).get_attribute("data-cell")) for index in (0, 1))
    day = monday + timedelta(days=_column_of(staff.cell(slot_id)))
    clock = staff.cell(slot_id).evaluate("cell => cell.parentElement.dataset.time")
    resident = Resident(new_context().new_page())
    resident.log_in("noel")
    resident.go_to_times("kompassens-ungdomsmottagning", "snabb-tid")
    visit(resident.page, f"/boka/kompassens-ungdomsmottagning/snabb-tid?dag={day.isoformat()}")

    staff.cell(other).click()
    staff.cell(slot_id).click()
    staff.says("2 tider valda")
    place = staff.cell(slot_id).bounding_box()
    resident.times.and_(resident.page.get_by_role("button", name=re.compile(rf"^{clock}, "))).first.click()
    expect(staff.cell(slot_id)).to_have_attribute("aria-label", re.compile("Reserverad"))
    staff.says("1 vald tid har reserverats.")
    staff.says("1 tid vald")
    expect(staff.chosen).to_have_count(1)
    expect(staff.cell(slot_id)).to_be_focused()
    assert staff.cell(slot_id).bounding_box() == place
    check_page(staff.page)

    resident.go_on()
    resident.fill_details()
    resident.book()
    expect(staff.cell(slot_id)).to_have_attribute("aria-label", re.compile(r"Bokad · N\. S\."))
    staff.withdraw()
    expect(staff.page.get_by_text("Du tar bort 1 tid")).to_be_visible()
    expect(staff.page.get_by_text("Blir kvar i schemat: 1 bokad")).to_be_visible()
    check_page(staff.page)
    staff.page.get_by_role("button", name="Behåll tiden").click()
    visit(resident.page, "/mina-tider/kompassens-ungdomsmottagning")
    resident.accept_terms()
    resident.heading("Mina tidsbokningar")
    cancel = re.compile(rf"^Avboka .*\b{day.day} [a-z]+ {day.year}, kl\.\s{re.escape(clock)}")
    resident.page.locator("main li").get_by_role("link", name=cancel).click()
    resident.page.get_by_role("button", name="Ja, avboka tiden").click()
    expect(staff.cell(slot_id)).to_have_attribute("data-free", "true")
    check_page(staff.page)


def _column_of(cell: Locator) -> int:
    return int(cell.evaluate("cell => [...cell.parentElement.querySelectorAll('td')].indexOf(cell)"))


def test_live__new_and_withdrawn_times_move_nothing(new_context: ContextMaker) -> None:
    maria = Schedule(new_context(viewport=WIDE).new_page(), "maria")
    johan = Schedule(new_context(viewport=WIDE).new_page(), "johan")
    monday = _weeks_ahead(maria.page, 5)
    for staff in (maria, johan):
        staff.open(_week(monday))
    first, second, *_ = maria.ids()
    maria.cell(second).click()
    maria.says("1 tid vald")
    johan.cell(first).click()
    johan.withdraw()
    johan.page.get_by_role("button", name="Ja, ta bort tiden").click()
    expect(johan.page.get_by_text("1 tid är borttagen.").first).to_be_visible()
    expect(maria.cell(first)).to_have_attribute("aria-label", re.compile("Borttagen"))
    expect(maria.cell(first)).to_have_attribute("data-free", "false")
    expect(maria.page.get_by_text(re.compile(r"Senaste ändringen: Johan Öbergh, kl\."))).to_be_visible()
    expect(maria.chosen).to_have_count(1)
    expect(maria.cell(second)).to_be_focused()
    check_page(maria.page)

    _publish_once(johan.page, monday + timedelta(days=2))
    expect(maria.page.get_by_role("button", name="Visa 1 ny tid")).to_be_visible()
    expect(maria.cell(second)).to_be_focused()
    check_page(maria.page)
    maria.page.get_by_role("button", name="Visa 1 ny tid").click()
    expect(maria.page.locator('tr[data-time="17.00"] td[data-free=true]')).to_have_count(1)
    expect(maria.cell(first)).to_have_count(0)
    expect(maria.page.locator("#schedule")).to_be_focused()
    expect(maria.chosen).to_have_count(1)
    check_page(maria.page)


def _publish_once(page: Page, day: date) -> None:
    visit(page, "/personal/publicera")
    page.get_by_label("En enda tid").check()
    page.get_by_label("Tidstyp").select_option(label="Sjuksköterskebesök")
    page.get_by_label("Vårdgivare eller resurs").select_option(label="Anna Berg, sjuksköterska")
    page.get_by_label("Dag", exact=True).fill(day.isoformat())
    page.get_by_label("Klockan").fill("17.00")
    page.get_by_role("button", name="Granska tiderna").click()
    page.get_by_role("button", name="Publicera 1 tid").click()
    expect(page.get_by_text("1 tid är publicerad").first).to_be_visible()


def test_withdraw__a_colleague_was_first__tells_who_and_keeps_the_choice(new_context: ContextMaker) -> None:
    maria = Schedule(new_context(viewport=WIDE).new_page(), "maria")
    johan = Schedule(new_context(viewport=WIDE).new_page(), "johan")
    monday = _weeks_ahead(maria.page, 6)
    for staff in (maria, johan):
        staff.open(_week(monday))
    first, second, third, *_ = maria.ids()
    for one in (first, second, third):
        maria.cell(one).click()
    maria.withdraw()
    expect(maria.page.get_by_text("Du tar bort 3 tider")).to_be_visible()
    check_page(maria.page)
    johan.cell(second).click()
    johan.withdraw()
    johan.page.get_by_role("button", name="Ja, ta bort tiden").click()
    expect(johan.page.get_by_text("1 tid är borttagen.").first).to_be_visible()
    maria.page.get_by_role("button", name="Ja, ta bort 3 tider").click()
    expect(maria.page.get_by_text(re.compile(r"Schemat ändrades av Johan Öbergh \d+\.\d\d"))).to_be_visible()
    expect(maria.chosen).to_have_count(2)
    maria.says("2 tider valda")
    check_page(maria.page)
    maria.withdraw()
    maria.page.get_by_role("button", name="Ja, ta bort 2 tider").click()
    expect(maria.page.get_by_text("2 tider är borttagna.")).to_be_visible()
    expect(maria.cell(first)).to_have_count(0)
    expect(maria.cell(third)).to_have_count(0)
    expect(maria.page.get_by_text(re.compile(r"Senaste ändringen: Maria Sandhage"))).to_be_visible()
    check_page(maria.page)
