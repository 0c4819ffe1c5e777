"""Weeks as templates, used and undone; days that are closed, and left out whichever way one publishes."""

import re
from datetime import date, datetime, timedelta

from playwright.sync_api import Page, expect

from e2e.checks import check_page, expect_focus_on_heading
from e2e.conftest import ContextMaker
from e2e.staff import ON_BOTH, staff_page
from e2e.support import ready, tab_to, visit
from webtidbok_app.domain.swedish_time import day_of, monday_of


def _heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("h1")).to_have_text(words)
    ready(page)


def _monday(page: Page, weeks: int) -> date:
    """Return the Monday so many weeks from now, by the server's clock."""
    now = datetime.fromisoformat(page.request.get("/demo/clock").json()["now"])
    return monday_of(day_of(now)) + timedelta(weeks=weeks)


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    assert found, text
    return int(found[0])


def _undo(page: Page, count: int) -> None:
    page.get_by_role("link", name="Ångra", exact=True).click()
    _heading(page, re.compile("^Ångra"))
    check_page(page)
    page.get_by_role("button", name=re.compile(f"^Ja, ta bort ({count} tider|tiden)$")).click()
    expect(page.get_by_role("heading", name=re.compile(f"^{count} tid(er)? är bortta"))).to_be_visible()


@ON_BOTH
def test_template__a_week_is_saved_edited_and_used_every_second_week__and_undone(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    page = staff_page(new_context, "signe", "/personal", viewport)
    name = f"Vanlig vecka {viewport['width']}"
    far = _monday(page, 40)
    visit(page, f"/personal?vecka={_week(_monday(page, 1))}")
    page.get_by_role("link", name="Veckomallar").click()
    _heading(page, "Veckomallar")
    check_page(page)
    page.get_by_role("link", name=re.compile("^Spara veckan som mall: Vecka")).click()
    _heading(page, "Spara veckan som mall")
    check_page(page)
    page.get_by_role("button", name="Spara mallen").click()
    expect(page.get_by_role("link", name="Skriv vad mallen ska heta")).to_be_visible()
    check_page(page)
    page.get_by_label("Mallens namn").fill(name)
    page.get_by_role("checkbox", name=re.compile("^Provtagningssalen")).uncheck()
    page.get_by_role("button", name="Spara mallen").click()
    _heading(page, name)
    expect(page.get_by_role("listitem").filter(has_text="Provtagningssalen")).to_have_count(0)
    check_page(page)

    _add_series(page, until="17.10")
    expect(page.get_by_role("link", name=re.compile("^Det finns inte plats för någon tid"))).to_be_visible()
    expect(page.get_by_label("Första tiden börjar")).to_have_value("17.00")
    check_page(page)
    _add_series(page, until="18.00")
    expect(page.get_by_role("heading", name="3 tider finns nu i mallen.")).to_be_visible()
    saturday = page.get_by_role("region").or_(page.locator("section")).filter(has_text="17.00–18.00").last
    expect(saturday).to_contain_text("EKG-rummet · EKG · 20 min · 3 tider")
    check_page(page)
    _add_series(page, until="17.20")
    expect(page.get_by_role("link", name=re.compile("^Tiderna krockar med andra"))).to_be_visible()

    page.get_by_role("link", name="Använd mallen").click()
    _heading(page, "Använd veckomallen")
    check_page(page)
    page.get_by_label("Eller skriv en annan vecka").fill(_week(far))
    page.get_by_label("Hur ofta").select_option("Varannan vecka")
    page.get_by_label("Antal veckor").fill("3")
    page.get_by_label("Hoppa över helgdagar").uncheck()
    page.get_by_role("button", name="Granska tiderna").click()
    _heading(page, "Granska tiderna")
    expect(page.get_by_text(f"Vecka {far.isocalendar().week},")).to_be_visible()
    for weeks, filled in ((1, 0), (2, 1), (3, 0), (4, 1)):
        week = (far + timedelta(weeks=weeks)).isocalendar().week
        expect(page.get_by_text(re.compile(f"^Vecka {week},"))).to_have_count(filled)
    check_page(page)
    publish = page.get_by_role("button", name=re.compile(r"^Publicera \d+ tider$"))
    count = _number(publish.inner_text())
    assert count % 3 == 0
    publish.click()
    _heading(page, f"{count} tider är publicerade")
    check_page(page)
    _undo(page, count)
    visit(page, "/personal/andringar")
    expect(page.get_by_role("row").nth(2)).to_contain_text("Publicerade ur veckomall")

    visit(page, "/personal/veckomallar")
    page.get_by_role("link", name=name, exact=True).click()
    _heading(page, name)
    page.get_by_role("button", name=re.compile("^Ta bort lördag 17.00–18.00")).click()
    expect(page.get_by_role("heading", name="Tiderna är borta ur mallen.")).to_be_visible()
    page.get_by_role("link", name="Ta bort mallen").click()
    _heading(page, "Ta bort mallen")
    check_page(page)
    page.get_by_role("button", name="Ja, ta bort mallen").click()
    _heading(page, "Veckomallar")
    expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)


