"""The clinic's own words: written and shown, terms that come, a notice, and the stop."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from e2e.checks import check_page, check_targets
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import staff_page
from e2e.support import ready, visit

CLINIC, TIME_TYPE = "kvarnens-provtagning", "ekg"
WIDTHS = {"desktop": {"width": 1280, "height": 800}, "tablet": {"width": 820, "height": 1180}}


@pytest.fixture(params=WIDTHS)
def admin(request: pytest.FixtureRequest, new_context: ContextMaker) -> Page:
    """Open the settings as the clinic's administrator."""
    page = new_context(viewport=WIDTHS[request.param]).new_page()
    page.goto("/auth/login/staff?persona=signe&vidare=/personal/texter")
    return ready(page)


def write(page: Page, label: str) -> Locator:
    """Empty a box for text and return it, with the caret in it."""
    box = page.get_by_role("textbox", name=label)
    box.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    return box


def save(page: Page, button: str, done: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name=done)).to_be_visible()
    expect(page.locator("[data-take-focus]").filter(has_text=done)).to_be_focused()


@contextmanager
def stopped(page: Page, address: str) -> Iterator[None]:
    """Stop booking for the length of a ``with`` block."""
    visit(page, address)
    page.get_by_role("link", name="Stoppa bokningen").click()
    expect(page.locator("h1")).to_contain_text("Vill du stoppa bokningen")
    expect(page.get_by_text(re.compile(r"De närmaste sju dagarna finns \d+ ledig"))).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Ja, stoppa bokningen").click()
    expect(page.get_by_text(re.compile(r"Bokningen är stoppad sedan .* stoppade den"))).to_be_visible()
    check_page(page)
    try:
        yield
    finally:
        visit(page, address)
        page.get_by_role("button", name="Starta bokningen igen").click()
        expect(page.get_by_role("heading", name="Bokningen är igång igen.")).to_be_visible()


def test_text__written_by_keyboard__is_shown_and_folded(admin: Page, new_context: ContextMaker) -> None:
    check_page(admin)
    admin.get_by_role("link", name="Boka tid direkt", exact=True).click()
    expect(admin.locator("h1")).to_have_text("Ärendetypens texter")
    check_page(admin)
    check_targets(admin, 40)
    write(admin, "Bokningen avser på svenska")
    admin.keyboard.press("Control+b")
    admin.keyboard.type("Provtagning")
    admin.keyboard.press("Control+b")
    admin.keyboard.type(" efter remiss. " + "Ta gärna med din remiss. " * 15)
    write(admin, "Boka inte här om på svenska")
    admin.get_by_role("group", name="Textens utseende").nth(2).get_by_role("button", name="Länk").click()
    admin.keyboard.type("hej")
    admin.keyboard.press("Enter")
    expect(admin.get_by_text("Skriv en hel adress")).to_be_visible()
    admin.keyboard.press("Control+a")
    admin.keyboard.type("1177.se")
    admin.keyboard.press("Enter")
    save(admin, "Spara texterna", "Texterna är sparade.")
    expect(admin.get_by_role("heading", name="Så här ser invånaren det")).to_be_visible()
    check_page(admin)
    try:
        page = visit(new_context().new_page(), f"/mottagning/{CLINIC}")
        expect(page.locator("strong", has_text=re.compile("^Provtagning$"))).to_be_visible()
        more = page.locator("details", has_text="Läs mer").first
        expect(more.locator("div")).not_to_be_visible()
        more.locator("summary").click()
        expect(more.locator("div")).to_be_visible()
        check_page(page)
        visit(page, f"/en/mottagning/{CLINIC}")
        expect(page.get_by_text("This text is only in Swedish.").first).to_be_visible()
        expect(page.locator("[lang=sv] strong")).to_have_text("Provtagning")
        check_page(page, lang="en")
        resident = Resident(new_context().new_page())
        resident.log_in("noel", to=f"/boka/{CLINIC}")
        link = resident.page.get_by_role("link", name="1177.se")
        expect(link).to_have_attribute("href", "https://1177.se")
        check_page(resident.page)
    finally:
        for label in ("Bokningen avser på svenska", "Boka inte här om på svenska"):
            write(admin, label)
        save(admin, "Spara texterna", "Texterna är sparade.")


