"""Browser journeys run against the production build: a server for each process that runs them, or E2E_BASE_URL."""

import os
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, sync_playwright

from scripts import dev
from tests.reference_journal import ReferenceJournal

PICTURES = dev.VAR / "e2e"
FAILED = pytest.StashKey[bool]()
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class ContextMaker:
    """Opens browser contexts, and sees to it that no page in them breaks or calls anybody but our server."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser = browser
        self.base_url = base_url
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def __call__(self, **options: object) -> BrowserContext:
        """Open a context; ``options`` are Playwright's, such as ``viewport`` or ``reduced_motion``."""
        settings = {
            "locale": "sv-SE",
            "timezone_id": "Europe/Stockholm",
            "base_url": self.base_url,
            **options,
        }
        context = self.browser.new_context(**settings)
        context.set_default_timeout(10_000)
        context.tracing.start(snapshots=True)
        context.on("weberror", lambda fault: self.faults.append(f"script error: {fault.error}"))
        context.on("request", self._note_foreign)
        self.contexts.append(context)
        return context

    def close(self, folder: Path | None) -> None:
        """Close all. With a ``folder``, keep a picture of each page and a trace of each context there."""
        for number, context in enumerate(self.contexts, start=1):
            if folder or self.faults:
                keep = folder or PICTURES
                for shown, page in enumerate(context.pages, start=1):
                    page.screenshot(path=keep / f"{number}-{shown}.png", full_page=True)
                context.tracing.stop(path=keep / f"trace-{number}.zip")
            context.close()
        assert not self.faults, self.faults

    def _note_foreign(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if (
            parts.scheme in {"http", "https", "ws", "wss"}
            and parts.hostname != urlsplit(self.base_url).hostname
        ):
            self.faults.append(f"a request to {parts.hostname}")


@pytest.fixture(scope="session")
def journal_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of the journal system that some of the demo's clinics have; E2E_JOURNAL_URL beside a server."""
    if os.environ.get("E2E_BASE_URL"):
        yield os.environ.get("E2E_JOURNAL_URL", "").rstrip("/")
        return
    with dev.reference_journal(tmp_path_factory.mktemp("journal") / "journal.db") as address:
        yield address


@pytest.fixture
def journal(journal_address: str) -> Iterator[ReferenceJournal]:
    """Control the journal system. Afterwards nothing goes wrong in it any more."""
    if not journal_address:
        pytest.skip("E2E_JOURNAL_URL is not set")
    control = ReferenceJournal(journal_address)
    yield control
    control.no_faults()
    control.close()


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory, journal_address: str) -> Iterator[str]:
    """Give the address of the server under test."""
    if given := os.environ.get("E2E_BASE_URL"):
        yield given.rstrip("/")
        return
    port = dev.free_port()
    data = {"WEBTIDBOK_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('e2e') / 'demo.db'}"}
    environment = dev.server_environment(port, **data, WEBTIDBOK_DEMO_JOURNAL=journal_address)
    dev.prepare_data(**environment)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        (PICTURES / f"server-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}.log").open(
            "w", encoding="utf-8"
        ) as log,
        dev.started(dev.server_command(port), env=environment, output=log) as server,
    ):
        dev.wait_until_it_answers(port, server)
        yield f"http://localhost:{port}"


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start Playwright."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start the Chromium that was found."""
    launched = playwright.chromium.launch(executable_path=dev.find_chromium(), args=QUIET)
    yield launched
    launched.close()


@pytest.fixture
def new_context(browser: Browser, base_url: str, request: pytest.FixtureRequest) -> Iterator[ContextMaker]:
    """Open browsers of different people: each call gives one with cookies of its own."""
    maker = ContextMaker(browser, base_url)
    yield maker
    maker.close(_folder(request.node) if _failed(request.node) else None)


@pytest.fixture
def context(new_context: ContextMaker) -> BrowserContext:
    """Open one person's browser."""
    return new_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Open a page in it."""
    return context.new_page()


def _folder(node: pytest.Item) -> Path:
    return PICTURES / re.sub(r"[^\w.-]+", "_", node.name)


def _failed(node: pytest.Item) -> bool:
    return node.stash.get(FAILED, False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure until the fixtures are torn down."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report
