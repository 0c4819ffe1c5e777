"""What every journey needs: pages that are ready to be used, and the demo's clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from playwright.sync_api import APIRequestContext, Page, expect

READY_MS = 15_000


def ready(page: Page) -> Page:
    """Wait until the page answers: its HTML is there long before its buttons do anything."""
    expect(page.locator("[data-ready=true]")).to_be_attached(timeout=READY_MS)
    return page


def visit(page: Page, path: str) -> Page:
    """Go to an address of ours and wait until the page answers."""
    page.goto(path)
    return ready(page)


def set_clock(request: APIRequestContext, moment: datetime | None) -> None:
    """Make it ``moment`` (aware) for the whole server and let time go on from there; None goes back to the truth."""
    data = {"now": moment.isoformat()} if moment else {"offset_seconds": 0}
    response = request.post("/demo/clock", data=data)
    expect(response).to_be_ok()


@contextmanager
def moved_clock(request: APIRequestContext, step: timedelta) -> Iterator[None]:
    """Move the whole server's time forward by ``step`` for the length of a ``with`` block."""
    expect(request.post("/demo/clock", data={"offset_seconds": step.total_seconds()})).to_be_ok()
    try:
        yield
    finally:
        set_clock(request, None)