def test_text__that_a_colleague_changes_meanwhile__is_told_and_nothing_is_lost(admin: Page) -> None:
    colleague = admin.context.new_page()
    label, address = "Information till vården på svenska", "/personal/texter/bestalla-tid"
    for page in (admin, colleague):
        visit(page, address)
    try:
        write(colleague, label)
        colleague.keyboard.type("Kollegans ord.")
        save(colleague, "Spara texterna", "Texterna är sparade.")
        box = write(admin, label)
        admin.keyboard.type("Mina ord.")
        admin.get_by_role("button", name="Spara texterna").click()
        expect(admin.get_by_role("heading", name="Någon annan har ändrat texten")).to_be_visible()
        expect(admin.locator(".preview").filter(has_text="Kollegans ord.").first).to_be_visible()
        expect(box).to_have_text("Mina ord.")
        check_page(admin)
        save(admin, "Spara texterna", "Texterna är sparade.")
        expect(admin.locator(".preview").filter(has_text="Mina ord.").first).to_be_visible()
    finally:
        visit(admin, address)
        write(admin, label)
        save(admin, "Spara texterna", "Texterna är sparade.")


def test_text__that_is_too_long__is_kept__and_leaving_is_asked_about(admin: Page) -> None:
    visit(admin, "/personal/texter/andra-tid")
    box = write(admin, "Information till vården på svenska")
    admin.keyboard.insert_text("Skriv kort. " * 90)
    expect(admin.get_by_text(re.compile(r"Texten är \d+ tecken för lång")).first).to_be_attached()
    admin.get_by_role("button", name="Spara texterna").click()
    expect(admin.get_by_role("heading", name="Det finns ett problem")).to_be_visible()
    expect(box).to_contain_text("Skriv kort. Skriv kort.")
    check_page(admin)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    admin.once("dialog", stay)
    admin.get_by_role("link", name="Schema").click()
    expect(admin.locator("h1")).to_have_text("Ärendetypens texter")
    assert asked
    admin.once("dialog", lambda dialog: dialog.accept())
    admin.get_by_role("link", name="Schema").click()
    expect(admin.locator("h1")).not_to_have_text("Ärendetypens texter")


def test_paste__from_a_word_processor__comes_out_clean(admin: Page) -> None:
    visit(admin, "/personal/presentation")
    box = write(admin, "Presentation på svenska")
    admin.evaluate(
        """() => {
            const data = new DataTransfer()
            data.setData('text/html', `<html><head><style>p{color:red}</style></head><body><!--StartFragment-->
                <p class=MsoNormal style='color:red'><b style='mso-x:1'>Viktigt</b><o:p></o:p></p>
                <p class=MsoListParagraphCxSpFirst><span>·<span>&nbsp;&nbsp;</span></span>ett</p>
                <p class=MsoListParagraphCxSpLast><span>·<span>&nbsp;&nbsp;</span></span>två</p>
                <script>alert(1)</script><!--EndFragment--></body></html>`)
            document.activeElement.dispatchEvent(
                new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
        }"""
    )
    expect(box.locator("li")).to_have_text(["ett", "två"])
    expect(box.locator("b")).to_have_text("Viktigt")
    assert "Mso" not in box.inner_html()
    assert "color" not in box.inner_html()


def test_terms__a_coming_version_is_planned_changed_and_taken_away(admin: Page) -> None:
    admin.get_by_role("link", name=re.compile("^Visa villkoren: Boka tid direkt")).click()
    expect(admin.locator("h1")).to_have_text("Villkor")
    expect(admin.get_by_text(re.compile("godkänt villkoren som gäller nu"))).to_be_visible()
    check_page(admin)
    admin.get_by_role("button", name="Spara den nya versionen").click()
    expect(admin.get_by_role("heading", name="Det finns ett problem")).to_be_visible()
    admin.get_by_label("Gäller från och med").fill("2099-01-01")
    save(admin, "Spara den nya versionen", "Versionen är sparad.")
    expect(admin.get_by_role("heading", name="Version 2", exact=True)).to_be_visible()
    write(admin, "Villkor på svenska")
    admin.keyboard.type("Nya villkor.")
    save(admin, "Spara ändringen", "Versionen är sparad.")
    expect(admin.locator("li.card").first).to_contain_text("Nya villkor.")
    check_page(admin)
    admin.get_by_role("button", name="Ta bort versionen").click()
    expect(admin.get_by_role("heading", name="Versionen är borttagen.")).to_be_visible()
    expect(admin.get_by_role("heading", name="Version 2", exact=True)).to_have_count(0)


