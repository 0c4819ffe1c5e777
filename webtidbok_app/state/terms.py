"""The clinic's terms as a step of their own, before booking and before seeing what is booked."""

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.errors import StaleVersion
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.i18n import Lang, t
from webtidbok_app.services.booking import Progress
from webtidbok_app.services.clinics import get_clinic
from webtidbok_app.services.terms import TermsInfo, accept_terms, get_terms
from webtidbok_app.services.time_types import OldBooking, terms_kind
from webtidbok_app.state import addresses
from webtidbok_app.state.common import argument, attempt, lang_of, query
from webtidbok_app.state.flow import open_step, way_of
from webtidbok_app.state.input import typed
from webtidbok_app.state.present.rich import rich_view
from webtidbok_app.state.present.steps import step_view
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.resident_views import StepView, TermsView
from webtidbok_app.state.views import FieldProblem, Problem


class TermsState(rx.State):
    """The terms to read, and whether the box was ticked."""

    step: StepView = StepView()
    terms: TermsView = TermsView()
    problems: list[FieldProblem] = []
    attempts: int = 0
    problem: Problem = Problem()
    stop: Problem = Problem()

    _version: int = 0

    @rx.event
    @requires("resident")
    async def load_for_booking(self) -> EventSpec | None:
        """Fetch the terms for booking; go on to the times where there is nothing to accept."""
        self.reset()
        lang = lang_of(self)
        found = await attempt(open_step(self, "villkor"), lang, clinic=argument(self, "clinic"))
        if isinstance(found, Problem):
            self.stop = found
        elif isinstance(found, Progress) and found.terms:
            self.step = step_view(found, lang)
            self._show(found.terms, t(lang, "citizen.terms.intro", clinic=found.clinic.name), lang)
        else:
            return found
        return None

    @rx.event
    @requires("resident")
    async def load_for_my_times(self) -> EventSpec | None:
        """Fetch the terms for seeing and cancelling; go on where there is nothing to accept."""
        self.reset()
        lang, slug = lang_of(self), argument(self, "clinic")
        terms = await attempt(get_terms(current(), clinic=slug, kind=CaseTypeKind.MANAGE_DIRECT), lang)
        if isinstance(terms, Problem):
            self.stop = terms
            return None
        if terms is None or terms.accepted_at is not None:
            return self._on_to_my_times()
        clinic = await get_clinic(slug=slug)
        self.step = StepView(
            caption=clinic.name,
            back=addresses.my_times(lang),
            clinic=clinic.name,
            clinic_href=addresses.clinic_page(lang, slug),
        )
        self._show(terms, t(lang, "citizen.terms.intro_manage", clinic=clinic.name), lang)
        return None

    @rx.event
    @requires("resident")
    async def accept_for_booking(self, form: rx.form.FormData) -> EventSpec | None:
        """Note that the terms are accepted and go on to the times."""
        way = way_of(self)
        accepted = await self._accept(form, terms_kind(way.clinic, way.rebooks))
        return way.to("") if accepted else None

    @rx.event
    @requires("resident")
    async def accept_for_my_times(self, form: rx.form.FormData) -> EventSpec | None:
        """Note that the terms are accepted and go on to the booked times."""
        accepted = await self._accept(form, CaseTypeKind.MANAGE_DIRECT)
        return self._on_to_my_times() if accepted else None

    async def _accept(self, form: rx.form.FormData, kind: CaseTypeKind) -> bool:
        lang, slug = lang_of(self), argument(self, "clinic")
        self.problem, self.problems = Problem(), []
        self.attempts += 1
        if not typed(form, "accept"):
            self.problems = field_problems({"accept": "terms"}, lang, order=["accept"])
            return False
        acceptance = accept_terms(current(), clinic=slug, kind=kind, version=self._version)
        try:
            accepted = await attempt(acceptance, lang, let_through=(StaleVersion,))
        except StaleVersion:
            accepted = await attempt(self._show_new_version(slug, kind, lang), lang)
        if isinstance(accepted, Problem):
            self.problem = accepted
            return False
        return True

    async def _show_new_version(self, slug: str, kind: CaseTypeKind, lang: Lang) -> Problem | None:
        """Show the terms that have come into force since, to be accepted; None where there are none now."""
        terms = await get_terms(current(), clinic=slug, kind=kind)
        if terms is None:
            return None
        self._show(terms, self.terms.intro, lang)
        return Problem(
            title=t(lang, "citizen.terms.changed_title"),
            body=t(lang, "citizen.terms.changed_body"),
            key=str(self.attempts),
        )

    def _show(self, terms: TermsInfo, intro: str, lang: Lang) -> None:
        self._version = terms.version
        self.terms = TermsView(intro, rich_view(terms.text, lang, folded=False))

    def _on_to_my_times(self) -> EventSpec:
        """Go to the clinic's booked times, or back to the one that was about to be changed."""
        lang, slug = lang_of(self), argument(self, "clinic")
        cancels, rebooks = query(self, "avboka"), query(self, "omboka")
        to = addresses.cancel(lang, slug, cancels) if cancels else addresses.my_times(lang, slug)
        if rebooks:
            there = query(self, addresses.ENTERED) or slug
            to = addresses.step(lang, there, query(self, "typ"), rebooks=OldBooking(slug, rebooks))
        return rx.redirect(to, replace=True)
