"""Requests: from a clinic without free times to the staff's answer; changing a booked time; taking it back."""

import re

from playwright.sync_api import Page, expect

from e2e.checks import check_page, check_targets, expect_focus_on_heading
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.support import ready, visit

PHONE = {"width": 320, "height": 640}
CASE = re.compile(r"/arenden/[a-z-]+/[0-9a-f]{32}$")


def staff_page(new_context: ContextMaker, persona: str, to: str) -> Page:
    """Log in as staff and come to an address."""
    page = new_context().new_page()
    page.goto(f"/auth/login/staff?persona={persona}&vidare={to.replace('/', '%2F')}")
    ready(page)
    return page


def write_request(page: Page, reason: str) -> None:
    """Fill in a request for a time and come to the check."""
    page.get_by_label("Vad vill du ha hjälp med?").fill(reason)
    page.get_by_label("Skriv till mig här i Webtidbok").check()
    page.get_by_role("button", name="Fortsätt").click()
    Resident(page).heading("Kontrollera din förfrågan")


def send(page: Page) -> str:
    """Send what is checked and return the case's id."""
    page.get_by_role("button", name="Skicka").click()
    Resident(page).heading("Din förfrågan är skickad")
    expect(page).to_have_url(CASE)
    return page.url.rsplit("/", 1)[1]


def withdraw(page: Page) -> None:
    """Take the shown request back."""
    page.get_by_text("Ta tillbaka din förfrågan").click()
    page.get_by_role("button", name="Ja, ta tillbaka").click()
    Resident(page).heading("Du har tagit tillbaka din förfrågan")


def test_no_times__ask_instead__staff_take_and_answer__both_write__closed(new_context: ContextMaker) -> None:
    page = new_context(viewport=PHONE).new_page()
    resident = Resident(page)
    resident.log_in("noel")
    resident.go_to_times("solglantans-bvc", "barnlakare")
    resident.heading("Det finns inga lediga tider just nu")
    check_page(page)
    page.get_by_role("link", name="Beställ en tid").click()
    resident.heading("Beställ en tid")
    expect_focus_on_heading(page)
    expect(page.locator(".caption")).to_have_text("Solgläntans barnavårdscentral · Besök hos barnläkare")
    check_page(page)
    check_targets(page)
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator(".error-summary")).to_contain_text("Skriv vad du vill ha hjälp med")
    expect(page.locator(".error-summary")).to_contain_text("Välj hur du vill få svar")
    check_page(page)
    page.get_by_label("När kan du komma?").fill("Inte onsdagar")
    write_request(page, "Sömnen.\n\nSedan två veckor.")
    expect(page.locator("main")).to_contain_text("Inte onsdagar")
    check_page(page)
    check_targets(page)
    case = send(page)
    expect_focus_on_heading(page)
    expect(page.locator("main")).to_contain_text("Besök hos barnläkare")
    check_page(page)
    check_targets(page)

    nora = staff_page(new_context, "nora", "/personal/svarsmallar")
    nora.get_by_label("Rubrik").fill(f"Ring {case[:6]}")
    nora.get_by_label("Text").fill("Vi ringer dig.")
    nora.get_by_role("button", name="Spara mallen").click()
    expect(nora.get_by_role("heading", name="Mallen är sparad.")).to_be_visible()
    check_page(nora)
    visit(nora, "/personal/forfragningar")
    row = nora.get_by_role("row").filter(has=nora.locator(f'a[href$="{case}"]'))
    expect(row).to_contain_text("Ny")
    expect(row).not_to_contain_text("Noel")
    check_page(nora)
    row.get_by_role("link").click()
    expect(nora.locator("main")).to_contain_text("Sömnen.")
    resident.heading("Mottagningen har läst din förfrågan")
    check_page(nora)
    nora.get_by_role("button", name="Ta ärendet").click()
    expect(nora.get_by_role("heading", name="Du har tagit ärendet.")).to_be_visible()
    nora.get_by_label("Intern anteckning").fill("Har ringt en gång")
    nora.get_by_role("textbox", name="Svar till invånaren").fill("Hej!")
    nora.get_by_label("Svarsmall").select_option(label=f"Ring {case[:6]}")
    nora.get_by_role("button", name="Lägg till mallen").click()
    answer = nora.get_by_role("textbox", name="Svar till invånaren")
    expect(answer).to_have_value("Hej!\n\nVi ringer dig.")
    expect(nora.get_by_label("Intern anteckning")).to_have_value("Har ringt en gång")
    nora.get_by_role("button", name="Spara anteckningen").click()
    expect(nora.get_by_role("heading", name="Anteckningen är sparad.")).to_be_visible()
    expect(answer).to_have_value("Hej!\n\nVi ringer dig.")

    page.get_by_label("Skriv till mottagningen").fill("Jag tänkte")
    nora.get_by_role("button", name="Skicka svaret").click()
    expect(nora.get_by_role("heading", name="Svaret är skickat.")).to_be_visible()
    check_page(nora)
    resident.heading("Du har fått svar")
    expect(page.locator("main")).to_contain_text("Vi ringer dig.")
    expect(page.locator("main")).not_to_contain_text("Har ringt en gång")
    expect(page.get_by_label("Skriv till mottagningen")).to_have_value("Jag tänkte")
    page.get_by_label("Skriv till mottagningen").fill("Tack, gärna efter fyra")
    page.get_by_role("button", name="Skicka").click()
    expect(page.get_by_text("Ditt meddelande är skickat.")).to_be_visible()
    expect(page.get_by_label("Skriv till mottagningen")).to_have_value("")
    check_page(page)

    expect(nora.get_by_text("Tack, gärna efter fyra")).to_be_visible()
    nora.get_by_role("textbox", name="Svar till invånaren").fill("Då säger vi så.")
    nora.get_by_label("Avsluta ärendet när svaret är skickat").check()
    nora.get_by_role("button", name="Skicka svaret").click()
    resident.heading("Ärendet är avslutat")
    expect(page.get_by_label("Skriv till mottagningen")).to_have_count(0)
    check_page(page)
    visit(nora, "/personal/forfragningar?visa=ended")
    expect(nora.locator(f'a[href$="{case}"]')).to_be_visible()
    visit(nora, "/personal/svarsmallar")
    nora.get_by_role("button", name=f"Ta bort mallen Ring {case[:6]}").click()
    expect(nora.get_by_role("heading", name="Mallen är borttagen.")).to_be_visible()