def test_stop__open_pages_tell_it_at_once__and_open_again(admin: Page, new_context: ContextMaker) -> None:
    resident = Resident(new_context().new_page())
    resident.log_in("samuel")
    resident.go_to_times(CLINIC, TIME_TYPE)
    with stopped(admin, f"/personal/driftmeddelande?tidstyp={TIME_TYPE}"):
        resident.heading("Bokningen på nätet är stängd")
        expect(resident.page.locator("main")).to_contain_text("Tider som du redan har bokat gäller")
        check_page(resident.page)
        visit(resident.page, f"/boka/{CLINIC}")
        expect(resident.page.get_by_text("Går inte att boka på nätet just nu").first).to_be_visible()
        visit(resident.page, f"/boka/{CLINIC}/{TIME_TYPE}")
        resident.heading("Bokningen på nätet är stängd")
    expect(resident.free_time()).to_be_visible()


def test_stop__of_the_clinic__shows_why_and_refuses_the_last_step(
    admin: Page, new_context: ContextMaker
) -> None:
    resident = Resident(new_context().new_page())
    resident.log_in("samuel")
    resident.go_to_times(CLINIC, TIME_TYPE)
    resident.choose_time()
    resident.go_to_details()
    resident.fill_details()
    resident.heading("Kontrollera din bokning")
    with stopped(admin, "/personal/driftmeddelande"):
        resident.page.get_by_role("button", name="Boka tiden").click()
        expect(resident.page.get_by_role("heading", name="Bokningen på nätet är stängd")).to_be_visible()
        expect(resident.page.get_by_text("Det är lugnast efter klockan 10.").first).to_be_visible()
        check_page(resident.page)
        visit(resident.page, f"/mottagning/{CLINIC}")
        expect(resident.page.get_by_text("Går inte att boka just nu. Ring mottagningen.")).to_be_visible()
        check_page(resident.page)


def test_service__the_region_tells_everybody_and_stops_all(new_context: ContextMaker) -> None:
    region = staff_page(new_context, "petra", "/personal/hela-tjansten")
    expect(region.locator("h1")).to_have_text("Driftmeddelande och stopp")
    check_page(region)
    write(region, "Driftmeddelande på svenska")
    region.keyboard.type("Vi byter servrar i kväll.")
    save(region, "Spara meddelandet", "Meddelandet är sparat.")
    resident = Resident(new_context().new_page())
    try:
        resident.log_in("samuel")
        resident.go_to_times(CLINIC, TIME_TYPE)
        expect(resident.page.get_by_text("Vi byter servrar i kväll.")).to_be_visible()
        with stopped(region, "/personal/hela-tjansten"):
            resident.heading("Bokningen på nätet är stängd")
            check_page(resident.page)
        expect(resident.free_time()).to_be_visible()
    finally:
        write(region, "Driftmeddelande på svenska")
        save(region, "Spara meddelandet", "Meddelandet är sparat.")
    clinic = staff_page(new_context, "signe", "/personal")
    visit(clinic, "/personal/hela-tjansten")
    expect(clinic.get_by_text("Du har inte behörighet till sidan")).to_be_visible()


def test_others__read_and_cannot_write(new_context: ContextMaker) -> None:
    page = staff_page(new_context, "maria", "/personal/texter")
    page.get_by_role("link", name="Läs hela presentationen").click()
    expect(page.get_by_text("Mottagningens administratör kan ändra det här.")).to_be_visible()
    expect(page.locator("main").get_by_role("textbox")).to_have_count(0)
    check_page(page)
    visit(page, "/personal/driftmeddelande")
    expect(page.get_by_text("Mottagningens administratör kan ändra det här.")).to_be_visible()
    expect(page.get_by_role("link", name="Stoppa bokningen")).to_have_count(0)
    check_page(page)
