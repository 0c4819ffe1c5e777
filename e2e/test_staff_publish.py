"""Publishing with confidence: copying a week, undoing, who was first, the clinic's settings, the day list live."""

import re
from datetime import date, datetime, timedelta
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from e2e.checks import check_page, expect_focus_on_heading
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import ON_BOTH, in_two_weeks
from e2e.support import ready, tab_to, visit
from webtidbok_app.domain.swedish_time import day_of

DESK = {"viewport": {"width": 1280, "height": 800}}


def _log_in(page: Page, persona: str, to: str = "/personal") -> Page:
    page.goto(f"/auth/login/staff?persona={persona}&vidare={quote(to)}")
    return ready(page)


def _heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("h1")).to_have_text(words)
    ready(page)


def _today(page: Page) -> date:
    """Return today in Sweden by the server's clock."""
    return day_of(datetime.fromisoformat(page.request.get("/demo/clock").json()["now"]))


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _fill_in(page: Page, day: date, *, time_type: str, performer: str, times: tuple[str, str]) -> None:
    """Fill in the publishing form for one day, holiday or not, and go on to the check."""
    page.get_by_label("Tidstyp").select_option(label=time_type)
    page.get_by_label("Vårdgivare eller resurs").select_option(label=performer)
    page.get_by_label(
        ("Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag", "Söndag")[day.weekday()]
    ).check()
    page.get_by_label("Första tiden börjar").fill(times[0])
    page.get_by_label("Sista tiden slutar").fill(times[1])
    page.get_by_label("Från och med").fill(day.isoformat())
    page.get_by_label("Till och med").fill(day.isoformat())
    page.get_by_label("Hoppa över helgdagar").uncheck()
    page.get_by_role("button", name="Granska tiderna").click()
    _heading(page, "Granska tiderna")


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    assert found, text
    return int(found[0])