def test_draft__outlives_the_page__and_two_clicks_send_one(new_context: ContextMaker) -> None:
    page = new_context().new_page()
    resident = Resident(page)
    resident.log_in("gunvor", to="/bestall/norrskenets-allergimottagning")
    resident.heading("Beställ en tid")
    reason = page.get_by_label("Vad vill du ha hjälp med?")
    reason.fill("Halvskrivet om axeln")
    again = page.context.new_page()
    for _ in range(20):
        again.goto("/bestall/norrskenets-allergimottagning")
        ready(again)
        if again.get_by_label("Vad vill du ha hjälp med?").input_value() == "Halvskrivet om axeln":
            break
    expect(again.get_by_label("Vad vill du ha hjälp med?")).to_have_value("Halvskrivet om axeln")
    again.close()
    long = "x" * 520
    reason.fill(long)
    page.get_by_label("Ring mig").check()
    page.get_by_label("Telefonnummer").fill("12")
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator(".error-summary li")).to_have_count(2)
    expect(reason).to_have_value(long)
    check_page(page)
    page.get_by_label("Telefonnummer").fill("070-174 06 05")
    write_request(page, "Ont i axeln")
    page.get_by_role("button", name="Skicka").dblclick()
    resident.heading("Din förfrågan är skickad")
    visit(page, "/arenden")
    expect(page.get_by_role("link", name="Beställa tid, Norrskenets allergimottagning")).to_have_count(1)
    check_page(page)
    check_targets(page)
    page.get_by_role("link", name="Beställa tid, Norrskenets allergimottagning").click()
    resident.heading("Din förfrågan är skickad")
    withdraw(page)
    check_page(page)


