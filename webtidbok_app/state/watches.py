"""Watching for a time: beginning, what is offered, and stopping."""

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, still_logged_in
from webtidbok_app.domain import clock
from webtidbok_app.domain.errors import (
    HoldExpired,
    InvalidInput,
    NotAllowed,
    NotFound,
    TermsNotAccepted,
)
from webtidbok_app.domain.swedish_time import PartOfDay, day_of
from webtidbok_app.i18n import t
from webtidbok_app.services.my_watches import (
    decline_watched_time,
    follow_watch,
    get_watch,
    stop_watch,
    take_watched_time,
)
from webtidbok_app.services.time_types import OldBooking
from webtidbok_app.services.watches import open_watch, start_watch
from webtidbok_app.state import addresses
from webtidbok_app.state.common import argument, attempt, lang_of, path_of, query
from webtidbok_app.state.flow import way_of
from webtidbok_app.state.input import parse_day, typed
from webtidbok_app.state.present.watches import watch_form_view, watch_view
from webtidbok_app.state.present.wishes import PART, PERFORMER
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.resident_views import WatchFormView, WatchView
from webtidbok_app.state.views import FieldProblem, Problem

PARTS = tuple(PartOfDay)
FIELDS = ("performer", "part", "first_day", "last_day")
"""The fields by name, in the order of the page."""

__all__ = ["PARTS", "WatchFormState", "WatchState"]


class WatchFormState(rx.State):
    """What can be watched for."""

    form: WatchFormView = WatchFormView()
    problems: list[FieldProblem] = []
    attempts: int = 0
    problem: Problem = Problem()
    stop: Problem = Problem()

    @rx.event
    @requires("resident")
    async def load(self) -> EventSpec | None:
        """Fetch what there is to choose; the clinic's terms come first where they are not accepted."""
        self.reset()
        way = way_of(self)
        opening = open_watch(current(), clinic=way.clinic, time_type=way.time_type)
        try:
            found = await attempt(opening, way.lang, let_through=(TermsNotAccepted,))
        except TermsNotAccepted:
            return way.to("villkor")
        if isinstance(found, Problem):
            self.stop = found
        else:
            self.form = watch_form_view(
                found, way.lang, performer=query(self, PERFORMER), part=query(self, PART)
            )
        return None

    @rx.event
    @requires("resident")
    async def submit(self, form: rx.form.FormData) -> EventSpec | None:
        """Begin to watch and show the watch, or say what to mend."""
        way, today = way_of(self), day_of(clock.now())
        self.problem, self.problems = Problem(), []
        self.attempts += 1
        starting = start_watch(
            current(),
            clinic=way.clinic,
            time_type=way.time_type,
            performer=typed(form, "performer"),
            part=typed(form, "part"),
            first_day=parse_day(typed(form, "first_day"), today=today),
            last_day=parse_day(typed(form, "last_day"), today=today),
        )
        try:
            watch = await attempt(starting, way.lang, let_through=(InvalidInput, TermsNotAccepted))
        except TermsNotAccepted:
            return way.to("villkor")
        except InvalidInput as error:
            self.problems = field_problems(error.problems, way.lang, order=FIELDS)
            return None
        if isinstance(watch, Problem):
            self.problem = watch
            return None
        return rx.redirect(addresses.watch(way.lang, way.clinic, watch))


class WatchState(rx.State):
    """One watch, as it is as long as the page is open."""

    watched: WatchView = WatchView()
    done: str = ""
    """What has just come true, in words."""
    announced: str = ""
    """What has come by itself, in words to be read aloud."""
    attempts: int = 0
    problem: Problem = Problem()
    stop: Problem = Problem()

    _shown: str = ""
    """The path of the watch that is shown."""

    @rx.event
    @requires("resident")
    async def load(self) -> None:
        """Fetch the watch in the address."""
        self.reset()
        lang = lang_of(self)
        found = await attempt(get_watch(current(), **self._where()), lang)
        if isinstance(found, Problem):
            self.stop = found
            return
        self._shown, self.watched = path_of(self), watch_view(found, lang, now=clock.now())

    @rx.event(background=True)
    @requires("resident")
    async def follow(self) -> None:
        """Keep the watch true as long as the page is open: a time is there when it comes."""
        async with self:
            here, lang = path_of(self), lang_of(self)
            where = self._where()
        try:
            async for found in follow_watch(current(), **where):
                if not await still_logged_in():
                    return
                async with self:
                    if path_of(self) != here:
                        return
                    view = watch_view(found, lang, now=clock.now())
                    if self._shown == here and view != self.watched:
                        self.watched = view
                        news = (view.title, view.reserved.when, view.reserved.until)
                        self.announced = ". ".join(part for part in news if part)
        except (NotAllowed, NotFound):
            return  # the page itself tells why there is nothing to follow

    @rx.event
    @requires("resident")
    async def take(self, offer: str, rebooks: str) -> EventSpec | None:
        """Choose the time that was shown, to book it or to exchange the booking ``rebooks`` for it."""
        self._begin()
        lang, where = lang_of(self), self._where()
        taking = take_watched_time(current(), **where, offer=offer)
        try:
            time_type = await attempt(taking, lang, let_through=(HoldExpired,))
        except HoldExpired:
            await self._fetch_again()
            title, body = t(lang, "watches.gone.title"), t(lang, "watches.gone.body")
            self.problem = Problem(title, body, key=str(self.attempts))
            return None
        if isinstance(time_type, Problem):
            self.problem = time_type
            return None
        clinic = where["clinic"]
        old = OldBooking(clinic, rebooks) if rebooks else None
        return rx.redirect(addresses.step(lang, clinic, time_type, "kontrollera", rebooks=old))

    @rx.event
    @requires("resident")
    async def decline(self, offer: str) -> None:
        """Let the time that was shown go to the next in line, and wait on."""
        self._begin()
        lang, shown = lang_of(self), self.watched.reserved
        declining = decline_watched_time(current(), **self._where(), offer=offer)
        answer = await attempt(declining, lang)
        if isinstance(answer, Problem):
            self.problem = answer
            return
        await self._fetch_again()
        if shown.id == offer:  # otherwise it had gone on by itself, and the page tells so
            self.done = t(lang, "watches.watch.news.declined", when=shown.when)

    @rx.event
    @requires("resident")
    async def stop_watching(self) -> None:
        """Watch no more."""
        self._begin()
        answer = await attempt(stop_watch(current(), **self._where()), lang_of(self))
        if isinstance(answer, Problem):
            self.problem = answer
            return
        await self._fetch_again()
        self.done = self.watched.title

    async def _fetch_again(self) -> None:
        found = await attempt(get_watch(current(), **self._where()), lang_of(self))
        if isinstance(found, Problem):
            self.problem = found
        else:
            self.watched = watch_view(found, lang_of(self), now=clock.now())

    def _where(self) -> dict[str, str]:
        return {"clinic": argument(self, "clinic"), "watch": argument(self, "watch")}

    def _begin(self) -> None:
        self.problem, self.done = Problem(), ""
        self.attempts += 1