def _add_series(page: Page, *, until: str) -> None:
    """Add a Saturday evening at the ECG room, the end of which is ``until``."""
    page.get_by_label("Tidstyp").select_option("EKG")
    page.get_by_label("Vårdgivare eller resurs").select_option("EKG-rummet")
    for weekday in ("Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag"):
        page.get_by_role("checkbox", name=weekday).uncheck()
    page.get_by_role("checkbox", name="Lördag").check()
    page.get_by_label("Första tiden börjar").fill("17.00")
    page.get_by_label("Sista tiden slutar").fill(until)
    page.get_by_role("button", name="Lägg till i mallen").click()


def test_template__renamed_by_a_colleague_meanwhile__says_so_and_shows_it(new_context: ContextMaker) -> None:
    mine = staff_page(new_context, "signe", "/personal/veckomallar")
    mine.get_by_label(re.compile("^Eller börja med en tom mall")).fill("Jourvecka")
    mine.get_by_role("button", name="Skapa tom mall").click()
    _heading(mine, "Jourvecka")
    expect(mine.get_by_role("heading", name="Mallen har inga tider än")).to_be_visible()
    check_page(mine)
    theirs = visit(mine.context.new_page(), mine.url)
    for page, name in ((theirs, "Jourvecka höst"), (mine, "Jourvecka vår")):
        page.get_by_text("Byt namn").click()
        page.get_by_label("Nytt namn").fill(name)
        page.get_by_role("button", name="Spara namnet").click()
        _heading(page, "Jourvecka höst")
    expect(mine.get_by_role("heading", name="Mallen har ändrats av någon annan")).to_be_visible()
    check_page(mine)
    mine.get_by_text("Gör en kopia av mallen").click()
    mine.get_by_label("Kopians namn").fill("Jourvecka höst")
    mine.get_by_role("button", name="Skapa kopian").click()
    expect(mine.get_by_role("link", name="Det finns redan en mall som heter så")).to_be_visible()
    mine.get_by_role("link", name="Ta bort mallen").click()
    mine.get_by_role("button", name="Ja, ta bort mallen").click()
    _heading(mine, "Veckomallar")
    theirs.reload()
    expect(theirs.get_by_role("heading", name="Det du söker finns inte")).to_be_visible()


@ON_BOTH
def test_closed_day__is_left_out_and_shown_in_the_week__by_keyboard_alone(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    page = staff_page(new_context, "signe", "/personal", viewport)
    monday = _monday(page, 44)
    closed = monday + timedelta(days=2)

    def press(role: str, name: str | re.Pattern[str]) -> None:
        tab_to(page.locator("main").get_by_role(role, name=name, exact=isinstance(name, str)))
        page.keyboard.press("Enter")

    def type_in(label: str, words: str) -> None:
        tab_to(page.get_by_label(label, exact=True))
        page.keyboard.type(words)

    press("link", "Avvikande tider")
    _heading(page, "Avvikande tider")
    expect_focus_on_heading(page)
    press("button", "Lägg in")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_role("link", name="Skriv första dagen")).to_be_visible()
    check_page(page)
    type_in("Från och med", closed.isoformat())
    type_in("Varför", "Planeringsdag")
    page.keyboard.press("Enter")
    added = page.get_by_role("region", name="Den avvikande tiden är inlagd")
    expect(added).to_be_focused()
    expect(added).to_contain_text("Det finns inga publicerade tider där.")
    check_page(page)

    visit(page, "/personal/publicera")
    type_in("Tidstyp", "EKG")
    type_in("Vårdgivare eller resurs", "EKG-rummet")
    type_in("Första tiden börjar", "8")
    type_in("Sista tiden slutar", "8.20")
    type_in("Från och med", monday.isoformat())
    type_in("Till och med", (monday + timedelta(days=4)).isoformat())
    tab_to(page.get_by_label("Hoppa över helgdagar"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    _heading(page, "Granska tiderna")
    expect_focus_on_heading(page)
    expect(
        page.get_by_role("heading", name="1 tid publiceras inte: stängt eller avvikande tid")
    ).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="1 tid. Stängt: Planeringsdag")).to_be_visible()
    check_page(page)
    press("button", "Publicera 4 tider")
    _heading(page, "4 tider är publicerade")

    other = visit(page.context.new_page(), f"/personal?vecka={_week(monday)}&vy=vecka")
    head = other.get_by_role("columnheader").or_(other.get_by_role("heading", level=2))
    expect(head.filter(has_text="Stängt: Planeringsdag", visible=True)).to_have_count(1)
    check_page(other)
    visit(other, f"/personal?dag={closed.isoformat()}")
    expect(other.locator(".week-span")).to_have_text(f"{closed.year} · Stängt: Planeringsdag")
    check_page(other)
    other.close()

    press("link", "Ångra")
    _heading(page, "Ångra publiceringen")
    press("button", "Ja, ta bort 4 tider")
    expect(page.get_by_role("heading", name="4 tider är borttagna")).to_be_visible()
    visit(page, "/personal/avvikande-tider")
    press("button", re.compile(f"^Ta bort avvikelsen Planeringsdag, .* {closed.day} .* {closed.year}$"))
    expect(page.get_by_role("heading", name="Den avvikande tiden är borttagen")).to_be_visible()
    check_page(page)