def test_change_of_a_booked_time__with_two_of_the_staff(new_context: ContextMaker) -> None:
    page = new_context().new_page()
    resident = Resident(page)
    resident.log_in("karin", to="/mottagning/bjorkens-vardcentral")
    page.get_by_role("link", name="Av/omboka tid", exact=True).click()
    resident.heading("Be om att ändra en tid")
    check_page(page)
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator(".error-summary")).to_contain_text("Välj eller skriv vilken tid det gäller")
    page.get_by_role("group", name="Vilken tid gäller det?").get_by_role("radio").first.check()
    page.get_by_label("Telefonnummer").fill("")  # the number of a booking that is begun comes along
    page.get_by_label("Byta till en annan tid").check()
    page.get_by_label("Skriv till mig här i Webtidbok").check()
    page.get_by_role("button", name="Fortsätt").click()
    resident.heading("Kontrollera din förfrågan")
    check_page(page)
    case = send(page)

    maria = staff_page(new_context, "maria", f"/personal/forfragningar/{case}")
    helena = staff_page(new_context, "helena", f"/personal/forfragningar/{case}")
    expect(maria.locator("main")).to_contain_text("Byta till en annan tid")
    expect(maria.get_by_role("link", name="Öppna bokningen")).to_be_visible()
    maria.get_by_role("button", name="Ta ärendet").click()
    expect(maria.get_by_role("heading", name="Du har tagit ärendet.")).to_be_visible()
    expect(helena.locator("main")).to_contain_text(re.compile("Maria .* har ärendet"))
    expect(helena.get_by_role("textbox", name="Svar till invånaren")).to_have_count(0)
    check_page(helena)
    helena.get_by_role("button", name="Ta över ärendet").click()
    expect(maria.locator("main")).to_contain_text(re.compile("Helena .* har ärendet"))
    withdraw(page)
    expect(helena.locator("main")).to_contain_text("Återtaget av invånaren")
    check_page(helena)
    check_page(page)


def test_staff_hold_times__none_will_do__then_one_tap_books(new_context: ContextMaker) -> None:
    page = new_context(viewport=PHONE).new_page()
    resident = Resident(page)
    resident.log_in("noel", to="/bestall/kvarnens-provtagning?typ=ekg")
    resident.heading("Beställ en tid")
    write_request(page, "Behöver EKG")
    case = send(page)

    signe = staff_page(new_context, "signe", f"/personal/forfragningar/{case}")
    expect(signe.get_by_label("Tidstyp")).to_have_value("ekg")
    check_page(signe)
    signe.get_by_label("Från och med dag").fill("imorgon kanske")
    signe.get_by_role("button", name="Visa lediga tider").click()
    expect(signe.locator(".error-summary")).to_be_visible()
    check_page(signe)
    signe.get_by_label("Från och med dag").fill("")
    signe.get_by_role("button", name="Visa lediga tider").click()
    times = signe.get_by_role("group", name="Vilka tider?").get_by_role("checkbox")
    expect(times).to_have_count(12)
    check_page(signe)
    signe.get_by_role("button", name="Håll tiderna och svara").click()
    expect(signe.locator(".error-summary")).to_contain_text("Välj en till tre tider")
    times.nth(10).check()
    times.nth(11).check()
    signe.get_by_role("button", name="Håll tiderna och svara").click()
    expect(signe.get_by_role("heading", name="Tiderna hålls, och invånaren ser dem.")).to_be_visible()
    expect(signe.get_by_role("heading", name="Tider som hålls åt invånaren")).to_be_visible()
    check_page(signe)

    resident.heading("Mottagningen håller tider åt dig")
    takes = page.get_by_role("button", name=re.compile("^Boka tiden .*EKG"))
    expect(takes).to_have_count(2)
    check_page(page)
    check_targets(page)
    page.get_by_role("button", name="Ingen av tiderna passar").click()
    expect(page.get_by_text("Ingen av tiderna passade.").first).to_be_visible()
    check_page(page)
    expect(signe.get_by_role("heading", name="Tider som hålls åt invånaren")).to_have_count(0)

    signe.get_by_role("button", name="Visa lediga tider").click()
    times.nth(9).check()
    times.nth(11).check()
    signe.get_by_label("Meddelande till invånaren").fill("Passar det här bättre?")
    signe.get_by_role("button", name="Håll tiderna och svara").click()
    resident.heading("Mottagningen håller tider åt dig")
    visit(page, "/mina-tider")
    held = page.locator("section").filter(has_text="Tider som hålls åt dig")
    expect(held).to_contain_text("Välj en tid senast")
    check_page(page)
    held.get_by_role("link").click()
    resident.heading("Mottagningen håller tider åt dig")
    expect(page.locator("main")).to_contain_text("Passar det här bättre?")
    name = takes.first.get_attribute("aria-label") or ""
    takes.first.click()
    resident.heading("Din tid är bokad")
    when = name.removeprefix("Boka tiden ").partition(", EKG")[0]
    expect(page.locator(".panel")).to_contain_text(when)
    check_page(page)
    booking = page.url
    visit(page, f"/arenden/kvarnens-provtagning/{case}")
    resident.heading("Du har bokat en av tiderna")
    check_page(page)
    page.get_by_role("link", name="Visa bokningen").click()
    expect(page).to_have_url(booking)
    resident.heading("Din tid är bokad")
    resident.cancel_booking()


