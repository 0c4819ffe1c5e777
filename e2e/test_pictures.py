"""The pictures of the help pages, taken on the way through the demo. ``make pictures`` keeps them in assets/help."""

import re

from playwright.sync_api import expect

from e2e.album import KEPT, Album
from e2e.conftest import ContextMaker
from e2e.residents import Resident
from e2e.staff import week_path, weeks_ahead
from e2e.support import ready, visit
from e2e.test_desk import HANNA, find
from e2e.test_rebooking import DOCTOR, to_the_times

OF_RESIDENTS = (
    "boka-mottagning", "boka-valj-tid", "boka-uppgifter", "boka-kontrollera", "boka-klart", "mina-tider",
    "omboka-valj-tid", "omboka-kontrollera", "avboka-fraga", "avboka-klart",
)  # fmt: skip
OF_STAFF = (
    "personal-schema-vecka", "personal-schema-dag", "personal-schema-manad",
    "personal-schema-manga", "personal-publicera", "personal-granska", "personal-dagen", "personal-boka-at",
    "personal-installningar",
)  # fmt: skip


def test_pictures__of_residents(new_context: ContextMaker) -> None:
    album = Album(new_context, width=375, height=760)
    resident, page = Resident(album.page), album.page
    resident.log_in("gunvor", to=f"/mottagning/{DOCTOR[0]}")
    expect(page.get_by_role("link", name="Boka tid direkt").first).to_be_visible()
    album.take("boka-mottagning")
    resident.go_to_times(*DOCTOR)
    resident.choose_time(-1)
    album.take("boka-valj-tid", under="h1")
    resident.go_on()
    resident.heading("Dina uppgifter")
    page.get_by_label("Varför söker du?").fill("Ont i halsen")
    album.take("boka-uppgifter", under="h1")
    resident.fill_details(reason="Ont i halsen")
    resident.heading("Kontrollera din bokning")
    album.take("boka-kontrollera", under="h1")
    resident.book()
    album.take("boka-klart", under="h1")
    booking = page.url
    visit(page, "/mina-tider")
    expect(page.locator("main").get_by_role("link", name=re.compile(r"kl\.")).first).to_be_visible()
    album.take("mina-tider", under="h1")
    page.goto(booking)
    to_the_times(resident)
    resident.choose_time(-1)
    album.take("omboka-valj-tid", under="h1")
    resident.go_on()
    resident.heading("Kontrollera din ombokning")
    album.take("omboka-kontrollera", under="h1")
    page.get_by_role("button", name="Omboka tiden").click()
    resident.heading("Din tid är ombokad")
    page.get_by_role("link", name="Avboka tiden").click()
    box, yes = page.get_by_role("checkbox"), page.get_by_role("button", name="Ja, avboka tiden")
    expect(box.or_(yes).first).to_be_visible()
    if box.count():
        resident.accept_terms()
    resident.heading("Vill du avboka tiden?")
    album.take("avboka-fraga", under="h1")
    yes.click()
    resident.heading("Tiden är avbokad")
    album.take("avboka-klart", under="h1")
    _expect_all(album, OF_RESIDENTS)


def test_pictures__of_staff(new_context: ContextMaker) -> None:
    album = Album(new_context, width=1280, height=800)
    page = album.page
    _log_in(album, "viola")
    visit(page, week_path(weeks_ahead(page, 1)))
    expect(
        page.get_by_role("link", name=re.compile("^Agnes Lindqvister, läkare, måndag")).first
    ).to_be_visible()
    album.take("personal-schema-manga")
    _log_in(album, "maria")
    monday = weeks_ahead(page, 3)
    visit(page, week_path(monday))
    for cell in page.locator("td[data-free=true]").all()[:3]:
        cell.click()
    expect(page.get_by_role("status").filter(has_text="3 tider valda")).to_be_visible()
    album.take("personal-schema-vecka")
    page.get_by_role("button", name="Avmarkera alla").click()
    expect(page.get_by_role("gridcell", selected=True)).to_have_count(0)
    visit(page, f"/personal?dag={monday.isoformat()}")
    expect(page.get_by_role("columnheader", name="Omar Lind")).to_be_visible()
    album.take("personal-schema-dag")
    visit(page, f"/personal/manad?manad={monday:%Y-%m}")
    expect(page.get_by_role("link", name=re.compile(r"av \d+ tider")).first).to_be_visible()
    album.take("personal-schema-manad")
    visit(page, "/personal/publicera")
    album.take("personal-publicera")
    page.get_by_label("Tidstyp").select_option(label="Sjuksköterskebesök")
    page.get_by_label("Vårdgivare eller resurs").select_option(label="Anna Berg, sjuksköterska")
    page.get_by_label("Första tiden börjar").fill("17")
    page.get_by_label("Sista tiden slutar").fill("19")
    page.get_by_label("Från och med").fill(weeks_ahead(page, 9).isoformat())
    page.get_by_label("Till och med").fill(weeks_ahead(page, 10).isoformat())
    page.get_by_role("button", name="Granska tiderna").click()
    expect(page.locator("h1")).to_have_text("Granska tiderna")
    album.take("personal-granska")
    visit(page, f"/personal/bokningar?dag={weeks_ahead(page, 1).isoformat()}")
    expect(page.get_by_role("table")).to_be_visible()
    album.take("personal-dagen")
    visit(page, "/personal/boka")
    find(page, HANNA, "Hanna", "Sjölin")
    expect(page.locator(".desk-time").first).to_be_visible()
    album.take("personal-boka-at")
    _log_in(album, "helena")
    visit(page, "/personal/installningar")
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    album.take("personal-installningar")
    _expect_all(album, OF_STAFF)


def _log_in(album: Album, persona: str) -> None:
    album.page.goto(f"/auth/login/staff?persona={persona}&vidare=/personal")
    ready(album.page)


def _expect_all(album: Album, names: tuple[str, ...]) -> None:
    assert sorted(album.taken) == sorted(names)
    missing = [name for name in names if not (KEPT / f"{name}.webp").exists()]
    assert not missing, f"make pictures, and commit assets/help: {missing}"
