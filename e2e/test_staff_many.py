"""The schedule of a clinic where twenty receive: counted by day, and a day side by side; the month of any clinic."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from e2e.checks import check_page
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import ON_BOTH, week_path, weeks_ahead
from e2e.support import tab_to, visit
from e2e.test_staff_schedule import PHONE, WIDE, Schedule

TABLET = {"width": 820, "height": 1180}
CLINIC, TIME_TYPE = "seglets-specialistmottagning", "specialistbesok"


@pytest.mark.parametrize("viewport", [WIDE, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_week__of_many__is_counted_and_leads_to_the_day(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    staff = Schedule(new_context(viewport=viewport, has_touch=viewport is not WIDE).new_page(), "viola")
    page, monday = staff.page, weeks_ahead(staff.page, 1)
    staff.open(week_path(monday))
    expect(page.locator("[data-cell]")).to_have_count(0)
    counted = page.get_by_role(
        "link", name=re.compile(r"^Disa Myråsen, läkare, måndag .*: \d+ ledig.* av \d\d tider$")
    )
    expect(counted).to_be_visible()
    check_page(page)
    counted.click()
    expect(page.locator("h1")).to_have_text(re.compile(f"^Måndag {monday.day} "))
    expect(page).to_have_url(re.compile(f"dag={monday.isoformat()}&vem="))
    expect(page.get_by_text("Visa tider för: Disa Myråsen, läkare")).to_be_visible()
    check_page(page)
    page.get_by_text("Visa tider för:").click()
    page.get_by_role("link", name="Alla", exact=True).click()
    expect(page).to_have_url(re.compile(r"dag=[\d-]+$"))
    if viewport is PHONE:
        expect(page.get_by_role("checkbox").nth(300)).to_be_visible()
    else:
        expect(page.get_by_role("columnheader", name="Tuva Granåker")).to_be_attached()
    check_page(page)


def test_day__of_many__is_moved_in_chosen_and_true(new_context: ContextMaker) -> None:
    staff = Schedule(new_context(viewport=WIDE).new_page(), "viola")
    page, tuesday = staff.page, weeks_ahead(staff.page, 1) + timedelta(days=1)
    staff.open(f"/personal?dag={tuesday.isoformat()}")
    ids = staff.ids()
    assert len(ids) > 300
    page.locator("td[tabindex='0']").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    far = staff.focused("cell")
    expect(staff.cell(far)).to_be_in_viewport(ratio=1)
    page.keyboard.press("Control+a")
    staff.says(f"{len(ids)} tider valda")
    resident = _resident_at_times(new_context, tuesday)
    wanted = next(
        one for one in resident.free_ids() if one.replace("-", "") in {i.replace("-", "") for i in ids}
    )
    [slot_id] = [one for one in ids if one.replace("-", "") == wanted.replace("-", "")]
    resident.choose(wanted)
    expect(staff.cell(slot_id)).to_have_attribute("aria-label", re.compile("Reserverad"))
    staff.says(f"{len(ids) - 1} tider valda")
    resident.let_go()
    expect(staff.cell(slot_id)).to_have_attribute("data-free", "true")
    check_page(page)


@pytest.mark.parametrize("viewport", [WIDE, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_month__counts_each_day_and_leads_there(new_context: ContextMaker, viewport: dict[str, int]) -> None:
    staff = Schedule(new_context(viewport=viewport, has_touch=viewport is not WIDE).new_page(), "johan")
    page = staff.page
    staff.open(week_path(weeks_ahead(page, 3)))
    page.locator("[data-wide]:visible, [data-narrow]:visible").get_by_role("link", name="Månad").click()
    expect(page).to_have_url(re.compile(r"/personal/manad\?manad=\d{4}-\d\d$"))
    _expect_month(page)
    heading = page.locator("h1").inner_text()
    page.get_by_role("link", name="Nästa månad").click()
    expect(page.locator("h1")).not_to_have_text(heading)
    page.get_by_role("link", name="Föregående månad").click()
    expect(page.locator("h1")).to_have_text(heading)
    page.get_by_role("link", name="Anna Berg, sjuksköterska").click()
    expect(page).to_have_url(re.compile("vem="))
    _expect_month(page)
    day = page.get_by_role("link", name=re.compile(r"^(mån|tis|ons|tors|fre)dag \d+ \w+.*: ")).last
    day.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/personal\?dag=[\d-]+&vem="))
    expect(page.locator("[data-cell], .week-day").first).to_be_attached()
    check_page(page)


def _expect_month(page: Page) -> None:
    expect(page.get_by_role("grid")).to_be_visible()
    expect(page.get_by_role("rowheader", name=re.compile(r"^Vecka \d+$")).first).to_be_visible()
    expect(
        page.get_by_role("link", name=re.compile(r": \d+ (ledig|lediga), .*av \d+ tid")).first
    ).to_be_visible()
    check_page(page)


@ON_BOTH
def test_month__is_walked_by_keys__and_is_one_tab_stop(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    staff = Schedule(new_context(viewport=viewport).new_page(), "viola")
    page, month = staff.page, weeks_ahead(staff.page, 3)
    visit(page, f"/personal/manad?manad={month:%Y-%m}")
    stop, heading = _into_grid(page), page.locator("h1").inner_text()
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    assert staff.focused("day") == stop
    for key in ("Home", *["ArrowUp"] * 6, "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    monday = date.fromisoformat(staff.focused("day"))
    assert monday.weekday() == 0
    for key, days in (("ArrowRight", 1), ("ArrowDown", 8), ("ArrowLeft", 7), ("ArrowUp", 0), ("End", 6)):
        page.keyboard.press(key)
        assert staff.focused("day") == (monday + timedelta(days=days)).isoformat(), key
    check_page(page)
    page.keyboard.press("PageDown")
    expect(page.locator("h1")).not_to_have_text(heading)
    following = (monday.replace(day=1) + timedelta(days=31)).replace(day=(monday + timedelta(days=6)).day)
    expect(page.locator(f'[data-day="{following.isoformat()}"]')).to_be_focused()
    page.keyboard.press("PageUp")
    expect(page.locator("h1")).to_have_text(heading)
    expect(page.locator(f'[data-day="{(monday + timedelta(days=6)).isoformat()}"]')).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(f"Vecka {monday.isocalendar().week}")
    check_page(page)


@ON_BOTH
def test_week_of_many__is_walked_by_keys(new_context: ContextMaker, viewport: dict[str, int]) -> None:
    staff = Schedule(new_context(viewport=viewport).new_page(), "viola")
    page, monday = staff.page, weeks_ahead(staff.page, 1)
    staff.open(week_path(monday))
    _into_grid(page)
    for key in ("Home", "ArrowDown", "ArrowDown", "End"):
        page.keyboard.press(key)
    friday = monday + timedelta(days=4)
    assert staff.focused("day") == friday.isoformat()
    name = page.locator(":focus").get_attribute("aria-label")
    page.keyboard.press("PageDown")
    following = friday + timedelta(weeks=1)
    expect(page.locator("h1")).to_have_text(f"Vecka {following.isocalendar().week}")
    expect(page.locator("main :focus")).to_have_attribute("data-day", following.isoformat())
    page.keyboard.press("PageUp")
    expect(page.locator("main :focus")).to_have_attribute("aria-label", str(name))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(re.compile(f"^Fredag {friday.day} "))
    check_page(page)


def _into_grid(page: Page) -> str:
    """Come to the days by Tab, and return which one it is."""
    days = page.get_by_role("grid").locator("[data-day]")
    expect(days.first).to_be_visible()
    tab_to(days)
    return str(page.locator(":focus").get_attribute("data-day"))


def test_month__is_remembered_and_true(new_context: ContextMaker) -> None:
    staff = Schedule(new_context(viewport=WIDE).new_page(), "viola")
    page, monday = staff.page, weeks_ahead(staff.page, 1)
    day = monday + timedelta(days=3)
    visit(page, f"/personal/manad?manad={day:%Y-%m}")
    cell = page.get_by_role("link", name=re.compile(rf"^torsdag {day.day} "))
    before = cell.get_attribute("aria-label")
    resident = _resident_at_times(new_context, day)
    resident.choose(resident.free_ids()[0])
    expect(cell).to_have_attribute("aria-label", re.compile("reserverad"))
    resident.let_go()
    expect(cell).to_have_attribute("aria-label", str(before))
    page.goto("/personal")
    expect(page).to_have_url(re.compile("/personal/manad"))
    expect(page.get_by_role("link", name="Månad", exact=True)).to_have_attribute("aria-current", "true")
    check_page(page)


def _resident_at_times(new_context: ContextMaker, day: date) -> Resident:
    resident = Resident(new_context().new_page())
    resident.log_in("noel")
    resident.go_to_times(CLINIC, TIME_TYPE)
    visit(resident.page, f"/boka/{CLINIC}/{TIME_TYPE}?dag={day.isoformat()}")
    expect(resident.times.first).to_be_visible()
    return resident