@ON_BOTH
def test_deviation__where_times_are_published__says_how_many_and_leads_to_taking_them_away(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    page = staff_page(new_context, "signe", "/personal/avvikande-tider", viewport)
    room, friday = "EKG-rummet", _monday(page, 1) + timedelta(days=4)
    page.get_by_label("Från och med").fill(friday.isoformat())
    page.get_by_label("Från klockan").fill("8")
    page.get_by_label("Till klockan").fill("9")
    page.get_by_label("Gäller").select_option(room)
    page.get_by_label("Varför").fill("Service")
    page.get_by_role("button", name="Lägg in").click()
    added = page.get_by_role("region", name="Den avvikande tiden är inlagd")
    expect(added).to_contain_text(re.compile(r"Det finns (3 publicerade tider|inga publicerade tider) där\."))
    card = page.get_by_role("listitem").filter(has_text=f"Service, {room}")
    expect(card).to_contain_text("kl. 8.00–9.00")
    if "3 publicerade" in added.inner_text():
        link = added.get_by_role("link", name="Se tiderna och ta bort dem")
        expect(link).to_have_attribute(
            "href",
            re.compile(
                rf"^/personal/ta-bort\?fran={friday}&till={friday}&vardgivare=[0-9a-f-]{{36}}&kl=0800-0900$"
            ),
        )
        link.click()
        _heading(page, re.compile(r"^Du tar bort 3 tider\."))
        check_page(page)
    _only_theirs_is_told(page, friday, room, "Provtagningssalen")
    visit(page, "/personal/avvikande-tider")
    check_page(page)
    card.get_by_role("button", name=re.compile("^Ta bort avvikelsen Service")).click()
    expect(card).to_have_count(0)


def _only_theirs_is_told(page: Page, day: date, away: str, other: str) -> None:
    """Assert that the week of who is away says so, as table and as list, and that another's does not."""
    for view in ("vecka", "lista"):
        visit(page, f"/personal?vecka={_week(day)}&vy={view}")
        told = page.locator(".week-note:visible", has_text=f"{away} kl. 8.00–9.00: Service")
        expect(told).to_be_visible()
        page.get_by_role("link", name=away, exact=True).click()
        expect(page).to_have_url(re.compile("vem="))
        expect(page.get_by_role("link", name=away, exact=True)).to_have_attribute("aria-current", "true")
        expect(told).to_be_visible()
        check_page(page)
        page.get_by_role("link", name=other, exact=True).click()
        expect(page.get_by_role("link", name=other, exact=True)).to_have_attribute("aria-current", "true")
        expect(told).to_have_count(0)


def test_closed_day__soon__is_told_to_residents(new_context: ContextMaker) -> None:
    page = staff_page(new_context, "tove", "/personal/avvikande-tider")
    saturday = _monday(page, 2) + timedelta(days=5)
    page.get_by_label("Från och med").fill(saturday.isoformat())
    page.get_by_label("Varför").fill("Flytt")
    page.get_by_role("button", name="Lägg in").click()
    card = page.get_by_role("listitem").filter(has_text="Flytt, hela mottagningen")
    expect(card).to_be_visible()
    resident = visit(new_context().new_page(), "/mottagning/kompassens-ungdomsmottagning")
    expect(resident.get_by_role("definition").filter(has_text=f"lördag {saturday.day} ")).to_be_visible()
    expect(resident.get_by_text("Flytt")).to_have_count(0)
    check_page(resident)
    visit(resident, "/en/mottagning/kompassens-ungdomsmottagning")
    expect(resident.get_by_text("Also closed")).to_be_visible()
    check_page(resident, lang="en")
    card.get_by_role("button", name=re.compile("^Ta bort avvikelsen Flytt")).click()
    expect(card).to_have_count(0)
    resident.reload()
    ready(resident)
    expect(resident.get_by_text("Opening hours")).to_be_visible()
    expect(resident.get_by_text("Also closed")).to_have_count(0)


def test_who_may_only_look__sees_deviating_times_and_no_templates(new_context: ContextMaker) -> None:
    page = staff_page(new_context, "lennart", "/personal")
    expect(page.get_by_role("link", name="Veckomallar")).to_have_count(0)
    page.get_by_role("link", name="Avvikande tider").click()
    _heading(page, "Avvikande tider")
    expect(page.get_by_role("heading", name="Kommande")).to_be_visible()
    expect(page.get_by_role("button", name="Lägg in")).to_have_count(0)
    check_page(page)
    visit(page, "/personal/veckomallar")
    expect(page.get_by_role("button", name="Skapa tom mall")).to_have_count(0)
    expect(page.get_by_role("heading", name="Ny veckomall")).to_have_count(0)
