"""The clinic's settings."""

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.i18n import t
from webtidbok_app.services import clinic_settings
from webtidbok_app.services.clinic_settings import HOLD_MINUTES, ClinicSettings
from webtidbok_app.state.common import attempt
from webtidbok_app.state.input import parse_count, typed
from webtidbok_app.state.staff.views import Outcome, SettingsView
from webtidbok_app.state.views import FieldProblem, Problem

_NO_NUMBER = 0


class StaffSettingsState(rx.State):
    """How long a chosen time is held."""

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


def _in_words(found: ClinicSettings) -> SettingsView:
    return SettingsView(
        clinic=found.clinic,
        hold_minutes=str(found.hold_minutes),
        hold_text=t("sv", "staff.settings.hold_now", minutes=found.hold_minutes),
        may_change=found.may_change,
    )
