"""A page that was open when the server became newer says so in our words, and can be read in again."""

import re

import pytest
from playwright.sync_api import Route, expect

from e2e.checks import check_page
from e2e.conftest import ContextMaker

WORDS = {
    "/": ("Webtidbok är uppdaterad. Läs in sidan på nytt.", "Läs in på nytt", "sv"),
    "/en": ("Webtidbok has been updated. Load the page again.", "Load again", "en"),
}


def _from_an_older_build(route: Route) -> None:
    """Hand out the page's program as another build made it: for another tree of states than the server has."""
    answer = route.fetch()
    older, changed = re.subn(r"stateSchema=([`\"'])[0-9a-f]+\1", r"stateSchema=\1older\1", answer.text())
    assert changed, "the build says nowhere which states it is for"
    route.fulfill(response=answer, body=older, headers={**answer.headers, "cache-control": "no-store"})


@pytest.mark.parametrize("address", WORDS)
def test_a_page_older_than_the_server__says_so__and_is_read_in_again(
    new_context: ContextMaker, address: str
) -> None:
    words, again, lang = WORDS[address]
    context = new_context(viewport={"width": 320, "height": 640})
    context.route(re.compile(r"/assets/context-.*\.js"), _from_an_older_build)
    page = context.new_page()
    page.goto(address)
    expect(
        page.get_by_role("alert").filter(has_text=words)
    ).to_be_visible()  # after it was read in once by itself
    check_page(page, lang=lang)
    context.unroute_all()
    with page.expect_navigation():
        page.get_by_role("button", name=again).click()
    check_page(page, lang=lang)
    expect(page.get_by_text(words)).to_have_count(0)
