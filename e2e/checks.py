"""What every page must be, whatever journey it stands on."""

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page, expect

from e2e.support import ready

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}


def check_page(page: Page, *, lang: str = "sv") -> None:
    """Assert that axe finds nothing, and that language, title, heading and width are right."""
    ready(page)
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("html")).to_have_attribute("lang", lang)
    title = page.title()
    assert title.endswith(" – Webtidbok"), title
    report = _run_axe(page)
    assert report.violations_count == 0, f"{page.url}\n{report.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


def _run_axe(page: Page) -> AxeResults:
    """Let axe look at the page as it is now. It is brought there once, and says only what it finds wrong."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return AxeResults(
        page.evaluate("rules => axe.run(rules).then(({ violations }) => ({ violations }))", RULES)
    )


def check_targets(page: Page, least: int = 44) -> None:
    """Assert that everything one can press is at least ``least`` px high, links within text left out."""
    small = page.evaluate(
        """least => [...document.querySelectorAll('main button, main input:not([type=hidden]), main select')]
            .filter(e => e.offsetParent && (e.closest('label') || e).getBoundingClientRect().height < least)
            .map(e => (e.name || e.innerText) + ' ' + (e.closest('label') || e).getBoundingClientRect().height)""",
        least,
    )
    assert small == [], (page.url, small)


def expect_focus_on_heading(page: Page) -> None:
    """Assert that the focus is on the page's heading, as after every step."""
    expect(page.locator("#page-heading")).to_be_focused()


def check_uncovered(page: Page) -> None:
    """Assert that whatever one can press, when it has been scrolled to, has nothing in front of it."""
    covered = page.evaluate(
        """() => [...document.querySelectorAll('main :is(a[href], button, input, select, textarea, summary)')]
            .filter(control => control.checkVisibility({ visibilityProperty: true }))
            .filter(control => {
                control.scrollIntoView({ block: 'center', behavior: 'instant' })
                const box = control.getClientRects()[0]
                const front = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
                return !front || !(control.contains(front) || front.closest('label')?.contains(control))
            })
            .map(control => control.outerHTML.slice(0, 120))"""
    )
    assert covered == [], (page.url, covered)
