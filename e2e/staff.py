"""Staff, in a browser of their own."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page

from e2e.conftest import ContextMaker
from e2e.support import ready

DESKTOP, TABLET = {"width": 1280, "height": 800}, {"width": 820, "height": 1180}
ON_BOTH = pytest.mark.parametrize("viewport", [DESKTOP, TABLET], ids=["desktop", "tablet"])
"""A journey is walked at a desk and on a tablet."""


def staff_page(
    new_context: ContextMaker, persona: str, to: str, viewport: dict[str, int] | None = None
) -> Page:
    """Log in as staff and come to an address."""
    page = new_context(viewport=viewport or DESKTOP).new_page()
    page.goto(f"/auth/login/staff?persona={persona}&vidare={to.replace('/', '%2F')}")
    ready(page)
    return page


def in_two_weeks(page: Page) -> str:
    """Return a Wednesday two to three weeks ahead, by the server's clock, as the form takes it."""
    return page.evaluate(
        """async () => {
            const now = new Date((await (await fetch('/demo/clock')).json()).now)
            now.setUTCDate(now.getUTCDate() + 14 + (10 - now.getUTCDay()) % 7)
            return now.toISOString().slice(0, 10)
        }"""
    )


def weeks_ahead(page: Page, weeks: int) -> date:
    """Return the Monday that many weeks ahead, by the server's clock."""
    now = page.evaluate("async () => (await (await fetch('/demo/clock')).json()).now")
    today = date.fromisoformat(now[:10])
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def week_path(monday: date, **more: str) -> str:
    """Return the address of a week of the schedule."""
    year, week, _ = monday.isocalendar()
    return f"/personal?vecka={year}-W{week:02}&vy=vecka" + "".join(
        f"&{name}={to}" for name, to in more.items()
    )
