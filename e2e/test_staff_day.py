"""The day at the reception: who comes, who has come, finding somebody, and paper."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import APIRequestContext, Locator, Page, expect

from e2e.checks import check_page, check_targets, check_uncovered, expect_focus_on_heading
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import ON_BOTH, staff_page
from e2e.support import ready, set_clock, visit
from webtidbok_app.demo.personas import RESIDENTS
from webtidbok_app.domain.ids import with_check_digit

DESKTOP, TABLET = {"width": 1280, "height": 900}, {"width": 820, "height": 1180}
CLINIC, TIME_TYPE, PERSONA, DESK = "kvarnens-provtagning", "ekg", "gunvor", "signe"
MONTHS = ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
          "november", "december")  # fmt: skip
NUMBER = next(person.number for person in RESIDENTS if person.key == PERSONA)
SWEDEN = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True)
class Booked:
    """A time that a resident has booked for this journey."""

    id: str
    starts_at: datetime

    @property
    def day(self) -> date:
        return self.starts_at.date()

    def row(self, page: Page) -> Locator:
        return page.locator("tr", has=page.locator(f'a[href="/personal/bokning/{self.id}"]'))


def _now(request: APIRequestContext) -> datetime:
    return datetime.fromisoformat(request.get("/demo/clock").json()["now"]).astimezone(SWEDEN)


@pytest.fixture
def booked(new_context: ContextMaker) -> Iterator[Booked]:
    """Let a resident book a time, and cancel it after the journey."""
    resident = Resident(new_context().new_page())
    resident.log_in(PERSONA)
    resident.go_to_times(CLINIC, TIME_TYPE)
    hour, minute, day, month = re.match(r"(\d+)\.(\d+), \w+ (\d+) (\w+)", resident.choose_time()).groups()
    resident.go_on()
    resident.fill_details()
    resident.book()
    today = _now(resident.page.request).date()
    when = date(today.year, MONTHS.index(month) + 1, int(day))
    when = when if when >= today else when.replace(year=today.year + 1)
    starts_at = datetime(when.year, when.month, when.day, int(hour), int(minute), tzinfo=SWEDEN)
    [booking] = re.findall(r"[0-9a-f]{32}", resident.page.url.replace("-", ""))
    yield Booked(booking, starts_at)
    page = staff_page(new_context, DESK, f"/personal/bokning/{booking}/avboka")
    page.get_by_role("button", name="Ja, avboka tiden").click()
    expect(page.get_by_text("Tiden är avbokad").first).to_be_visible()


@contextmanager
def _just_after(request: APIRequestContext, booked: Booked) -> Iterator[None]:
    """Let it be some minutes past the booked time's start."""
    set_clock(request, booked.starts_at + timedelta(minutes=3))
    try:
        yield
    finally:
        set_clock(request, None)


def _search(page: Page, text: str) -> None:
    page.get_by_role("search").get_by_label("Sök bokning").fill(text)
    page.get_by_role("search").get_by_role("button", name="Sök").click()


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_arrivals__are_marked_with_one_press__undone__and_seen_by_a_colleague(
    new_context: ContextMaker, booked: Booked, size: dict[str, int]
) -> None:
    context = new_context(viewport=size)
    with _just_after(context.request, booked):
        page = context.new_page()
        page.goto(f"/auth/login/staff?persona={DESK}&vidare=%2Fpersonal%2Fbokningar%3Fdag%3D{booked.day}")
        ready(page)
        colleague = staff_page(new_context, DESK, f"/personal/bokningar%3Fdag%3D{booked.day}")
        row, theirs = booked.row(page), booked.row(colleague)
        check_page(page)
        check_targets(page, least=32)
        row.get_by_role("button", name="Har kommit").click()
        expect(row.get_by_text("Kom ")).to_be_visible()
        expect(row.get_by_role("button", name="Ångra")).to_be_focused()
        expect(page.locator("#day-count")).to_contain_text("har kommit")
        expect(theirs.get_by_text("Kom ")).to_be_visible()
        check_page(page)
        expect(row.get_by_role("button")).to_have_count(1)
        theirs.get_by_role("button", name="Ångra").click()
        expect(row.get_by_role("button", name="Har kommit")).to_be_visible()

        row.get_by_role("button", name="Uteblev").focus()
        page.keyboard.press("Enter")
        expect(row.get_by_text("Uteblev").first).to_be_visible()
        expect(row.get_by_role("button", name="Ångra")).to_be_focused()
        expect(theirs.get_by_role("button", name="Ångra")).to_be_visible()
        check_page(page)


