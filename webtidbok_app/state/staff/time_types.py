"""The clinic's time types: the list, and one of them to write."""

from dataclasses import replace
from datetime import date, timedelta

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput, NotFound, StaleVersion
from webtidbok_app.domain.question import QUESTION_MAX, QUESTIONS_MAX
from webtidbok_app.domain.visit import Bookable, ReasonRule, VisitForm
from webtidbok_app.i18n import format_weekday, t, tn
from webtidbok_app.services.time_type_rules import (
    TEXT_MAX,
    Rules,
    TimeTypeRules,
    TimeTypes,
    add_time_type,
    change_time_type,
    list_rules,
)
from webtidbok_app.services.time_type_templates import list_time_type_templates
from webtidbok_app.state.common import argument, attempt, query
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.setup_views import SetupRow, TimeTypeForm
from webtidbok_app.state.staff.time_type_form import (
    HAND_OVERS,
    IN_ORDER,
    Opens,
    form_of,
    read_rules,
    said_to_residents,
)
from webtidbok_app.state.staff.views import Outcome
from webtidbok_app.state.views import Choice, FieldProblem, Problem

PAGE = "/personal/tidstyper"
NEW = f"{PAGE}/ny"
FROM = "mall"
VISIT_FORMS = [Choice(form, t("sv", f"staff.visit_form.{form}")) for form in VisitForm]
BOOKABLE = [
    Choice(one, t("sv", f"setup.types.bookable_by.{one}"), t("sv", f"setup.types.bookable_hint.{one}"))
    for one in Bookable
]
REASONS = [Choice(rule, t("sv", f"setup.types.reason_rule.{rule}")) for rule in ReasonRule]
OPENS = [Choice(one, t("sv", f"setup.types.opens_when.{one}")) for one in Opens]
_A_MONDAY = date(2026, 11, 30)
WEEKDAYS = [Choice(str(day), format_weekday("sv", _A_MONDAY + timedelta(day))) for day in range(7)]
HAND_OVER = [Choice(str(hours), tn("sv", "rules.span.hours", hours)) for hours in HAND_OVERS]
TEMPLATES = [Choice(name, rules.name_sv) for name, rules in list_time_type_templates().items()]

__all__ = [
    "BOOKABLE",
    "FROM",
    "HAND_OVER",
    "NEW",
    "OPENS",
    "PAGE",
    "QUESTIONS_MAX",
    "QUESTION_MAX",
    "REASONS",
    "TEMPLATES",
    "TEXT_MAX",
    "VISIT_FORMS",
    "WEEKDAYS",
    "StaffTimeTypesState",
]


class StaffTimeTypesState(rx.State):
    """The time types, and the one that is open."""

    clinic: str = ""
    rows: list[SetupRow] = []
    may_change: bool = False
    form: TimeTypeForm = TimeTypeForm()
    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    done: Outcome = Outcome()

    _version: int = 0
    """Which change of the open time type one has seen."""

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the list."""
        done = self.done
        self.reset()
        found = await attempt(list_rules(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self._show_list(found)
        self.done = done  # what was saved on the page before

    @rx.event
    @requires("staff")
    async def load_one(self) -> None:
        """Show one time type, or a new one: blank, or begun from a template."""
        self.reset()
        found = await attempt(self._find(argument(self, "time_type")), "sv")
        if isinstance(found, Problem):
            self.problem = found

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save(self, form: rx.form.FormData) -> EventSpec | None:
        """Save the time type, or tell what has to be mended."""
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        rules, slug = read_rules(form), argument(self, "time_type")
        saving = (
            change_time_type(current(), slug=slug, version=self._version, rules=rules)
            if slug
            else add_time_type(current(), rules=rules)
        )
        try:
            saved = await attempt(saving, "sv", let_through=(InvalidInput, StaleVersion))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=IN_ORDER)
            return None
        except StaleVersion:
            self.problem = Problem(
                t("sv", "setup.types.stale_title"), t("sv", "setup.types.stale"), key=str(self.attempts)
            )
            return None
        if isinstance(saved, Problem):
            self.problem = saved
            return None
        key = "changed" if slug else "added"
        self.done = Outcome(
            t("sv", f"setup.types.{key}", name=saved.rules.name_sv),
            t("sv", "setup.types.next") if not saved.coming else "",
            key=str(self.attempts),
        )
        return rx.redirect(PAGE)

    async def _find(self, slug: str) -> None:
        found = await list_rules(current())
        if not slug:
            template = list_time_type_templates().get(query(self, FROM), Rules())
            self._show_form(found, template, t("sv", "setup.types.new"), others=found.time_types)
            return
        one = next((one for one in found.time_types if one.slug == slug), None)
        if one is None:
            raise NotFound
        self._version = one.version
        others = [other for other in found.time_types if other.id != one.id]
        self._show_form(found, one.rules, one.rules.name_sv, others=others)

    def _show_list(self, found: TimeTypes) -> None:
        self.clinic, self.may_change = found.clinic, found.may_change
        self.rows = [_row(one) for one in found.time_types]

    def _show_form(
        self, found: TimeTypes, rules: Rules, heading: str, *, others: list[TimeTypeRules]
    ) -> None:
        self.clinic, self.may_change = found.clinic, found.may_change
        key = f"{argument(self, 'time_type')}-{self._version}-{query(self, FROM)}"
        said = said_to_residents(rules, "sv", now=clock.now()) if self._version else []
        self.form = replace(form_of(rules, heading=heading, key=key, others=others), said=said)


def _row(one: TimeTypeRules) -> SetupRow:
    rules = one.rules
    facts = t(
        "sv",
        "setup.types.facts",
        length=tn("sv", "rules.span.minutes", rules.length_minutes),
        form=t("sv", f"staff.visit_form.{rules.visit_form}"),
        by=t("sv", f"setup.types.bookable_by.{rules.bookable}"),
    )
    return SetupRow(
        id=one.slug,
        href=f"{PAGE}/{one.slug}",
        name=rules.name_sv,
        facts=facts,
        coming=tn("sv", "setup.coming", one.coming),
        off="" if rules.active else t("sv", "setup.off"),
    )
