"""Times from a file and to a file."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from e2e.checks import check_page
from e2e.conftest import ContextMaker
from e2e.staff import ON_BOTH, staff_page
from e2e.support import ready

DESK = "signe"


def _sunday(page: Page) -> str:
    """Return a Sunday far ahead, when the clinic of the demo has no times."""
    now = datetime.fromisoformat(page.request.get("/demo/clock").json()["now"])
    day = now.astimezone(ZoneInfo("Europe/Stockholm")).date() + timedelta(weeks=40)
    return (day + timedelta(days=6 - day.weekday())).isoformat()


@pytest.mark.parametrize("width", [1280, 820])
def test_import__names_the_bad_row__publishes_the_others__and_is_undone(
    new_context: ContextMaker, width: int
) -> None:
    page = staff_page(new_context, DESK, "/personal/publicera")
    page.set_viewport_size({"width": width, "height": 900})
    performer = (
        page.get_by_label("Vårdgivare eller resurs").locator("option").nth(1).inner_text().split(",")[0]
    )
    page.get_by_role("link", name="Importera tider från en fil").click()
    expect(page.locator("h1")).to_have_text("Importera tider")
    check_page(page)
    page.get_by_role("button", name="Granska raderna").click()
    expect(page.get_by_role("link", name="Välj en fil eller klistra in rader")).to_be_visible()
    check_page(page)

    day = _sunday(page)
    rows = [
        "datum;från;till;längd;tidstyp;hos;besöksform;platser",
        f"{day};8.00;8.10;;EKG;{performer};;1",
        f"{day};8.05;8.15;;EKG;{performer};;1",
        f"{day};9.00;9.10;;Okänd åtgärd;{performer};;1",
        f"{day};9.00;9.10;;EKG;{performer};;2",
    ]
    page.get_by_label("CSV-fil").set_input_files(
        {"name": "tider.csv", "mimeType": "text/csv", "buffer": "\r\n".join(rows).encode("windows-1252")}
    )
    expect(page.get_by_label("Rader")).to_have_value("\n".join(rows))
    page.get_by_role("button", name="Granska raderna").click()
    expect(page.locator("h1")).to_have_text("Granska tiderna")
    expect(page.get_by_text("2 rader publiceras inte")).to_be_visible()
    expect(page.get_by_text("Rad 3: tiden krockar med rad 2.")).to_be_visible()
    expect(page.get_by_text("Rad 4: tidstypen ”Okänd åtgärd” finns inte hos er.")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Ändra uppgifterna").click()
    expect(page.get_by_label("Rader")).to_have_value("\n".join(rows))
    page.get_by_role("button", name="Granska raderna").click()
    page.get_by_role("button", name="Publicera 2 tider ändå").press("Enter")
    expect(page.locator("h1")).to_have_text("2 tider är publicerade")
    check_page(page)
    page.get_by_role("link", name="Ångra").click()
    expect(page.locator("h1")).to_have_text("Ångra importen")
    page.get_by_role("button", name="Ja, ta bort 2 tider").click()
    expect(page.get_by_text("2 tider är borttagna").first).to_be_visible()


@ON_BOTH
def test_export__gives_files_of_the_period__to_staff_alone(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    page = staff_page(new_context, DESK, "/personal/exportera", viewport)
    expect(page.get_by_role("link", name="Alla tider (CSV)")).to_be_visible()
    check_page(page)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Alla tider (CSV)").click()
    assert fetched.value.suggested_filename == "schema.csv"
    text = fetched.value.path().read_text("utf-8-sig")
    assert text.startswith("datum;från;till;längd;tidstyp;hos;besöksform;platser;bokade")
    assert ";EKG;" in text
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Kalender för").first.click()
    assert "BEGIN:VCALENDAR" in fetched.value.path().read_text("utf-8")

    href = page.get_by_role("link", name="Alla tider (CSV)").get_attribute("href")
    page.get_by_label("Till och med").fill("1999-01-01")
    page.get_by_role("button", name="Visa filerna").click()
    expect(page.get_by_role("heading", name="Det finns ett problem")).to_be_visible()
    check_page(page)
    stranger = new_context().new_page()
    stranger.goto(href)
    ready(stranger)
    expect(stranger.locator("h1")).to_have_text("Logga in")
