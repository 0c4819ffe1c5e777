"""The staff's pages where it is as narrow as a page may become: nothing is too wide, and nothing sticks out."""

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import ContextMaker
from e2e.staff import staff_page
from e2e.support import visit

NARROW = {"width": 320, "height": 800}
PAGES = {
    "maria": (
        "/personal?vy=lista", "/personal/manad", "/personal/bokningar", "/personal/publicera", "/personal/kopiera",
        "/personal/importera", "/personal/exportera", "/personal/veckomallar", "/personal/avvikande-tider",
        "/personal/andringar", "/personal/ta-bort", "/personal/boka", "/personal/kallelser", "/personal/forfragningar",
        "/personal/svarsmallar", "/personal/meddelanden",
    ),
    "helena": (
        "/personal/installningar", "/personal/texter", "/personal/presentation", "/personal/driftmeddelande",
        "/personal/tidstyper", "/personal/tidstyper/ny", "/personal/vardgivare", "/personal/behorigheter",
        "/personal/logg", "/personal/logg/medarbetare", "/personal/logg/utdrag", "/personal/logg/stickprov",
    ),
    "petra": ("/personal/mottagningar", "/personal/superadministratorer", "/personal/hela-tjansten"),
}  # fmt: skip


def sticks_out(page: Page) -> list[str]:
    """Return what is wider than the window, or than the field, card or button that it stands in."""
    return page.evaluate(
        """() => [...document.querySelectorAll('main *, nav *, header *')]
            .filter(one => one.checkVisibility({ visibilityProperty: true }))
            .filter(one => !one.closest('.visually-hidden, .step-words, [role=region]'))
            .filter(one => {
                const { right, width } = one.getBoundingClientRect()
                const box = one.parentElement.closest('.tick-row, .card, .button, .cell, .tally, .badge')
                const edge = box ? box.getBoundingClientRect().right : document.documentElement.clientWidth
                return width > 0 && right > edge + 1
            })
            .map(one => `${one.tagName} ${one.className}: ${one.textContent.slice(0, 60)}`)"""
    )


@pytest.mark.parametrize("persona", PAGES)
def test_pages__fit_where_it_is_narrow(new_context: ContextMaker, persona: str) -> None:
    page = staff_page(new_context, persona, "/personal", NARROW)
    for path in PAGES[persona]:
        visit(page, path)
        expect(page.locator(".skeleton")).to_have_count(0)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (wide, sticks_out(page)) == (0, []), path


def test_permission__of_one_person__fits_where_it_is_narrow(new_context: ContextMaker) -> None:
    page = staff_page(new_context, "helena", "/personal/behorigheter", NARROW)
    page.get_by_role("button", name="Ändra behörighet för Maria Sandhage").click()
    expect(page.get_by_role("region", name="Maria Sandhage")).to_be_focused()
    assert sticks_out(page) == []
