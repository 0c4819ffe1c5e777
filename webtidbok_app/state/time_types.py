"""What the visit is about: the time types of a clinic."""

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.services.clinics import get_clinic
from webtidbok_app.services.stops import why_stopped
from webtidbok_app.services.time_types import list_time_types, may_book
from webtidbok_app.state import addresses
from webtidbok_app.state.common import argument, attempt, lang_of
from webtidbok_app.state.present.clinics import clinic_view, time_type_view
from webtidbok_app.state.resident_views import ClinicView, TimeTypeView
from webtidbok_app.state.views import Problem


class TimeTypesState(rx.State):
    """The time types to choose among, those too that this resident may not book, with the reason."""

    info: ClinicView = ClinicView()
    time_types: list[TimeTypeView] = []
    stop: Problem = Problem()

    @rx.event
    @requires("resident")
    async def load(self) -> EventSpec | None:
        """Fetch them. Where there is nothing to choose among, go on to the times."""
        self.reset()
        lang, slug = lang_of(self), argument(self, "clinic")
        found = await attempt(list_time_types(current(), clinic=slug), lang, clinic=slug)
        if isinstance(found, Problem):
            self.stop = found
            return None
        clinic = await get_clinic(slug=slug)
        refusals = {
            time_type.id: why_stopped(clinic, time_type) or may_book(current(), time_type)
            for time_type in found
        }
        if len(found) == 1 and refusals[found[0].id] is None:
            return rx.redirect(addresses.step(lang, slug, found[0].id), replace=True)
        self.time_types = [
            time_type_view(time_type, lang, clinic=slug, refusal=refusals[time_type.id])
            for time_type in found
        ]
        self.info = clinic_view(clinic, lang)
        return None
