"""Asking which times are to go: what cannot be read, or comes in the wrong order, is told at its field."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from e2e.checks import check_page
from e2e.conftest import ContextMaker
from e2e.support import ready, visit

WIDE = {"width": 1280, "height": 900}
TABLET = {"width": 820, "height": 1180}


def _log_in(new_context: ContextMaker, viewport: dict[str, int]) -> Page:
    page = new_context(viewport=viewport).new_page()
    page.goto("/auth/login/staff?persona=maria&vidare=/personal")
    return ready(page)


def _today(page: Page) -> date:
    now = page.evaluate("async () => (await (await fetch('/demo/clock')).json()).now")
    return date.fromisoformat(now[:10])


@pytest.mark.parametrize("viewport", [WIDE, TABLET], ids=["wide", "tablet"])
def test_clock_times_that_cannot_be__are_told_at_their_fields__and_nothing_is_weighed(
    new_context: ContextMaker, viewport: dict[str, int]
) -> None:
    page = _log_in(new_context, viewport)
    day = _today(page) + timedelta(days=40)
    visit(page, f"/personal/ta-bort?fran={day}&till={day}&kl=2500-26")
    since, until = page.get_by_label("Från klockan"), page.get_by_label("Till klockan")
    expect(since).to_have_attribute("aria-invalid", "true")
    expect(until).to_have_attribute("aria-invalid", "true")
    expect(since).to_have_value("2500")
    check_page(page)
    since.fill("13")
    until.fill("12")
    page.get_by_role("button", name="Visa vad som händer").click()
    expect(page.get_by_role("link", name="Sluttiden ska vara efter starttiden")).to_be_visible()
    expect(until).to_have_attribute("aria-invalid", "true")
    expect(since).to_have_attribute("aria-invalid", "false")
    check_page(page)
