"""The times while several people have them open: what others take and let go, a lost connection, going back, wishes.

Each journey takes times that no other one counts on, and lets them go at its end.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.checks import check_page, check_targets, check_uncovered
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.support import Wire, moved_clock, offline, ready, visit

ECG = ("kvarnens-provtagning", "ekg")
"""One place each, a dozen times a day, and nobody else comes here."""
ADVICE = ("havsbrisens-barnmorskemottagning", "preventivmedel")
"""One performer, and the reason may be told."""
CHILD = ("forsens-bvc", "halsobesok-bvc-skoterska")
"""Saga Fjällgren in mornings, Yusuf Ahlm in Tuesday's and Friday's afternoons."""
ZOOMED = {"width": 320, "height": 256}
"""1280 × 1024 at 400 %."""
DETAILS = {"Telefonnummer": "070-174 06 05", "E-post": "prov@example.se", "Varför söker du?": "Ett råd"}
WATCH_MOTION = """
    window.moved = []
    for (const kind of ['transitionrun', 'animationstart'])
        addEventListener(kind, event => moved.push(`${kind} ${event.target.className}`), true)
    const look = () => moved.push(...document.getAnimations().map(one => one.constructor.name))
    addEventListener('DOMContentLoaded', () => new MutationObserver(look)
        .observe(document.documentElement, { subtree: true, childList: true, attributes: true }))