def test_english__anothers_case__and_a_clinic_without_requests(new_context: ContextMaker) -> None:
    page = new_context(locale="en-GB").new_page()
    resident = Resident(page)
    resident.log_in("amina", to="/en/bestall/alvens-rehab")
    resident.heading("Ask for a time")
    check_page(page, lang="en")
    page.get_by_label("What do you want help with?").fill("My hand")
    page.get_by_label("Write to me here").check()
    page.get_by_role("button", name="Continue").click()
    resident.heading("Check your request")
    check_page(page, lang="en")
    page.get_by_role("button", name="Send").click()
    resident.heading("Your request is sent")
    check_page(page, lang="en")
    case = page.url

    other = new_context().new_page()
    Resident(other).log_in("gunvor", to=case.partition("/en")[2])
    Resident(other).heading("Det du söker finns inte")
    check_page(other)
    visit(other, "/bestall/lyktans-hudmottagning")
    expect(other.locator("h1")).not_to_have_text("Beställ en tid")
    expect(other.get_by_label("Vad vill du ha hjälp med?")).to_have_count(0)
    check_page(other)

    page.get_by_text("Take back your request").click()
    page.get_by_role("button", name="Yes, take it back").click()
    resident.heading("You have taken back your request")
    visit(page, "/en/arenden")
    expect(page.get_by_text("You have taken it back").first).to_be_visible()
    check_page(page, lang="en")


def test_administrator__turns_a_case_type_off_and_on(new_context: ContextMaker) -> None:
    page = staff_page(new_context, "signe", "/personal/installningar")
    box = page.get_by_role("checkbox", name="Av/omboka tid", exact=True)
    expect(box).not_to_be_checked()
    check_page(page)
    page.get_by_label("Arbetsdagar till svar").fill("många")
    box.check()
    page.get_by_role("button", name="Ändra ärendetyper").click()
    expect(page.locator(".error-summary")).to_contain_text("Skriv ett antal dagar från 1 till 10")
    expect(box).to_be_checked()
    check_page(page)
    page.get_by_label("Arbetsdagar till svar").fill("3")
    page.get_by_role("button", name="Ändra ärendetyper").click()
    expect(page.get_by_role("heading", name="Ärendetyperna är ändrade")).to_be_visible()
    visit(page, "/mottagning/kvarnens-provtagning")
    expect(page.get_by_role("link", name="Av/omboka tid", exact=True)).to_be_visible()
    visit(page, "/personal/installningar")
    expect(page.get_by_label("Arbetsdagar till svar")).to_have_value("3")
    page.get_by_role("checkbox", name="Av/omboka tid", exact=True).uncheck()
    page.get_by_label("Arbetsdagar till svar").fill("2")
    page.get_by_role("button", name="Ändra ärendetyper").click()
    expect(page.get_by_role("heading", name="Ärendetyperna är ändrade")).to_be_visible()
    visit(page, "/mottagning/kvarnens-provtagning")
    expect(page.get_by_role("link", name="Beställa tid", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Av/omboka tid", exact=True)).to_have_count(0)
