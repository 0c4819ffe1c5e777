"""The gate in front of every event: what is not declared is denied.

Any connected client can fire any handler of any state with any payload, and can name any page. So the gate
asks the cookie who it is, each time; a page that is hidden or a button that is not drawn protects nothing.

When the one who acts is another than the one whose things the tab remembers, the tab forgets everything
before anything else happens. That is done at hydration alone, because only then is all of the tab's state
loaded; any other event is exchanged for one.
"""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

import reflex as rx
from reflex.app import App
from reflex.event import Event, EventSpec
from reflex.middleware.middleware import Middleware
from reflex.state import (
    BaseState,
    FrontendEventExceptionState,
    OnLoadInternalState,
    State,
    StateUpdate,
    UpdateVarsInternalState,
)
from reflex.utils.format import format_event_handler
from reflex_base.registry import RegistrationContext
from starlette.requests import cookie_parser

from webtidbok_app.auth import sessions
from webtidbok_app.auth.permissions import Permission, permission_of
from webtidbok_app.auth.principal import Login, key_of, set_login
from webtidbok_app.domain.actor import Staff
from webtidbok_app.domain.errors import NotAllowed, TooFast, Unavailable
from webtidbok_app.logs import report
from webtidbok_app.settings import get_settings

HYDRATION = frozenset(
    format_event_handler(State.event_handlers[name]) for name in ("hydrate", "hydrate_and_load")
)
FRAMEWORK = HYDRATION | frozenset(
    format_event_handler(state.event_handlers[name])
    for state, name in (
        (OnLoadInternalState, "on_load_internal"),
        (OnLoadInternalState, "set_is_hydrated"),
        (UpdateVarsInternalState, "update_vars_internal"),
        (FrontendEventExceptionState, "handle_frontend_exception"),
    )
)
"""The framework's own events, by their exact names. A prefix would let generated states of ours through."""
CHOOSE_COMMISSION = "/personal/uppdrag"
UNKNOWN = "?"
BURST, PER_SECOND = 240, 20.0
_MOST_BUCKETS = 50_000
_log = logging.getLogger(__name__)


class GateState(rx.State):
    """Whose things this tab remembers."""

    _key: str = ""