"""

UNTIL_MOVED = """() => new Promise((moves, stands) => {
    const ask = () => moved.length ? moves() : requestAnimationFrame(ask)
    ask()
    setTimeout(() => stands('nothing has moved'), 5000)
})"""
"""Asked in a frame's time: Playwright's own waiting evaluates text in the page, which our policy forbids."""

Bring = Callable[..., Resident]


@pytest.fixture
def at_times(new_context: ContextMaker) -> Iterator[Bring]:
    """Bring residents to the times, each in a browser of their own; what they hold is let go afterwards."""
    residents = []

    def bring(persona: str, place: tuple[str, str] = ECG, **options: object) -> Resident:
        resident = Resident(new_context(**options).new_page())
        residents.append(resident)
        resident.log_in(persona)
        resident.go_to_times(*place)
        resident.heading("Välj en tid")
        return resident

    yield bring
    for resident in residents:
        resident.let_go()


def _places(page: Page) -> dict[str, list[float]]:
    """Return where every time is on the screen, and how far the page is scrolled."""
    return page.evaluate(
        """() => Object.fromEntries([['scrolled', [scrollX, scrollY]],
            ...[...document.querySelectorAll('section.day button[data-time]')].map(button => {
                const { x, y, width, height } = button.getBoundingClientRect()
                return [button.dataset.time, [x, y, width, height]]
            })])"""
    )


def _fresh(resident: Resident, words: str) -> None:
    expect(resident.page.locator("#fresh")).to_have_text(words)


def _show_fresh(resident: Resident) -> None:
    resident.page.locator("#fresh").click()
    expect(resident.page.locator("#fresh")).to_have_count(0)
    expect(resident.page.locator(".status")).to_be_focused()


def test_two__what_one_takes_turns_in_its_place_with_the_other(at_times: Bring) -> None:
    one, other = at_times("amina"), at_times("samuel", viewport={"width": 390, "height": 700})
    here, elsewhere = other.free_ids()[-2:]
    other.time(here).focus()
    other.time(here).scroll_into_view_if_needed()
    before = _places(other.page)
    one.choose(here)
    other.expect_time(here, "taken")
    expect(other.time(here)).to_contain_text("Upptagen")
    expect(other.time(here)).to_be_focused()
    said = other.time(here).get_attribute("data-time-name")
    expect(other.page.locator("#live-assertive")).to_have_text(f"{said} är inte längre ledig.")
    expect(other.page.locator("#live-polite")).to_have_count(0)
    assert _places(other.page) == before
    check_page(other.page)

    one.choose(elsewhere)
    other.expect_time(elsewhere, "taken")
    _fresh(other, "Visa 1 ny tid")
    other.expect_time(here, "taken")
    expect(other.page.locator("#live-polite")).to_have_text("En tid har blivit upptagen.")
    expect(other.time(here)).to_be_focused()
    assert _places(other.page) == before
    check_page(other.page)
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_role("alert").filter(has_text="Tiden")).to_have_count(0)
    _show_fresh(other)
    other.expect_time(here, "free")
    expect(other.time(elsewhere)).to_have_count(0)
    check_page(other.page)
    check_page(one.page)


def test_two__the_chosen_time_is_told_when_it_is_lost(at_times: Bring, context: BrowserContext) -> None:
    one, other = at_times("noel"), at_times("gunvor")
    time_id = one.free_ids()[-1]
    name = one.time(time_id).get_attribute("data-time-name")
    one.choose(time_id)
    other.expect_time(time_id, "taken")
    with moved_clock(context.request, timedelta(minutes=11)):
        _fresh(other, "Visa 1 ny tid")
        panel = one.page.get_by_role("region", name="Din valda tid")
        expect(panel.get_by_text("Tiden är inte längre reserverad för dig.")).to_be_visible()
        expect(one.page.locator("#live-assertive")).to_have_text("Tiden är inte längre reserverad för dig.")
        check_page(one.page)
        _show_fresh(other)
        other.expect_time(time_id, "free")
        check_page(other.page)
        panel.get_by_role("button", name="Välj tiden igen").click()
        expect(panel.get_by_role("link", name="Fortsätt")).to_be_visible()
        one.expect_time(time_id, "chosen")
        other.expect_time(time_id, "taken")
        expect(other.page.locator("#live-polite")).to_have_text(re.compile("upptag"))
        assert one.time(time_id).get_attribute("data-time-name") == name
        check_page(one.page)


def test_hold__at_another_clinic_lets_the_first_go(at_times: Bring) -> None:
    one, other = at_times("emma"), at_times("samuel")
    time_id = one.free_ids()[-1]
    one.choose(time_id)
    other.expect_time(time_id, "taken")
    one.go_to_times(*ADVICE)
    one.heading("Välj en tid")
    other.expect_time(time_id, "taken")
    one.choose(one.free_ids()[3])
    _fresh(other, "Visa 1 ny tid")
    _show_fresh(other)
    other.expect_time(time_id, "free")
    check_page(other.page)
    one.go_to_times(*ECG)
    one.heading("Välj en tid")
    expect(one.page.get_by_role("region", name="Din valda tid")).to_have_count(0)
    check_page(one.page)


def test_next_free__taken_stays_until_the_next_is_asked_for(at_times: Bring) -> None:
    one, other = at_times("amina"), at_times("gunvor")
    panel = other.page.locator(".next-free")
    words = panel.locator(".next-free-time").inner_text()
    one.choose(one.free_ids()[0])
    expect(panel.get_by_role("heading", name="Den här tiden hann bli upptagen")).to_be_visible()
    expect(panel.locator(".next-free-time")).to_have_text(words)
    check_page(other.page)
    panel.get_by_role("button", name="Visa nästa lediga tid").click()
    expect(panel.get_by_role("heading", name="Nästa lediga tid")).to_be_visible()
    expect(panel.locator(".next-free-time")).not_to_have_text(words)
    check_page(other.page)


def test_ten__all_see_what_one_of_them_takes(at_times: Bring) -> None:
    one = at_times("amina")
    sizes = ({"width": 390, "height": 844}, {"width": 1280, "height": 800}, ZOOMED)
    others = [at_times(persona, viewport=size) for size in sizes for persona in ("samuel", "emma", "gunvor")]
    time_id, next_id = one.free_ids()[9:11]
    one.choose(time_id)
    for other in others:
        other.expect_time(time_id, "taken")
    one.choose(next_id)
    for other in others:
        other.expect_time(next_id, "taken")
        _fresh(other, "Visa 1 ny tid")
    for other in others[::3]:
        check_page(other.page)


def test_staff__publish_undo_and_cancel_are_seen(at_times: Bring, new_context: ContextMaker) -> None:
    one, other = at_times("noel"), at_times("samuel")
    time_id = one.free_ids()[12]
    day = other.time(time_id).evaluate("time => time.closest('[data-day-times]').dataset.dayTimes")
    staff = new_context(viewport={"width": 1280, "height": 900}).new_page()
    staff.goto("/auth/login/staff?persona=signe&vidare=/personal/publicera")
    ready(staff)
    staff.get_by_label("En enda tid").check()
    staff.get_by_label("Tidstyp").select_option(label="EKG")
    staff.get_by_label("Vårdgivare eller resurs").select_option(label="EKG-rummet")
    staff.get_by_label("Dag", exact=True).fill(day)
    staff.get_by_label("Klockan").fill("18.40")
    staff.get_by_role("button", name="Granska tiderna").click()
    staff.get_by_role("button", name="Publicera 1 tid").click()
    expect(staff.get_by_text("1 tid är publicerad").first).to_be_visible()
    before = _places(other.page)
    _fresh(other, "Visa 1 ny tid")
    assert _places(other.page) == before
    _show_fresh(other)
    new = other.page.locator(f'[data-day-times="{day}"]').get_by_role("button", name=re.compile("^18.40"))
    expect(new).to_have_attribute("data-time-state", "free")
    check_page(other.page)
    staff.get_by_role("link", name="Ångra", exact=True).click()
    staff.locator("main").get_by_role("button", name=re.compile("^Ja, ta bort")).click()
    expect(new).to_have_attribute("data-time-state", "taken")
    check_page(other.page)

    clock = one.time(time_id).inner_text().split()[0]
    one.choose(time_id)
    other.expect_time(time_id, "taken")
    one.go_on()
    one.fill_details()
    one.book()
    other.expect_time(time_id, "taken")
    visit(staff, f"/personal/bokningar?dag={day}")
    theirs = re.compile(rf"^Öppna bokningen kl\.\s{re.escape(clock)}–.*N\. S\.")
    staff.get_by_role("link", name=theirs).click()
    staff.get_by_role("link", name="Avboka åt invånaren").click()
    staff.get_by_role("button", name="Ja, avboka tiden").click()
    expect(staff.get_by_text("Tiden är avbokad").first).to_be_visible()
    _fresh(other, "Visa 1 ny tid")
    _show_fresh(other)
    other.expect_time(time_id, "free")
    check_page(other.page)


def _offline(context: BrowserContext) -> Callable[[], AbstractContextManager[None]]:
    return lambda: offline(context)


def _wire(context: BrowserContext) -> Callable[[], AbstractContextManager[None]]:
    return Wire(context).cut


LOST = pytest.mark.parametrize("losing", [_offline, _wire], ids=["offline", "cut"])


@LOST
def test_lost_connection__times_are_true_again_and_all_is_kept(
    at_times: Bring, new_context: ContextMaker, losing: Callable
) -> None:
    other = at_times("amina")
    context = new_context()
    lose = losing(context)
    page = context.new_page()
    one = Resident(page)
    one.log_in("samuel")
    one.go_to_times(*ECG)
    one.heading("Välj en tid")
    page.get_by_role("button", name="Visa fler dagar").click()
    expect(page.locator("section.day")).to_have_count(10)
    focused, theirs = other.free_ids()[-2:]
    mine = one.free_ids()[-1]
    one.choose(mine)
    one.time(focused).focus()
    page.evaluate("window.kept = document.querySelector('section.day')")
    banner = page.locator("#connection")
    expect(banner).to_be_empty()
    with lose():
        other.choose(theirs)
        expect(banner).to_have_text("Anslutningen bröts. Vi försöker igen. Dina uppgifter är kvar.")
        one.expect_time(theirs, "free")
        check_page(page)
    expect(one.time(theirs).and_(page.locator(".time-free"))).to_have_count(0)
    expect(banner).to_be_empty()
    expect(page.locator("section.day")).to_have_count(10)
    one.expect_time(mine, "chosen")
    expect(one.time(focused)).to_be_focused()
    assert page.evaluate("window.kept.isConnected")
    other.choose(focused)
    one.expect_time(focused, "taken")
    expect(one.time(focused)).to_be_focused()
    check_page(page)
    one.let_go()


@LOST
def test_lost_connection__what_is_typed_is_kept(new_context: ContextMaker, losing: Callable) -> None:
    context = new_context()
    lose = losing(context)
    page = context.new_page()
    one = Resident(page)
    one.log_in("gunvor")
    one.go_to_times(*ADVICE)
    one.choose(one.free_ids()[5])
    one.go_to_details()
    fields = {label: page.get_by_label(label) for label in DETAILS}
    fields["Telefonnummer"].fill(DETAILS["Telefonnummer"])
    with lose():
        for label in ("E-post", "Varför söker du?"):
            fields[label].fill("")
            fields[label].press_sequentially(DETAILS[label])
        expect(page.locator("#connection")).to_have_text(re.compile("Anslutningen bröts"))
        check_page(page)
    expect(page.locator("#connection")).to_be_empty()
    ready(page)
    for label, text in DETAILS.items():
        expect(fields[label]).to_have_value(text)
    expect(fields["Varför söker du?"]).to_be_focused()
    check_page(page)
    one.go_on()
    one.heading("Kontrollera din bokning")
    for text in ("070-174 06 05", *[DETAILS[label] for label in ("E-post", "Varför söker du?")]):
        expect(page.locator("main").get_by_text(text)).to_be_visible()
    check_page(page)
    one.let_go()


def test_back__at_every_step_shows_its_last_state(at_times: Bring) -> None:
    clinic, time_type = CHILD
    other, one = at_times("gunvor", CHILD), at_times("noel", CHILD)
    page = one.page
    visit(page, "/")
    page.get_by_role("searchbox").first.fill("forsens")
    page.keyboard.press("Enter")
    one.heading("Hitta mottagning")
    page.get_by_role("link", name="Forsens barnavårdscentral").click()
    one.heading("Forsens barnavårdscentral")
    page.get_by_role("link", name=re.compile("^Boka tid direkt")).click()
    one.heading("Vad gäller besöket?")
    page.get_by_role("link", name=re.compile("^Hälsobesök hos BVC-sjuksköterska")).click()
    one.heading("Välj en tid")
    times = page.url
    page.get_by_role("grid").get_by_role("button").last.click()
    expect(page).to_have_url(re.compile(r"\?dag="))
    expect(page.locator("section.day")).to_have_count(1)
    day, heading = page.url, page.locator("section.day h2").inner_text()
    _wish(one, part="Förmiddag")
    expect(page).to_have_url(re.compile(r"\?del=morning"))
    expect(page.locator("section.day")).to_have_count(5)
    wished = page.url
    third_day = page.locator("section.day").nth(2)  # shown without the wish too, and can be cancelled still
    time_id = third_day.locator("button.time-free").first.get_attribute("data-time") or ""
    one.choose(time_id)
    one.go_on()
    one.heading("Dina uppgifter")
    one.fill_details(reason="Ett råd")
    one.heading("Kontrollera din bokning")

    def back(address: str | re.Pattern[str], title: str) -> None:
        page.go_back()
        expect(page).to_have_url(address)
        one.heading(title)
        expect(page.get_by_role("heading", name="Det finns ett problem")).to_have_count(0)
        check_page(page)

    back(re.compile("/uppgifter$"), "Dina uppgifter")
    expect(page.get_by_label("Varför söker du?")).to_have_value("Ett råd")
    back(wished, "Välj en tid")
    one.expect_time(time_id, "chosen")
    expect(page.get_by_text("Fler val (1 valt)")).to_be_visible()
    expect(other.page.locator("[data-time-state=taken]")).to_have_count(1)
    back(day, "Välj en tid")
    expect(page.locator("section.day h2")).to_have_text(heading)
    expect(page.get_by_role("region", name="Din valda tid")).to_be_visible()
    back(times, "Välj en tid")
    expect(page.locator("section.day")).to_have_count(5)
    one.expect_time(time_id, "chosen")
    back(re.compile(f"/boka/{clinic}$"), "Vad gäller besöket?")
    _fresh(other, "Visa 1 ny tid")
    back(re.compile(f"/mottagning/{clinic}$"), "Forsens barnavårdscentral")
    back(re.compile("sok=forsens"), "Hitta mottagning")
    expect(page.get_by_role("searchbox")).to_have_value("forsens")
    page.go_back()
    expect(page).to_have_url(re.compile("/$"))
    check_page(page)

    visit(page, f"/boka/{clinic}/{time_type}")
    one.choose(time_id)
    one.go_on()
    one.heading("Kontrollera din bokning")
    page.get_by_role("button", name="Boka tiden").click()
    one.heading("Din tid är bokad")
    booking = page.url
    page.go_back()
    expect(page.get_by_text("Du har redan bokat tiden")).to_be_visible()
    check_page(page)
    page.go_back()
    one.heading("Välj en tid")
    expect(page.get_by_role("region", name="Din valda tid")).to_have_count(0)
    expect(one.time(time_id)).to_have_count(0)
    check_page(page)
    visit(page, booking)
    one.heading("Din tid är bokad")
    one.cancel_booking()


def _wish(resident: Resident, *, performer: str = "", part: str = "", weekdays: tuple[str, ...] = ()) -> None:
    page = resident.page
    form = page.locator("details.wish")
    if not form.evaluate("details => details.open"):
        form.locator("summary").click()
    if performer:
        form.get_by_label("Vem vill du träffa?").select_option(label=performer)
    if part:
        form.get_by_label("När på dagen?").select_option(label=part)
    for weekday in weekdays:
        form.get_by_role("checkbox", name=weekday).check()
    form.get_by_role("button", name="Visa tider").click()


def test_wishes__stand_in_the_address_and_come_back(at_times: Bring) -> None:
    one = at_times("amina", CHILD)
    page = one.page
    all_times = page.url
    _wish(one, performer="Yusuf Ahlm", part="Eftermiddag", weekdays=("fredag",))
    expect(page.locator("details.wish summary")).to_have_text("Fler val (3 valda)")
    assert re.search(r"\?vem=[\w-]+&veckodagar=5&del=afternoon$", page.url), page.url
    expect(page.locator("section.day h2").first).to_contain_text("fredag")
    wished = page.url
    shown = one.free_ids()
    names = one.page.locator("section.day button.time-free").evaluate_all(
        "times => times.map(time => time.dataset.timeName)"
    )
    assert all("Yusuf Ahlm" in name and "fredag" in name and re.match("1[2-6]", name) for name in names), (
        names
    )
    check_page(page)
    page.reload()
    one.heading("Välj en tid")
    expect(page.locator("details.wish summary")).to_have_text("Fler val (3 valda)")
    assert one.free_ids() == shown
    page.locator("details.wish summary").click()
    expect(page.get_by_label("När på dagen?")).to_have_value("afternoon")
    expect(page.get_by_role("checkbox", name="fredag")).to_be_checked()
    check_page(page)

    _wish(one, performer="Saga Fjällgren")
    notice = page.get_by_role("heading", name="Inga lediga tider passar dina val")
    expect(notice).to_be_visible()
    expect(page.get_by_role("heading", name="Det finns inga lediga tider")).to_have_count(0)
    check_page(page)
    page.go_back()
    expect(page).to_have_url(wished)
    expect(one.time(shown[0])).to_be_visible()
    expect(page.locator("details.wish summary")).to_have_text("Fler val (3 valda)")
    check_page(page)
    page.go_forward()
    expect(notice).to_be_visible()
    page.get_by_role("button", name="Ta bort mina val").last.click()
    expect(page).to_have_url(all_times)
    expect(page.locator("details.wish summary")).to_have_text("Fler val")
    expect(page.locator("section.day")).to_have_count(5)
    check_page(page)


def test_wishes__only_what_is_wished_is_told_as_new(at_times: Bring) -> None:
    one, other = at_times("amina"), at_times("samuel")
    _wish(other, weekdays=("måndag",))
    expect(other.page.locator("section.day h2").first).to_contain_text("måndag")
    wished = other.free_ids()[0]
    unwished = next(time_id for time_id in one.free_ids() if time_id not in other.free_ids())
    one.choose(wished)
    other.expect_time(wished, "taken")
    one.choose(unwished)
    _fresh(other, "Visa 1 ny tid")
    _show_fresh(other)
    one.choose(wished)
    other.expect_time(wished, "taken")
    expect(other.page.locator("#fresh")).to_have_count(0)
    check_page(other.page)


def test_wishes__by_keyboard_alone(page: Page) -> None:
    one = Resident(page)
    one.log_in("samuel")
    one.go_to_times(*CHILD)
    one.heading("Välj en tid")
    summary = page.locator("details.wish summary")
    one.tab_to(summary)
    page.keyboard.press("Enter")
    one.tab_to(page.get_by_label("När på dagen?"))
    page.keyboard.press("E")
    expect(page.get_by_label("När på dagen?")).to_have_value("afternoon")
    one.tab_to(page.get_by_role("checkbox", name="tisdag"))
    page.keyboard.press("Space")
    one.tab_to(page.get_by_role("button", name="Visa tider"))
    page.keyboard.press("Enter")
    expect(summary).to_have_text("Fler val (2 valda)")
    expect(page.locator("section.day h2").first).to_contain_text("tisdag")
    check_page(page)
    one.tab_to(page.locator("section.day button.time-free").first)
    expect(page.locator("section.day button:focus")).to_have_attribute("aria-label", re.compile("^1[2-6]"))


def test_wishes__in_english(page: Page) -> None:
    one = Resident(page)
    one.log_in("emma")
    one.go_to_times(*CHILD)
    visit(page, "/en/boka/forsens-bvc/halsobesok-bvc-skoterska?del=morning&veckodagar=1,4")
    one.heading("Choose a time")
    expect(page.locator("details.wish summary")).to_have_text("More choices (2 chosen)")
    page.locator("details.wish summary").click()
    expect(page.get_by_label("What time of day?")).to_have_value("morning")
    expect(page.get_by_role("checkbox", name="Thursday")).to_be_checked()
    expect(page.locator("section.day h2").first).to_contain_text(re.compile("Monday|Thursday"))
    check_page(page, lang="en")
    page.get_by_role("link", name="På svenska").click()
    one.heading("Välj en tid")
    expect(page.locator("details.wish summary")).to_have_text("Fler val (2 valda)")
    check_page(page)


def test_zoom__400_percent_the_whole_way(at_times: Bring) -> None:
    other, one = at_times("amina", ADVICE), at_times("emma", ADVICE, viewport=ZOOMED)
    page = one.page
    mine, theirs, *_ = one.free_ids()[6:]
    other.choose(theirs)
    one.expect_time(theirs, "taken")
    other.choose(other.free_ids()[9])
    _fresh(one, "Visa 1 ny tid")
    check_page(page)
    check_targets(page)
    check_uncovered(page)
    _show_fresh(one)
    page.get_by_role("button", name="Månad", exact=True).click()
    expect(page.get_by_role("grid")).to_be_visible()
    check_page(page)
    check_uncovered(page)
    page.get_by_role("button", name="Lista", exact=True).click()
    one.choose(mine)
    expect(page.get_by_role("region", name="Din valda tid")).to_be_focused()
    check_page(page)
    check_uncovered(page)
    one.go_on()
    one.heading("Dina uppgifter")
    check_page(page)
    check_uncovered(page)
    one.fill_details(reason="Ett råd")
    one.heading("Kontrollera din bokning")
    check_page(page)
    check_uncovered(page)
    one.book()
    check_page(page)
    check_uncovered(page)
    one.cancel_booking()
    check_page(page)


def test_reduced_motion__nothing_moves_on_any_step(at_times: Bring, new_context: ContextMaker) -> None:
    other = at_times("gunvor", ADVICE)
    context = new_context(reduced_motion="reduce")
    context.add_init_script(WATCH_MOTION)
    page = context.new_page()
    one = Resident(page)
    one.log_in("noel")
    one.go_to_times(*ADVICE)
    one.heading("Välj en tid")
    mine, theirs, *_ = one.free_ids()[10:]
    one.time(theirs).hover()
    other.choose(theirs)
    one.expect_time(theirs, "taken")
    other.choose(other.free_ids()[13])
    _fresh(one, "Visa 1 ny tid")
    _show_fresh(one)
    one.choose(mine)
    check_page(page)
    one.go_to_details()
    one.fill_details()
    one.heading("Kontrollera din bokning")
    check_page(page)
    assert page.evaluate("moved") == []
    assert page.evaluate("document.getAnimations().length") == 0
    other.page.evaluate(WATCH_MOTION)
    other.time(theirs).hover()
    other.page.evaluate(UNTIL_MOVED)
    one.let_go()


@pytest.mark.parametrize(
    "look",
    [
        {"forced_colors": "active"},
        {"color_scheme": "dark"},
        {"forced_colors": "active", "color_scheme": "dark"},
    ],
    ids=["forced-colours", "dark", "both"],
)
def test_look__taken_chosen_and_new_are_told_apart(at_times: Bring, look: dict[str, str]) -> None:
    other, one = at_times("samuel"), at_times("amina", **look)
    mine, theirs, third = one.free_ids()[-3:]
    one.choose(mine)
    other.choose(theirs)
    one.expect_time(theirs, "taken")
    other.choose(third)
    _fresh(one, "Visa 1 ny tid")
    expect(one.time(theirs)).to_contain_text("Upptagen")
    expect(one.time(mine).locator("svg")).to_be_visible()
    check_page(one.page)
