"""Finding a clinic, and a clinic's own page. Open to everybody."""

from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import public
from webtidbok_app.i18n import path
from webtidbok_app.services.clinics import find_clinics, get_clinic
from webtidbok_app.state.common import argument, attempt, lang_of, query
from webtidbok_app.state.input import typed
from webtidbok_app.state.present.clinics import clinic_row, clinic_view, found_text
from webtidbok_app.state.resident_views import ClinicRow, ClinicView
from webtidbok_app.state.views import Problem

WORDS_MAX = 100


class ClinicListState(rx.State):
    """The clinics that have the words in the address; all of them when it has none."""

    words: str = ""
    found: str = ""
    clinics: list[ClinicRow] = []
    problem: Problem = Problem()

    @rx.event
    @public
    async def load(self) -> None:
        """Find the clinics for the address' ``sok``."""
        lang = lang_of(self)
        self.words, self.problem = query(self, "sok").strip()[:WORDS_MAX], Problem()
        found = await attempt(find_clinics(words=self.words), lang)
        if isinstance(found, Problem):
            self.problem, self.clinics, self.found = found, [], ""
            return
        self.clinics = [clinic_row(clinic, lang) for clinic in found]
        self.found = found_text(len(found), self.words, lang)

    @rx.event
    @public
    async def search(self, form: rx.form.FormData) -> EventSpec:
        """Put the words in the address, so that the search can be kept, shared and gone back to."""
        words = typed(form, "sok")[:WORDS_MAX]
        address = path(lang_of(self), "/mottagningar")
        return rx.redirect(f"{address}?{urlencode({'sok': words})}" if words else address)


class ClinicState(rx.State):
    """The clinic in the address."""

    info: ClinicView = ClinicView()
    stop: Problem = Problem()

    @rx.event
    @public
    async def load(self) -> None:
        """Fetch the clinic."""
        lang = lang_of(self)
        self.info, self.stop = ClinicView(), Problem()
        found = await attempt(get_clinic(slug=argument(self, "clinic")), lang)
        if isinstance(found, Problem):
            self.stop = found
        else:
            self.info = clinic_view(found, lang)
