"""What of the free times a resident wishes to see: whom, how, which days. The address keeps it."""

from datetime import date

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.services.free_times import Choices, Wish, find_choices
from webtidbok_app.state.addresses import with_query
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.flow import way_of
from webtidbok_app.state.input import ticked, typed
from webtidbok_app.state.present.month import parse_day
from webtidbok_app.state.present.wishes import FORM as FORM_FIELD
from webtidbok_app.state.present.wishes import PART, PERFORMER, WEEKDAYS, read_wish, wish_query, wish_view
from webtidbok_app.state.resident_views import WishView
from webtidbok_app.state.views import Problem

DAY = "dag"
"""The parameter of the address that names the one day to show."""


class TimesWished(rx.State, mixin=True):
    """The wish and the day in the address, and the form that changes them."""

    wish: WishView = WishView()

    _wish: Wish = Wish()

    @rx.event
    @requires("resident")
    async def show_all(self) -> EventSpec:
        """Show the days from today on again, after one day was chosen."""
        return self._to(None)

    @rx.event
    @requires("resident")
    async def choose_day(self, iso: str) -> EventSpec | None:
        """Show the times of one day only. The address keeps it."""
        day = parse_day(iso)
        return self._to(day) if day else None

    @rx.event
    @requires("resident")
    async def apply_wish(self, form: rx.form.FormData) -> EventSpec:
        """Show the times that are as wished. The address keeps the wish."""
        asked = {name: typed(form, name) for name in (PERFORMER, FORM_FIELD, PART)}
        asked[WEEKDAYS] = ",".join(ticked(form, WEEKDAYS))
        return self._to(None, read_wish(lambda name: asked.get(name, "")))

    @rx.event
    @requires("resident")
    async def forget_wish(self) -> EventSpec:
        """Show all times again."""
        return self._to(None, Wish())

    def _day(self) -> date | None:
        """Return the one day to show, if the address names one."""
        return parse_day(query(self, DAY))

    def _to(self, day: date | None, wish: Wish | None = None) -> EventSpec:
        asked = wish_query(self._wish if wish is None else wish)
        return rx.redirect(with_query(way_of(self).address(""), **asked, dag=day.isoformat() if day else ""))

    async def _show_wish(self) -> None:
        way = way_of(self)
        found = await attempt(find_choices(current(), **way.asked), way.lang)
        choices = Choices([], []) if isinstance(found, Problem) else found
        self.wish = wish_view(self._wish, choices, way.lang)
