"""Staff, in a browser of their own."""

from playwright.sync_api import Page

from e2e.conftest import ContextMaker
from e2e.support import ready


def staff_page(new_context: ContextMaker, persona: str, to: str) -> Page:
    """Log in as staff and come to an address."""
    page = new_context().new_page()
    page.goto(f"/auth/login/staff?persona={persona}&vidare={to.replace('/', '%2F')}")
    ready(page)
    return page
