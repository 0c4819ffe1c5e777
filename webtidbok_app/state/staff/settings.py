"""The clinic's settings."""

from collections.abc import Awaitable, Sequence

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.domain.watch import NOTICE_HOURS, OFFER_MINUTES
from webtidbok_app.i18n import t, tn
from webtidbok_app.journal.port import Text
from webtidbok_app.services import clinic_settings
from webtidbok_app.services.clinic_settings import HOLD_MINUTES, ClinicSettings
from webtidbok_app.state.common import attempt
from webtidbok_app.state.input import parse_count, ticked, typed
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.staff.views import Outcome, SettingsView
from webtidbok_app.state.views import Choice, FieldProblem, Problem

_NO_NUMBER = 0
_WATCH_NUMBERS = ("notice_hours", "minutes", "a_day")
_ABOUT_FIELDS = ("about_phone", "hours_sv", "hours_en")
_MESSAGE_FIELDS = ("message_name_sv", "message_name_en", "reminder_hours")


WATCH_NOTICE = [Choice(str(hours), tn("sv", "staff.settings.hours", hours)) for hours in NOTICE_HOURS]
WATCH_MINUTES = [
    Choice(str(minutes), t("sv", "staff.settings.watch_stands", minutes=minutes)) for minutes in OFFER_MINUTES
]
"""What can be chosen of the rules for who waits."""

__all__ = ["WATCH_MINUTES", "WATCH_NOTICE", "StaffSettingsState"]


class StaffSettingsState(rx.State):
    """How long a chosen time is held, what messages to residents say, which case types are on, and how one waits."""

    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    settings: SettingsView = SettingsView()
    done: Outcome = Outcome()

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the settings as they are now."""
        found = await attempt(clinic_settings.get_settings(current()), "sv")
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        if isinstance(found, Problem):
            self.problem, self.settings = found, SettingsView()
        else:
            self.settings = _in_words(found)

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save(self, form: rx.form.FormData) -> None:
        """Change how long a time is held, or tell what has to be mended."""
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        minutes = parse_count(typed(form, "hold_minutes")) or _NO_NUMBER
        try:
            saved = await attempt(
                clinic_settings.set_hold_minutes(current(), minutes=minutes),
                "sv",
                let_through=(InvalidInput,),
            )
        except InvalidInput:
            facts = {"least": HOLD_MINUTES.start, "most": HOLD_MINUTES.stop - 1}
            self.problems = [FieldProblem("hold_minutes", t("sv", "staff.settings.minutes_problem", **facts))]
            return
        if isinstance(saved, Problem):
            self.problem = saved
            return
        self.settings = _in_words(saved)
        self.done = Outcome(
            t("sv", "staff.settings.saved"),
            t("sv", "staff.settings.hold_now", minutes=saved.hold_minutes),
            key=str(self.attempts),
        )

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save_about(self, form: rx.form.FormData) -> None:
        """Change where residents call and when the clinic is open, or tell what has to be mended."""
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        hours = Text(typed(form, "hours_sv"), typed(form, "hours_en"))
        saving = clinic_settings.set_about(current(), phone=typed(form, "about_phone"), hours=hours)
        if await self._saved(saving, _ABOUT_FIELDS):
            self._say(t("sv", "staff.settings.about_saved"), self.settings.about_text)

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save_messages(self, form: rx.form.FormData) -> None:
        """Change the name in messages and when they remind, or tell what has to be mended."""
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        name = Text(typed(form, "message_name_sv"), typed(form, "message_name_en"))
        hours = parse_count(typed(form, "reminder_hours"))
        saving = clinic_settings.set_messages(current(), name=name, reminder_hours=hours)
        if await self._saved(saving, _MESSAGE_FIELDS):
            self._say(t("sv", "staff.settings.messages_saved"), self.settings.example)

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save_case_types(self, form: rx.form.FormData) -> None:
        """Change which case types residents can use, and how soon they are told to expect an answer."""
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        on = [CaseTypeKind(kind) for kind in ticked(form, "case_types") if kind in set(CaseTypeKind)]
        days = parse_count(typed(form, "answer_days")) or _NO_NUMBER
        saving = clinic_settings.set_case_types(current(), on=on, answer_days=days)
        if await self._saved(saving, ("answer_days",)):
            self._say(t("sv", "staff.settings.case_types_saved"), self.settings.case_types_text)

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save_rebooking(self, form: rx.form.FormData) -> None:
        """Change whether residents can rebook to the care provider's other clinics."""
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        elsewhere = "on" in ticked(form, "rebook_elsewhere")
        if await self._saved(clinic_settings.set_rebooking(current(), elsewhere=elsewhere), ()):
            self._say(t("sv", "staff.settings.rebook_saved"), self.settings.rebook_text)

    @rx.event
    @requires(Role.CLINIC_ADMIN)
    async def save_watch(self, form: rx.form.FormData) -> None:
        """Change whether residents can wait for a time to become free, and how it is offered to them."""
        self.attempts += 1
        self.problem, self.problems, self.done = Problem(), [], Outcome()
        numbers = {name: parse_count(typed(form, f"watch_{name}")) or _NO_NUMBER for name in _WATCH_NUMBERS}
        saving = clinic_settings.set_watch(current(), on="on" in ticked(form, "watch"), **numbers)
        if await self._saved(saving, [f"watch_{name}" for name in _WATCH_NUMBERS]):
            self._say(t("sv", "staff.settings.watch_saved"), self.settings.watch_text)

    async def _saved(self, use_case: Awaitable[ClinicSettings], fields: Sequence[str]) -> bool:
        """Show the settings as they are then, or what has to be mended. Whether they were saved."""
        try:
            saved = await attempt(use_case, "sv", let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, "sv", order=fields)
            return False
        if isinstance(saved, Problem):
            self.problem = saved
            return False
        self.settings = _in_words(saved)
        return True

    def _say(self, title: str, body: str) -> None:
        self.done = Outcome(title, body, key=str(self.attempts))


