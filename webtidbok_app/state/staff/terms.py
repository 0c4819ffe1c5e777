"""The versions of a case type's terms: in force, coming, and over."""

from collections.abc import Awaitable
from dataclasses import replace

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock, rich_text
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput, NotFound, StaleVersion
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.i18n import format_day, t, tn
from webtidbok_app.services.terms_versions import (
    TERMS_MAX,
    WITH_TERMS,
    TermsVersion,
    TermsVersions,
    When,
    list_terms,
    plan_terms,
    remove_terms,
)
from webtidbok_app.state.addresses import STAFF_CASE_TYPES
from webtidbok_app.state.common import argument, attempt
from webtidbok_app.state.input import parse_count, parse_day, typed, typed_rich
from webtidbok_app.state.present.rich import rich_view
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.text_views import TermsFormView, TermsRow, written_meanwhile
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.views import FieldProblem, Problem

_FIELDS = ("terms_sv", "terms_en", "first_day")

__all__ = ["TERMS_MAX", "StaffTermsState"]


class StaffTermsState(rx.State):
    """The terms for the address' case type."""

    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    boxes: int = 0
    """How many times they have been changed: after each the boxes are new ones."""
    done: Outcome = Outcome()
    terms: TermsFormView = TermsFormView()

    _seen: tuple[TermsVersions, ...] = ()
    """What has been shown, if anything."""

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the versions."""
        self.reset()
        found = await attempt(self._find(), "sv")
        if isinstance(found, Problem):
            self.problem = found
        else:
            self._show(found)

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save(self, form: rx.form.FormData) -> None:
        """Keep the version that comes next."""
        day = parse_day(typed(form, "first_day"), today=day_of(clock.now()))
        kind = self._kind()
        if kind is not None:
            saving = plan_terms(
                current(),
                kind=kind,
                text=typed_rich(form, "terms"),
                first_day=day,
                seen=next(iter(self._seen), None),
            )
            await self._change(saving, "planned")

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def remove(self, version: str) -> None:
        """Take the coming version away."""
        kind, number = self._kind(), parse_count(version)
        if kind is not None and number is not None:
            await self._change(remove_terms(current(), kind=kind, version=number), "removed")

    async def _find(self) -> TermsVersions:
        kind = self._kind()
        if kind is None:
            raise NotFound
        return await list_terms(current(), kind=kind)

    def _kind(self) -> CaseTypeKind | None:
        """Return the address' case type, if it is one with terms."""
        kind = STAFF_CASE_TYPES.get(argument(self, "case_type"))
        return kind if kind in WITH_TERMS else None

    async def _change(self, use_case: Awaitable[TermsVersions], done: str) -> None:
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        try:
            changed = await attempt(use_case, "sv", let_through=(InvalidInput, StaleVersion))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=_FIELDS)
            return
        except StaleVersion:
            await self._look_anew()
            return
        if isinstance(changed, Problem):
            self.problem = changed
            return
        self._show(changed)
        self.boxes += 1
        newest = changed.coming or changed.in_force
        told = days_text(newest) if newest and done == "planned" else ""
        self.done = Outcome(t("sv", f"staff.terms.{done}"), told, key=str(self.attempts))

    async def _look_anew(self) -> None:
        """Tell of, and show, what a colleague wrote meanwhile or has come into force; what is typed stays."""
        self.problem = written_meanwhile(self.attempts)
        found = await attempt(self._find(), "sv")
        if not isinstance(found, Problem):
            typed, day = self.terms.written, self.terms.first_day
            self._show(found)
            self.terms = replace(self.terms, written=typed, first_day=day)

    def _show(self, found: TermsVersions) -> None:
        kind = self._kind()
        self._seen = (found,)
        begun = found.coming or found.in_force
        coming, accepted = found.coming, found.in_force.accepted if found.in_force else 0
        self.terms = TermsFormView(
            clinic=found.clinic,
            case_type=t("sv", f"public.clinic.{kind}.title"),
            rows=[_row(one) for one in found.versions],
            written={
                "terms_sv": rich_text.shown(begun.text.sv) if begun else "",
                "terms_en": rich_text.shown(begun.text.en) if begun else "",
            },
            first_day=day_of(coming.valid_from).isoformat() if coming else "",
            heading=t("sv", "staff.terms.change", version=coming.version)
            if coming
            else t("sv", "staff.terms.new"),
            save=t("sv", f"staff.terms.{'save_change' if coming else 'save_new'}"),
            anew=tn("sv", "staff.terms.anew", accepted),
            may_change=found.may_change,
        )


def days_text(version: TermsVersion) -> str:
    """Return "Version 2 gäller sedan onsdag 1 januari 2026", or from when it will, or that it is over."""
    day = format_day("sv", version.valid_from)
    return t("sv", f"staff.terms.when.{version.when}", version=version.version, day=day)


def _row(one: TermsVersion) -> TermsRow:
    return TermsRow(
        version=str(one.version),
        title=t("sv", "staff.terms.version", version=one.version),
        when=days_text(one),
        accepted="" if one.when == When.COMING else tn("sv", "staff.terms.accepted", one.accepted),
        text=rich_view(one.text, "sv"),
        coming=one.when == When.COMING,
        in_force=one.when == When.IN_FORCE,
    )
