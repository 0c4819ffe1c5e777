"""The clinic's own words: an overview, and the texts of the clinic and of each case type to write."""

from collections.abc import Awaitable, Mapping
from dataclasses import replace

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import rich_text
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput, NotFound, StaleVersion
from webtidbok_app.i18n import t
from webtidbok_app.journal.port import Text
from webtidbok_app.services.clinic_texts import (
    CASE_TYPE_TEXT_MAX,
    FIELDS,
    PRESENTATION_MAX,
    CaseTypeTexts,
    ClinicTexts,
    get_texts,
    set_case_type_texts,
    set_presentation,
)
from webtidbok_app.services.notices import NoticeInfo, Scope, get_notice, list_notices
from webtidbok_app.services.terms_versions import WITH_TERMS, list_terms
from webtidbok_app.state import addresses
from webtidbok_app.state.addresses import STAFF_CASE_TYPES
from webtidbok_app.state.common import argument, attempt
from webtidbok_app.state.input import typed_rich
from webtidbok_app.state.present.rich import rich_view
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.terms import days_text
from webtidbok_app.state.staff.text_views import (
    NoticeRow,
    Preview,
    TextFormView,
    TextRow,
    TextsView,
    written_meanwhile,
)
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.views import FieldProblem, Problem

PRESENTATION = "presentation"

__all__ = ["CASE_TYPE_TEXT_MAX", "PRESENTATION_MAX", "StaffTextFormState", "StaffTextsState"]


class StaffTextsState(rx.State):
    """All that the clinic says in its own words, in short."""

    problem: Problem = Problem()
    texts: TextsView = TextsView()

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the texts as they are now."""
        self.reset()
        found = await attempt(_overview(), "sv")
        if isinstance(found, Problem):
            self.problem = found
        else:
            self.texts = found


class StaffTextFormState(rx.State):
    """The clinic's presentation or a case type's texts, to read or to write."""

    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    boxes: int = 0
    """How many times they have been saved: after each the boxes are new ones."""
    done: Outcome = Outcome()
    form: TextFormView = TextFormView()

    _seen: tuple[ClinicTexts, ...] = ()
    """What has been shown, if anything."""

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the texts of the address' case type; without one, the presentation."""
        self.reset()
        found = await attempt(get_texts(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
        else:
            shown = await attempt(self._show(found), "sv")
            self.problem = shown or Problem()

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save_presentation(self, form: rx.form.FormData) -> None:
        """Keep what the clinic tells about itself."""
        await self._save(set_presentation(current(), text=typed_rich(form, PRESENTATION), seen=self._known()))

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save_case_type(self, form: rx.form.FormData) -> None:
        """Keep the texts of the address' case type."""
        kind = STAFF_CASE_TYPES.get(argument(self, "case_type"))
        if kind is not None:
            texts = {field: typed_rich(form, field) for field in FIELDS[kind]}
            await self._save(set_case_type_texts(current(), kind=kind, texts=texts, seen=self._known()))

    def _known(self) -> ClinicTexts | None:
        return next(iter(self._seen), None)

    async def _save(self, use_case: Awaitable[ClinicTexts]) -> None:
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        try:
            saved = await attempt(use_case, "sv", let_through=(InvalidInput, StaleVersion))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=self.form.written)
            return
        except StaleVersion:
            await self._look_anew()
            return
        if isinstance(saved, Problem):
            self.problem = saved
            return
        await self._show(saved)
        self.boxes += 1
        self.done = Outcome(
            t("sv", "staff.texts.saved"), t("sv", "staff.texts.at_once"), key=str(self.attempts)
        )

    async def _look_anew(self) -> None:
        """Tell of, and show, what a colleague wrote meanwhile; what is typed stays."""
        self.problem = written_meanwhile(self.attempts)
        found = await attempt(get_texts(current()), "sv")
        if not isinstance(found, Problem):
            typed = self.form.written
            await self._show(found)
            self.form = replace(self.form, written=typed)

    async def _show(self, found: ClinicTexts) -> None:
        """Show what the address says. Raises NotFound."""
        self._seen = (found,)
        slug = argument(self, "case_type")
        if slug and slug not in STAFF_CASE_TYPES:
            raise NotFound
        texts: Mapping[str, Text] = {PRESENTATION: found.presentation}
        title = t("sv", "staff.texts.presentation")
        if slug:
            kind = STAFF_CASE_TYPES[slug]
            texts, title = found.of(kind).texts, t("sv", f"public.clinic.{kind}.title")
        self.form = TextFormView(
            clinic=found.clinic,
            title=title,
            fields=list(texts),
            written=box_values(texts),
            previews=[one for field, text in texts.items() for one in previews(field, text)],
            may_change=found.may_change,
        )


def box_values(texts: Mapping[str, Text]) -> dict[str, str]:
    """Return what the boxes begin with, by ``<field>_<language>``."""
    return {
        f"{field}_{lang}": rich_text.shown(getattr(text, lang))
        for field, text in texts.items()
        for lang in ("sv", "en")
    }


def previews(field: str, text: Text) -> list[Preview]:
    """Return the text as residents see it in Swedish and English; nothing where nothing is written."""
    if not text.sv:
        return []
    label = t("sv", f"staff.texts.fields.{field}")
    return [
        Preview(t("sv", "staff.texts.on_swedish", field=label), rich_view(text, "sv")),
        Preview(t("sv", "staff.texts.on_english", field=label), rich_view(text, "en")),
    ]


async def _overview() -> TextsView:
    found = await get_texts(current())
    clinic = await get_notice(current(), scope=Scope())
    kinds = await list_notices(current())
    return TextsView(
        clinic=found.clinic,
        clinic_href=addresses.clinic_page("sv", found.slug),
        may_change=found.may_change,
        presentation=rich_view(found.presentation, "sv"),
        case_types=[await _row(one) for one in found.case_types],
        notices=[
            _notice_row(addresses.staff_notice(), t("sv", "staff.notice.clinic"), clinic),
            *(_notice_row(addresses.staff_notice(slug), one.time_type, one) for slug, one in kinds),
        ],
    )


async def _row(one: CaseTypeTexts) -> TextRow:
    slug = next(slug for slug, kind in STAFF_CASE_TYPES.items() if kind == one.kind)
    written = [t("sv", f"staff.texts.fields.{field}") for field, text in one.texts.items() if text.sv]
    row = TextRow(
        href=f"/personal/texter/{slug}",
        title=t("sv", f"public.clinic.{one.kind}.title"),
        off=not one.active,
        written=", ".join(written) or t("sv", "staff.texts.none_written"),
    )
    if one.kind not in WITH_TERMS:
        return row
    versions = await list_terms(current(), kind=one.kind)
    told = [days_text(version) for version in (versions.in_force, versions.coming) if version]
    terms = " ".join(told) or t("sv", "staff.terms.none")
    return TextRow(**vars(row) | {"terms_href": f"/personal/villkor/{slug}", "terms": terms})


def _notice_row(href: str, title: str, found: NoticeInfo) -> NoticeRow:
    key = (
        "stopped" if found.stopped_at else "shown" if found.shown else "written" if found.text.sv else "none"
    )
    return NoticeRow(href, title, t("sv", f"staff.notice.row.{key}"), stopped=found.stopped_at is not None)