def _in_words(found: ClinicSettings) -> SettingsView:
    return SettingsView(
        clinic=found.clinic,
        phone=found.phone,
        hours_sv=found.hours.sv,
        hours_en=found.hours.en,
        about_text=t("sv", "staff.settings.about_now", phone=found.phone, hours=found.hours.sv),
        hold_minutes=str(found.hold_minutes),
        hold_text=t("sv", "staff.settings.hold_now", minutes=found.hold_minutes),
        message_name_sv=found.message_name.sv,
        message_name_en=found.message_name.en,
        reminder_hours=str(found.reminder_hours or ""),
        reminder_text=t("sv", f"staff.settings.reminds.{found.reminder_hours or 'none'}"),
        example=t("sv", "staff.settings.example", name=found.message_name.sv or t("sv", "common.service")),
        case_types=[Choice(kind, _case_type(kind)) for kind in CaseTypeKind if kind in found.possible],
        case_types_on=sorted(found.case_types),
        case_types_text=_case_types_text(found),
        case_types_not=_case_types_not(found),
        answer_days=str(found.answer_days),
        rebook_elsewhere=found.rebook_elsewhere,
        rebook_text=_rebook_text(found),
        other_units=", ".join(found.other_units),
        can_watch=found.can_watch,
        watch=found.watch,
        watch_notice_hours=str(found.watch_notice_hours),
        watch_minutes=str(found.watch_minutes),
        watch_a_day=str(found.watch_a_day),
        watch_text=_watch_text(found),
        may_change=found.may_change,
    )


def _rebook_text(found: ClinicSettings) -> str:
    if not found.other_units:
        return t("sv", "staff.settings.rebook_nowhere")
    key = "rebook_on" if found.rebook_elsewhere else "rebook_off"
    return t("sv", f"staff.settings.{key}", units=", ".join(found.other_units))


def _watch_text(found: ClinicSettings) -> str:
    if not found.watch:
        return t("sv", "staff.settings.watch_off")
    return t(
        "sv",
        "staff.settings.watch_on",
        notice=tn("sv", "staff.settings.hours", found.watch_notice_hours),
        minutes=found.watch_minutes,
        a_day=found.watch_a_day,
    )


def _case_types_text(found: ClinicSettings) -> str:
    if not found.case_types:
        return t("sv", "staff.settings.case_types_none")
    on = ", ".join(_case_type(kind) for kind in CaseTypeKind if kind in found.case_types)
    return t("sv", "staff.settings.case_types_on", on=on)


def _case_types_not(found: ClinicSettings) -> str:
    impossible = [_case_type(kind) for kind in CaseTypeKind if kind not in found.possible]
    return t("sv", "staff.settings.case_types_not", kinds=", ".join(impossible)) if impossible else ""


def _case_type(kind: CaseTypeKind) -> str:
    return t("sv", f"public.clinic.{kind}.title")
