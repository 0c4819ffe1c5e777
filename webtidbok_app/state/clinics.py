"""Finding a clinic, and a clinic's own page. Open to everybody."""

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import public
from webtidbok_app.services.clinics import get_clinic, list_closed_days, search_clinics
from webtidbok_app.state import addresses
from webtidbok_app.state.common import argument, attempt, lang_of, query
from webtidbok_app.state.input import typed
from webtidbok_app.state.present.clinics import (
    clinic_row,
    clinic_view,
    closed_words,
    found_text,
    name_of_region,
    region_choices,
)
from webtidbok_app.state.resident_views import ClinicRow, ClinicView
from webtidbok_app.state.views import Choice, Problem

WORDS_MAX = 100


class ClinicListState(rx.State):
    """The clinics that have the words in the address, in its region; all of them when it has none."""

    words: str = ""
    region: str = ""
    regions: list[Choice] = []
    found: str = ""
    clinics: list[ClinicRow] = []
    everywhere: str = ""
    """The same search in all regions; empty when it is that."""
    compare: str = ""
    """Where a resident compares free times by the same words."""
    problem: Problem = Problem()

    @rx.event
    @public
    async def load(self) -> None:
        """Find the clinics for the address' ``sok`` and ``region``."""
        lang = lang_of(self)
        self.words, self.problem = query(self, "sok").strip()[:WORDS_MAX], Problem()
        self.region = query(self, "region")[:WORDS_MAX]
        found = await attempt(search_clinics(words=self.words, region=self.region), lang)
        if isinstance(found, Problem):
            self.problem, self.clinics, self.found = found, [], ""
            return
        self.regions = region_choices(found.regions)
        self.clinics = [clinic_row(clinic, lang) for clinic in found.clinics]
        self.found = found_text(
            len(found.clinics),
            lang,
            words=self.words,
            region=name_of_region(found.regions, self.region),
            only_near=found.only_near,
        )
        self.everywhere = addresses.clinics(lang, words=self.words) if self.region else ""
        self.compare = addresses.compare(lang, words=self.words, region=self.region)

    @rx.event
    @public
    async def search(self, form: rx.form.FormData) -> EventSpec:
        """Put the search in the address, so that it can be kept, shared and gone back to."""
        words, region = typed(form, "sok")[:WORDS_MAX], typed(form, "region")[:WORDS_MAX]
        return rx.redirect(addresses.clinics(lang_of(self), words=words, region=region))


class ClinicState(rx.State):
    """The clinic in the address."""

    info: ClinicView = ClinicView()
    closed: str = ""
    """The coming days when it is closed, beyond what its opening hours say."""
    stop: Problem = Problem()

    @rx.event
    @public
    async def load(self) -> None:
        """Fetch the clinic."""
        lang = lang_of(self)
        self.info, self.closed, self.stop = ClinicView(), "", Problem()
        found = await attempt(get_clinic(slug=argument(self, "clinic")), lang)
        if isinstance(found, Problem):
            self.stop = found
            return
        self.info = clinic_view(found, lang)
        closed = await attempt(list_closed_days(found), lang)
        if not isinstance(closed, Problem):
            self.closed = closed_words(closed, lang)
