"""Which e-services may book at a clinic: the superadmin lets them in and shuts them out, knowing what that does."""

import pytest
from playwright.sync_api import Page, expect

from e2e.checks import check_page
from e2e.conftest import ContextMaker
from e2e.staff import staff_page
from e2e.support import visit

DESK, TABLET = {"width": 1280, "height": 900}, {"width": 820, "height": 1180}
CLINIC = "/personal/mottagningar/alvens-rehab"


def _type(page: Page, hsa_id: str, name: str) -> None:
    page.get_by_role("textbox", name="HSA-id").fill(hsa_id)
    page.get_by_role("textbox", name="Namn").fill(name)
    page.get_by_role("button", name="Släpp in").press("Enter")


@pytest.mark.parametrize("size", [DESK, TABLET], ids=["desk", "tablet"])
def test_e_service__is_let_in__and_shut_out_after_its_impact_is_shown(
    new_context: ContextMaker, size: dict[str, int]
) -> None:
    hsa_id, name = f"SE5565594230-E{size['width']}", f"Provtjänsten {size['width']}"
    page = staff_page(new_context, "petra", CLINIC, size)
    page.get_by_role("link", name="E-tjänster som får boka").click()
    expect(page.get_by_role("heading", name="E-tjänster som får boka", level=1)).to_be_visible()
    check_page(page)

    _type(page, "1177", name)
    summary = page.get_by_role("alert", name="Det finns ett problem")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("HSA-id ska se ut så här")
    expect(page.get_by_role("textbox", name="Namn")).to_have_value(name)
    check_page(page)

    _type(page, hsa_id.lower(), name)
    expect(page.get_by_role("region", name=f"{name} är insläppt")).to_be_focused()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))
    expect(row).to_contain_text(hsa_id)
    check_page(page)

    page.get_by_role("button", name=f"Stäng ute {name}").press("Enter")
    impact = page.get_by_role("region", name=f"Stäng ute {name}?")
    expect(impact).to_be_focused()
    check_page(page)
    impact.get_by_role("button", name="Avbryt, ändra inget").press("Enter")
    expect(row).to_be_visible()
    page.get_by_role("button", name=f"Stäng ute {name}").press("Enter")
    impact.get_by_role("button", name="Stäng ute").press("Enter")
    expect(page.get_by_role("region", name=f"{name} är utestängd")).to_be_focused()
    expect(row).to_have_count(0)
    check_page(page)


def test_page__is_the_superadmins_alone(new_context: ContextMaker) -> None:
    page = staff_page(new_context, "helena", "/personal")
    visit(page, f"{CLINIC}/e-tjanster")
    expect(page.get_by_text("Du har inte behörighet till sidan")).to_be_visible()
    check_page(page)
