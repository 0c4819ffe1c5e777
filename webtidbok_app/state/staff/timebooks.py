"""Which timebook each clinic of the superadmin's region has."""

from urllib.parse import quote

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.actor import Role
from webtidbok_app.i18n import t
from webtidbok_app.services.connections import ClinicTimebook, list_timebooks
from webtidbok_app.state.common import attempt
from webtidbok_app.state.staff.connection_views import TimebookRow
from webtidbok_app.state.views import Problem

PAGE = "/personal/tidbocker"


class StaffTimebooksState(rx.State):
    """The clinics, each with its timebook."""

    region: str = ""
    clinics: list[TimebookRow] = []
    problem: Problem = Problem()

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def load(self) -> None:
        """Show them."""
        self.reset()
        found = await attempt(list_timebooks(current()), "sv")
        if isinstance(found, Problem):
            self.problem = found
        else:
            self.region, self.clinics = found.region, [_row(one) for one in found.clinics]


def page_of(clinic: str, *, switch: bool = False) -> str:
    """Return the page of a clinic's connection, or the step that turns it on or off."""
    return f"{PAGE}/{quote(clinic, safe='')}{'/byt' if switch else ''}"


def _row(clinic: ClinicTimebook) -> TimebookRow:
    state, kind = _state(clinic)
    return TimebookRow(
        slug=clinic.slug,
        name=clinic.name,
        city=clinic.city,
        timebook=t("sv", f"staff.timebooks.{state}"),
        kind=kind,
        href=page_of(clinic.slug),
        link_name=t("sv", "staff.timebooks.open_name", name=clinic.name),
    )


def _state(clinic: ClinicTimebook) -> tuple[str, str]:
    if clinic.connected:
        return "connected", "ok"
    if not clinic.prepared:
        return "standalone", "neutral"
    return ("tested", "neutral") if clinic.passed else ("prepared", "warn")
