"""Comparing when the next time is free at several clinics."""

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.services.compare import NextFree, Order, compare_next_free, follow_next_free
from webtidbok_app.state import addresses
from webtidbok_app.state.clinics import WORDS_MAX
from webtidbok_app.state.common import attempt, lang_of, query
from webtidbok_app.state.input import typed
from webtidbok_app.state.present.clinics import region_choices
from webtidbok_app.state.present.compare import compared_text, next_free_row
from webtidbok_app.state.resident_views import NextFreeRow
from webtidbok_app.state.views import Choice, Problem

BY_NAME = "namn"


class CompareState(rx.State):
    """The next free times for the words in the address, in its region and order."""

    words: str = ""
    region: str = ""
    regions: list[Choice] = []
    by_name: bool = False
    by_time_href: str = ""
    by_name_href: str = ""
    everywhere: str = ""
    """The same search in all regions; empty when it is that."""
    found: str = ""
    more: bool = False
    rows: list[NextFreeRow] = []
    ready: bool = False
    problem: Problem = Problem()

    _asked: list[NextFree] = []

    @rx.event
    @requires("resident")
    async def load(self) -> EventSpec:
        """Read ``sok``, ``region`` and ``ordning`` in the address, and compare."""
        lang = lang_of(self)
        self.words = query(self, "sok").strip()[:WORDS_MAX]
        self.region, self.by_name = query(self, "region")[:WORDS_MAX], query(self, "ordning") == BY_NAME
        self.by_time_href = addresses.compare(lang, words=self.words, region=self.region)
        self.by_name_href = addresses.compare(lang, words=self.words, region=self.region, order=BY_NAME)
        everywhere = addresses.compare(lang, words=self.words, order=BY_NAME if self.by_name else "")
        self.everywhere = everywhere if self.region else ""
        await self._show()
        return CompareState.watch  # cancelled with this page's load when the page is left

    @rx.event
    @requires("resident")
    async def search(self, form: rx.form.FormData) -> EventSpec:
        """Put the search in the address, in the order that was chosen before."""
        words, region = typed(form, "sok")[:WORDS_MAX], typed(form, "region")[:WORDS_MAX]
        order = BY_NAME if self.by_name else ""
        return rx.redirect(addresses.compare(lang_of(self), words=words, region=region, order=order))

    @rx.event(background=True)
    @requires("resident")
    async def watch(self) -> None:
        """Keep the next free times true until the page is left. Each stays in its place, whenever it is now."""
        async with self:
            asked, lang = tuple(self._asked), lang_of(self)
        async for rows in follow_next_free(current(), rows=asked):
            shown = [next_free_row(row, lang) for row in rows]
            async with self:
                if tuple(self._asked) != asked:
                    return
                if shown != self.rows:
                    self.rows = shown

    async def _show(self) -> None:
        """Fetch the next free times as they are now."""
        lang = lang_of(self)
        order = Order.NAME if self.by_name else Order.TIME
        found = await attempt(
            compare_next_free(current(), words=self.words, region=self.region, order=order), lang
        )
        if isinstance(found, Problem):
            self.problem, self.rows, self.found, self.more, self.ready = found, [], "", False, False
            self._asked = []
            return
        self.problem, self.ready = Problem(), True
        self.regions = region_choices(found.regions)
        self._asked = found.rows
        self.rows = [next_free_row(row, lang) for row in found.rows]
        self.found = compared_text(found, self.words, lang) if self.words else ""
        self.more = found.more