class Gate(Middleware):
    """Lets an event through, sends its sender to log in, or denies it.

    ``failed`` is the event that shows a failure, called with an error's code and the reference for support.
    """

    def __init__(
        self, failed: Callable[[str, str], EventSpec], ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._failed = failed
        self._failed_name = format_event_handler(failed)  # type: ignore[arg-type]
        self._buckets = Buckets(ticks)

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        """Return None to let ``event`` through, otherwise what to answer in its place."""
        set_login(None)
        if (answer := self._slow_down(state, event)) is not None:
            return answer
        if event.name == self._failed_name:
            return None  # it says that something is wrong, perhaps with the very look-up below
        memory = await state.get_state(GateState)
        try:
            live = await sessions.look_up(cookie_of(state), active=event.name not in FRAMEWORK)
            lost = live is None and await sessions.lost_its_role(cookie_of(state))
        except Unavailable as error:
            return self._in_the_dark(state, memory, event, error)
        login = live.login if live else None
        if (answer := _same_as_before(state, memory, event, login, lost=lost)) is not None:
            return answer
        if event.name not in FRAMEWORK:
            answer = self._ask(state, event, login, lost=lost)
            if answer is not None:
                return answer
        set_login(login, partial(_renew, cookie_of(state)))
        return None

    def _slow_down(self, state: BaseState, event: Event) -> StateUpdate | None:
        """Answer who sends too much: that it went too fast, as often as events may come, and otherwise nothing."""
        client, tells = state.router.session.client_token, event.name == self._failed_name
        if self._buckets.take(client, leave=0 if tells else 1):
            return None
        if tells or self._buckets.level(client) < 1:
            return StateUpdate()
        _log.warning("too many events from one client: %s", event.name)
        return _answer(self._failed(TooFast.code, ""))

    def _ask(self, state: BaseState, event: Event, login: Login | None, *, lost: bool) -> StateUpdate | None:
        permission = _permission_for(event.name)
        if permission is None:
            _log.error("denied, nothing declared: %s", event.name)
            return _answer(self._failed(NotAllowed.code, report(NotAllowed())))
        if permission.allows(login.actor if login else None):
            return None
        if login is None:  # late events of the page before are dropped, so that the way back to it is kept
            return StateUpdate() if _is_login_page(state) else _answer(_to_login(state, lost=lost))
        if isinstance(login.actor, Staff) and login.actor.role is None:
            return _answer(rx.redirect(f"{CHOOSE_COMMISSION}?vidare={quote(_here(state))}", replace=True))
        _log.warning("denied to %r: %s", login.actor, event.name)
        return _answer(_to_login(state, skal="behorighet", referens=report(NotAllowed())))

    def _in_the_dark(
        self, state: BaseState, memory: GateState, event: Event, error: Exception
    ) -> StateUpdate | None:
        """Answer when the database cannot say who it is: nothing is shown or done, and nothing is lost."""
        if event.name in HYDRATION:
            _forget(state, memory, UNKNOWN)
        return None if event.name in FRAMEWORK else _answer(self._failed(error.code, report(error)))  # type: ignore[attr-defined]


async def _renew(cookie: str) -> Login | None:
    live = await sessions.look_up(cookie, active=False)
    return live.login if live else None


def cookie_name() -> str:
    """Return the session cookie's name: over TLS its prefix makes the browser guard it."""
    return "__Host-webtidbok" if get_settings().https else "webtidbok"


def cookie_of(state: BaseState) -> str:
    """Return the session cookie that came with the tab's websocket, or an empty string."""
    return cookie_parser(state.router.headers.cookie).get(cookie_name(), "")


def _permission_for(event_name: str) -> Permission | None:
    # Every state also has a setvar, a second way in to its set_* methods. Nobody declares it, so it is denied.
    return permission_of(RegistrationContext.get().event_handlers[event_name].handler.fn)


def _same_as_before(
    state: BaseState, memory: GateState, event: Event, login: Login | None, *, lost: bool
) -> StateUpdate | None:
    key = key_of(login.actor if login else None)
    if memory._key == key:
        return None
    if event.name in HYDRATION:
        _forget(state, memory, key)
        return None
    if memory._key == UNKNOWN:  # hydrated, and emptied, when the database did not answer
        memory._key = key
        return None
    if login or _is_login_page(state):
        return _answer(State.hydrate_and_load)
    return _answer(State.hydrate, _to_login(state, skal="utgangen", lost=lost))


def _forget(state: BaseState, memory: GateState, key: str) -> None:
    state._get_root_state().reset()  # type: ignore[no-untyped-call]
    memory._key = key


def _to_login(state: BaseState, *, lost: bool = False, **query: str) -> EventSpec:
    """Return the way to the login page; it says so when the role is ``lost`` that there was."""
    if lost:
        query["skal"] = "andrad"
    parts = [f"{name}={quote(value)}" for name, value in query.items()]
    if not _is_login_page(state):
        parts.append(f"vidare={quote(_here(state))}")
    path = state.router.url.path
    prefix = "/en" if path == "/en" or path.startswith("/en/") else ""
    return rx.redirect(f"{prefix}/logga-in?{'&'.join(parts)}", replace=True)


def _here(state: BaseState) -> str:
    url = state.router.url
    return url.path + (f"?{url.query}" if url.query else "")


def _is_login_page(state: BaseState) -> bool:
    return state.router.url.path.rstrip("/").removeprefix("/en") == "/logga-in"


def _answer(*events: Any) -> StateUpdate:
    return StateUpdate(events=Event.from_event_type(list(events)))


class Buckets:
    """A token bucket for each client: a burst is fine, a flood is not."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, client: str, *, leave: int = 0) -> bool:
        """Take one token of ``client`` if there is one, and ``leave`` more. Returns whether there was."""
        level = self.level(client)
        allowed = level >= 1 + leave
        self._levels.pop(client, None)
        # last in the order: the first has been still the longest
        self._levels[client] = (level - allowed, self._ticks())
        if len(self._levels) > _MOST_BUCKETS:
            del self._levels[next(iter(self._levels))]
        return allowed

    def level(self, client: str) -> float:
        """Return how many tokens ``client`` has."""
        now = self._ticks()
        level, at = self._levels.get(client, (float(BURST), now))
        return min(BURST, level + (now - at) * PER_SECOND)