def test_search__finds_who_stands_there_and_marks_them__and_keeps_the_number_to_itself(
    new_context: ContextMaker, booked: Booked
) -> None:
    context = new_context()
    with _just_after(context.request, booked):
        page = context.new_page()
        page.goto(f"/auth/login/staff?persona={DESK}&vidare=%2Fpersonal%2Finstallningar")
        ready(page)
        _search(page, str(NUMBER))
        expect(page).to_have_url(re.compile("/personal/sok$"))
        expect(page.get_by_role("heading", name="Gunvor Ekbacke")).to_be_visible()
        row = booked.row(page)
        expect(row).to_be_visible()
        check_page(page)
        stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
        assert NUMBER.digits[2:] not in stored.replace("-", "")
        row.get_by_role("button", name="Har kommit").click()
        expect(row.get_by_text("Kom ")).to_be_visible()
        expect(row.get_by_role("button", name="Ångra")).to_be_focused()
        row.get_by_role("link", name=re.compile("^Öppna")).click()
        expect(page.get_by_text("markerat av Signe Kvarnström")).to_be_visible()
        check_page(page)
        page.go_back()
        expect(page.get_by_role("heading", name="Gunvor Ekbacke")).to_be_visible()
        page.get_by_role("link", name="Schema", exact=True).click()
        expect_focus_on_heading(page)
        expect(page.locator("[data-place*='?']")).to_be_attached()
        visit(page, "/personal/sok")
        expect(page.get_by_text("Gunvor")).to_have_count(0)


@ON_BOTH
def test_search__by_time__and_what_cannot_be_read(
    new_context: ContextMaker, booked: Booked, viewport: dict[str, int]
) -> None:
    page = staff_page(new_context, DESK, "/personal", viewport)
    at = f"{booked.starts_at.hour}.{booked.starts_at:%M}"
    _search(page, f"{booked.day.day}/{booked.day.month} {at}")
    expect(page.locator("h1")).to_contain_text(re.compile(rf"^Bokningar .*{booked.day.day} "))
    expect(page.get_by_text(re.compile(rf"Bara .*kl\. {re.escape(at)}"))).to_be_visible()
    expect(booked.row(page)).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Visa hela dagen").click()
    expect(page.get_by_role("link", name="Visa hela dagen")).to_have_count(0)

    _search(page, "Gunvor")
    field = page.get_by_role("search").get_by_label("Sök bokning")
    expect(page.get_by_role("heading", name="Det finns ett problem")).to_be_visible()
    expect(page).to_have_title(re.compile("^Fel: "))
    expect(field).to_have_value("Gunvor")
    check_page(page)
    page.get_by_role("link", name=re.compile("^Skriv ett personnummer")).click()
    expect(field).to_be_focused()

    stranger = with_check_digit("19500101985")
    field.fill(stranger.digits)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ingen bokning hittades hos er")).to_be_visible()
    check_page(page)
    check_uncovered(page)


@ON_BOTH
def test_print__is_logged_first_and_says_who_printed_it(
    new_context: ContextMaker, booked: Booked, viewport: dict[str, int]
) -> None:
    page = staff_page(new_context, DESK, f"/personal/bokningar%3Fdag%3D{booked.day}", viewport)
    page.evaluate("window.print = () => document.body.dataset.went = 'to the printer'")
    page.get_by_role("button", name="Skriv ut").click()
    expect(page.locator("body")).to_have_attribute("data-went", "to the printer")
    page.emulate_media(media="print")
    expect(
        page.get_by_text(re.compile(r"Utskriven av Signe Kvarnström \(SE2321000016-4001\)"))
    ).to_be_visible()
    expect(page.get_by_role("search")).to_be_hidden()
    expect(booked.row(page).get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("Gunvor")).to_have_count(0)


@ON_BOTH
def test_one_performer__narrows_the_list(
    new_context: ContextMaker, booked: Booked, viewport: dict[str, int]
) -> None:
    page = staff_page(new_context, DESK, f"/personal/bokningar%3Fdag%3D{booked.day}", viewport)
    whom = booked.row(page).locator('td[data-label="Hos"]').inner_text()
    page.get_by_label("Visa tider hos").select_option(label=whom)
    expect(page.locator('tbody td[data-label="Hos"]').filter(has_not_text=whom)).to_have_count(0)
    expect(booked.row(page)).to_be_visible()
    check_page(page)
    page.get_by_label("Visa tider hos").select_option(label="Alla")
