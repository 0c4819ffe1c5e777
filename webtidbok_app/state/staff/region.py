"""The clinics of the superadmin's region, with their administrators."""

from urllib.parse import quote

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.actor import Role
from webtidbok_app.i18n import t, tn
from webtidbok_app.services.permissions import AdministeredClinic, RegionClinics, list_region_clinics
from webtidbok_app.state.addresses import with_query
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import typed
from webtidbok_app.state.staff.views import RegionClinicRow
from webtidbok_app.state.views import Problem

CLINICS = "/personal/mottagningar"
WORDS_MAX = 100


class StaffRegionState(rx.State):
    """The clinics that are looked for."""

    region: str = ""
    words: str = ""
    found: str = ""
    clinics: list[RegionClinicRow] = []
    problem: Problem = Problem()

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def load(self) -> None:
        """Find the clinics for the address' ``sok``."""
        self.reset()
        self.words = query(self, "sok").strip()[:WORDS_MAX]
        found = await attempt(list_region_clinics(current(), words=self.words), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.region, self.found = found.region, _found(found, self.words)
        self.clinics = [_row(one) for one in found.clinics]

    @rx.event
    @requires(Role.REGION_ADMIN)
    async def search(self, form: rx.form.FormData) -> EventSpec:
        """Put the search in the address, so that one can come back to it."""
        return rx.redirect(with_query(CLINICS, sok=typed(form, "sok")[:WORDS_MAX]))


def clinic_page(slug: str) -> str:
    """Return the address of the superadmin's page about a clinic."""
    return f"{CLINICS}/{quote(slug, safe='')}"


def _found(found: RegionClinics, words: str) -> str:
    if found.only_near:
        return t("sv", "permissions.clinics.near", words=words)
    return tn("sv", "permissions.clinics.count", len(found.clinics))


def _row(clinic: AdministeredClinic) -> RegionClinicRow:
    names = ", ".join(clinic.administrators)
    return RegionClinicRow(
        slug=clinic.slug,
        name=clinic.name,
        city=clinic.city,
        administrators=names or t("sv", "permissions.clinics.nobody"),
        none=not names,
        href=clinic_page(clinic.slug),
        link_name=t("sv", "permissions.clinics.open_name", clinic=clinic.name),
    )
