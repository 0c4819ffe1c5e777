"""What every journey needs: pages that are ready to be used, a connection to lose, and the demo's clock."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from playwright.sync_api import APIRequestContext, BrowserContext, Locator, Page, WebSocketRoute, expect

READY_MS = 15_000


def ready(page: Page) -> Page:
    """Wait until the page answers: its HTML is there long before its buttons do anything."""
    expect(page.locator("[data-ready=true]")).to_be_attached(timeout=READY_MS)
    return page


def visit(page: Page, path: str) -> Page:
    """Go to an address of ours and wait until the page answers."""
    page.goto(path)
    return ready(page)


def tab_to(wanted: Locator, key: str = "Tab") -> None:
    """Press Tab, or the same backwards, until the focus is on ``wanted``."""
    focused = wanted.and_(wanted.page.locator(":focus"))
    for _ in range(120):
        wanted.page.keyboard.press(key)
        if focused.count():
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


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


class Wire:
    """What a browser's websockets go through.

    Cut, the browser loses them; the server thinks them whole. Slow, what the server says comes afterwards.
    """

    def __init__(self, context: BrowserContext) -> None:
        self._open: list[WebSocketRoute] = []
        self._is_cut = False
        self._late: list[tuple[WebSocketRoute, str | bytes]] | None = None
        context.route_web_socket(re.compile("/_event"), self._join)

    def _join(self, socket: WebSocketRoute) -> None:
        socket.connect_to_server().on_message(lambda message: self._deliver(socket, message))
        if self._is_cut:
            socket.on_message(lambda _: socket.close())
        else:
            self._open.append(socket)

    def _deliver(self, socket: WebSocketRoute, message: str | bytes) -> None:
        if self._late is None:
            socket.send(message)
        else:
            self._late.append((socket, message))

    @contextmanager
    def slow(self) -> Iterator[None]:
        """Keep what the server says, and deliver it in order when the ``with`` block ends."""
        self._late = []
        try:
            yield
        finally:
            late, self._late = self._late, None
            for socket, message in late:
                socket.send(message)

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Let nothing through for the length of a ``with`` block."""
        self._is_cut = True
        while self._open:
            self._open.pop().close()
        try:
            yield
        finally:
            self._is_cut = False


@contextmanager
def offline(context: BrowserContext) -> Iterator[None]:
    """Take the network from a browser for the length of a ``with`` block."""
    context.set_offline(True)
    try:
        yield
    finally:
        context.set_offline(False)