@ON_BOTH
def test_publish_and_undo__by_keyboard_alone(new_context: ContextMaker, viewport: dict[str, int]) -> None:
    page = _log_in(new_context(viewport=viewport).new_page(), "signe")
    day = in_two_weeks(page)

    def type_in(label: str, words: str) -> None:
        tab_to(page.get_by_label(label))
        page.keyboard.type(words)

    tab_to(page.locator("main").get_by_role("link", name="Publicera tider"))
    page.keyboard.press("Enter")
    _heading(page, "Publicera tider")
    expect_focus_on_heading(page)
    type_in("Tidstyp", "EKG")
    type_in("Vårdgivare eller resurs", "EKG-rummet")
    tab_to(page.get_by_role("radio", name="Tider som upprepas varje vecka"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="En enda tid")).to_be_checked()
    one_day = page.get_by_role("textbox", name="Dag", exact=True)
    tab_to(one_day)
    page.keyboard.type("24/12")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    tab_to(page.locator(".error-summary").get_by_role("link").first)
    page.keyboard.press("Enter")
    page.keyboard.type("19.00")
    tab_to(one_day, "Shift+Tab")
    page.keyboard.type(day)
    page.keyboard.press("Enter")
    _heading(page, "Granska tiderna")
    expect_focus_on_heading(page)
    check_page(page)
    tab_to(page.get_by_role("button", name="Publicera 1 tid"))
    page.keyboard.press("Enter")
    _heading(page, "1 tid är publicerad")
    expect_focus_on_heading(page)
    check_page(page)
    tab_to(page.get_by_role("link", name="Ångra", exact=True))
    page.keyboard.press("Enter")
    _heading(page, "Ångra publiceringen")
    tab_to(page.get_by_role("button", name="Ja, ta bort tiden"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 tid är borttagen")).to_be_visible()
    check_page(page)


@ON_BOTH
def test_copy_a_week__some_clash__the_rest_is_published_and_all_of_it_undone(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    page = _log_in(new_context(viewport=viewport).new_page(), "signe")
    today = _today(page)
    published_to = today + timedelta(weeks=8)
    visit(page, f"/personal?vecka={_week(today + timedelta(weeks=1))}")
    page.get_by_role("link", name="Kopiera veckan").click()
    _heading(page, "Kopiera en vecka")
    check_page(page)

    page.get_by_label("Eller skriv en annan vecka").fill("nästa")
    page.get_by_label("Antal veckor").fill("13")
    page.get_by_role("button", name="Granska tiderna").click()
    expect(page.get_by_role("heading", name="Det finns ett problem")).to_be_visible()
    expect(page.get_by_label("Eller skriv en annan vecka")).to_have_value("nästa")
    check_page(page)

    page.get_by_label("Eller skriv en annan vecka").fill(_week(published_to))
    page.get_by_label("Antal veckor").fill("2")
    page.get_by_role("checkbox", name=re.compile("^EKG-rummet")).uncheck()
    page.get_by_role("button", name="Granska tiderna").click()
    _heading(page, "Granska tiderna")
    expect(page.get_by_role("heading", name=re.compile("tider? krockar och publiceras inte"))).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Ändra uppgifterna").click()
    _heading(page, "Kopiera en vecka")
    expect(page.get_by_label("Antal veckor")).to_have_value("2")
    expect(page.get_by_role("checkbox", name=re.compile("^EKG-rummet"))).not_to_be_checked()
    page.get_by_role("button", name="Granska tiderna").click()

    publish = page.get_by_role("button", name=re.compile(r"^Publicera \d+ tider$"))
    count = _number(publish.inner_text())
    publish.click()
    _heading(page, f"{count} tider är publicerade")
    check_page(page)

    page.get_by_role("link", name="Ångra", exact=True).click()
    _heading(page, "Ångra kopieringen")
    expect(page.get_by_role("heading", name=f"Alla {count} tider tas bort")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name=f"Ja, ta bort {count} tider").click()
    expect(page.get_by_role("heading", name=f"{count} tider är borttagna")).to_be_visible()
    check_page(page)
    page.reload()
    expect(page.get_by_role("heading", name="Det är redan ångrat")).to_be_visible()
    visit(page, "/personal/andringar")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Ångrade")
    expect(page.get_by_role("row").nth(2)).to_contain_text("Kopierade")
    check_page(page)


def test_undo__a_time_got_booked__it_is_kept_and_named(new_context: ContextMaker) -> None:
    staff = _log_in(new_context(**DESK).new_page(), "tove", "/personal/publicera")
    today = _today(staff)
    saturday = today + timedelta(days=(4 - today.weekday()) % 7 + 1)
    _fill_in(
        staff, saturday, time_type="Snabb tid hos barnmorska", performer="Tove Hällström, barnmorska",
        times=("9.00", "9.40"),
    )  # fmt: skip
    staff.get_by_role("button", name="Publicera 4 tider").click()
    _heading(staff, "4 tider är publicerade")

    resident = Resident(new_context().new_page())
    resident.log_in("noel")
    resident.go_to_times("kompassens-ungdomsmottagning", "snabb-tid")
    resident.page.locator("main button.time-free[aria-label*='lördag']").nth(1).click()
    expect(resident.page.get_by_text("Tiden är reserverad för dig till").first).to_be_visible()
    resident.go_on()
    resident.fill_details()
    resident.book()

    staff.get_by_role("link", name="Ångra", exact=True).click()
    _heading(staff, "Ångra publiceringen")
    expect(staff.get_by_role("heading", name="3 av 4 tider tas bort")).to_be_visible()
    kept = staff.get_by_role("listitem").filter(has_text="Bokad · N. S.")
    expect(kept).to_have_count(1)
    check_page(staff)
    staff.get_by_role("button", name="Ja, ta bort 3 tider").click()
    expect(staff.get_by_role("heading", name="3 tider är borttagna")).to_be_visible()
    expect(kept).to_have_count(1)
    check_page(staff)
    resident.page.reload()
    resident.heading("Din tid är bokad")


def test_publish__a_colleague_was_first__is_told_who_and_nothing_is_lost(new_context: ContextMaker) -> None:
    mine, theirs = (new_context(**DESK).new_page() for _ in range(2))
    for page, persona in ((mine, "johan"), (theirs, "helena")):
        _log_in(page, persona, "/personal/publicera")
    day = _today(mine) + timedelta(weeks=11)
    what = {"time_type": "Sjuksköterskebesök", "performer": "Anna Berg, sjuksköterska"}
    _fill_in(mine, day, times=("17.00", "18.00"), **what)
    _fill_in(theirs, day, times=("17.20", "17.40"), **what)
    theirs.get_by_role("button", name="Publicera 1 tid").click()
    _heading(theirs, "1 tid är publicerad")

    mine.get_by_role("button", name="Publicera 3 tider").click()
    expect(mine.get_by_text(re.compile("^Schemat ändrades av Helena Wikmark kl"))).to_be_visible()
    expect(mine.get_by_role("heading", name="1 tid krockar och publiceras inte")).to_be_visible()
    check_page(mine)
    mine.get_by_role("button", name="Publicera 2 tider").click()
    _heading(mine, "2 tider är publicerade")
    check_page(mine)


def test_settings__the_administrator_shortens_the_hold__others_see_it(new_context: ContextMaker) -> None:
    admin = _log_in(new_context().new_page(), "helena", "/personal/installningar")
    _heading(admin, "Inställningar")
    check_page(admin)
    minutes = admin.get_by_label("Minuter vid varje steg")
    minutes.fill("11")
    admin.get_by_role("button", name="Spara", exact=True).click()
    expect(admin.get_by_role("heading", name="Det finns ett problem")).to_be_visible()
    expect(minutes).to_have_value("11")
    check_page(admin)
    try:
        minutes.fill("7")
        admin.get_by_role("button", name="Spara", exact=True).click()
        expect(admin.get_by_role("heading", name="Inställningen är sparad")).to_be_visible()
        check_page(admin)
        other = _log_in(new_context().new_page(), "maria", "/personal/installningar")
        expect(other.get_by_text("En vald tid är reserverad i 7 minuter vid varje steg.")).to_be_visible()
        expect(other.get_by_role("button", name="Spara")).to_have_count(0)
        check_page(other)
    finally:
        minutes.fill("10")
        admin.get_by_role("button", name="Spara", exact=True).click()
        expect(admin.get_by_text("En vald tid är reserverad i 10 minuter vid varje steg.")).to_be_visible()


def _rows(page: Page) -> Locator:
    return page.locator("table tbody tr")


def test_day_list__is_live__new_bookings_wait_and_a_cancelled_one_changes_in_place(
    new_context: ContextMaker,
) -> None:
    resident = Resident(new_context().new_page())
    resident.log_in("amina")
    resident.go_to_times("kvarnens-provtagning", "ekg")
    chosen = re.search(r"\d+ [a-z]+(?=,)", resident.choose_time())
    assert chosen
    context = new_context(**DESK)
    staff = _log_in(context.new_page(), "signe")
    visit(staff, f"/personal/bokningar?dag={quote(chosen[0])}")
    _heading(staff, re.compile(f"^Bokningar .*{chosen[0]}"))
    before = _rows(staff).count()
    resident.go_on()
    resident.fill_details()
    resident.book()

    waiting = staff.get_by_role("button", name="Visa 1 ny bokning")
    expect(waiting).to_be_visible()
    expect(_rows(staff)).to_have_count(before)
    check_page(staff)
    waiting.click()
    expect(_rows(staff)).to_have_count(before + 1)
    expect(staff.locator("#day-count")).to_be_focused()
    new = _rows(staff).filter(has_text="Ny")
    expect(new).to_have_count(1)
    check_page(staff)

    colleague = visit(context.new_page(), f"{new.get_by_role('link').get_attribute('href')}/avboka")
    colleague.get_by_role("button", name="Ja, avboka tiden").click()
    expect(colleague.get_by_text("Tiden är avbokad").first).to_be_visible()
    expect(new.get_by_text("Avbokad", exact=True)).to_be_visible()
    expect(_rows(staff)).to_have_count(before + 1)
    check_page(staff)
