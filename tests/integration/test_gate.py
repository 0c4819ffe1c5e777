"""The gate, in front of the framework's own event processor: who gets through, and what the others get."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import reflex as rx
from reflex.event import Event
from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import State, StateUpdate
from reflex.utils.format import format_event_handler
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext

from tests.world import World, build_world
from webtidbok_app.auth import sessions
from webtidbok_app.auth.gate import BURST, PER_SECOND, Gate, cookie_name
from webtidbok_app.auth.permissions import public, requires
from webtidbok_app.auth.principal import current
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import StaffRole
from webtidbok_app.domain.actor import Role, Staff
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.domain.errors import DatabaseBusy
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff.personal import StaffArrivalState
from webtidbok_app.state.staff.search import StaffSearchState

HERE = "/boka/testkliniken/besok"


class Client:
    """A browser tab: it keeps its token and cookie, and what the server sent."""

    def __init__(self, processor: BaseStateEventProcessor, cookie: str, token: str = "") -> None:
        self._processor = processor
        self.token = token or uuid4().hex
        self.cookie = cookie
        self.path = HERE
        self.updates: list[StateUpdate] = []

    async def fire(self, handler: Any, **payload: Any) -> None:
        """Send an event and wait until it, and all that came of it, has ended."""
        name = handler if isinstance(handler, str) else format_event_handler(handler)
        router = {
            "pathname": self.path,
            "asPath": self.path,
            "query": {},
            "token": self.token,
            "headers": {"cookie": f"other=1; {cookie_name()}={self.cookie}", "origin": "http://localhost"},
        }
        future = await self._processor.enqueue(
            self.token, Event(name=name, payload=payload, router_data=router)
        )
        await asyncio.wait_for(future.wait_all(), 5)

    @property
    def redirects(self) -> list[str]:
        """Where the server sent the tab."""
        return [
            event.payload["path"]
            for update in self.updates
            for event in update.events
            if event.name == "_redirect"
        ]

    @property
    def received(self) -> str:
        """Everything that was sent to the tab, as text."""
        return repr([update.delta for update in self.updates])


@dataclass
class Stage:
    """An application of five handlers, one for each kind of permission."""

    processor: BaseStateEventProcessor
    clients: list[Client]
    handlers: SimpleNamespace
    ran: list[tuple[str, Any]] = field(default_factory=list)

    def client(self, cookie: str = "", token: str = "") -> Client:
        """Open a tab."""
        client = Client(self.processor, cookie, token)
        self.clients.append(client)
        return client


def _declare(ran: list[tuple[str, Any]]) -> SimpleNamespace:
    class StageState(rx.State):
        secret: str = ""

        @rx.event
        @public
        async def open_to_all(self) -> None:
            ran.append(("open_to_all", current()))

        @rx.event
        @requires("resident")
        async def for_residents(self) -> None:
            ran.append(("for_residents", current()))
            self.secret = f"of {current().given_name}"

        @rx.event
        @requires("staff")
        async def for_staff(self) -> None:
            ran.append(("for_staff", current()))

        @rx.event
        @requires(Role.CLINIC_ADMIN)
        async def for_admins(self) -> None:
            ran.append(("for_admins", current()))

        @rx.event(background=True)
        @requires("resident")
        async def in_background(self) -> None:
            ran.append(("in_background", current()))

        async def undeclared(self) -> None:
            ran.append(("undeclared", current()))

        @public
        def set_secret(self, value: str) -> None:
            ran.append(("set_secret", current()))

    return SimpleNamespace(**StageState.event_handlers)


@asynccontextmanager
async def _stage(ticks: Callable[[], float] = time.monotonic) -> AsyncIterator[Stage]:
    """Run the application in a registration of its own, so that no other test sees its handlers."""
    with RegistrationContext.ensure_context().fork():
        ran: list[tuple[str, Any]] = []
        handlers = _declare(ran)
        app = rx.App()
        app.add_middleware(Gate(SessionState.fail, ticks))
        processor = BaseStateEventProcessor(middleware=app, backend_exception_handler=_raise)
        clients: list[Client] = []

        async def emit_update(update: StateUpdate, token: str) -> None:
            next(client for client in reversed(clients) if client.token == token).updates.append(update)

        processor.configure(
            state_manager=StateManagerMemory(), event_namespace=SimpleNamespace(emit_update=emit_update)
        )
        async with processor:
            yield Stage(processor, clients, handlers, ran)


def _raise(error: Exception) -> None:
    raise error


@pytest.fixture
async def world(database: Database, clock: FixedClock) -> World:
    """A clinic, and residents who may log in."""
    return await build_world(database)


async def _staff(world: World, role: Role) -> Staff:
    staff = Staff(f"SE2321000016-{role.name.replace('_', '')}", "Rita Test", role, world.clinic_id)
    async with world.database.write() as session:
        session.add(StaffRole(clinic_id=staff.clinic_id, hsa_id=staff.hsa_id, role=role))
    return staff


async def _cookie(world: World, who: str) -> str:
    if who == "resident":
        return await sessions.create(world.resident)
    if who in ("case_handler", "clinic_admin"):
        return await sessions.create(await _staff(world, Role(who)))
    return "no-such-session" if who == "bad cookie" else ""


EVERYBODY = ("anonymous", "bad cookie", "resident", "case_handler", "clinic_admin")
ALLOWED = {
    "open_to_all": EVERYBODY,
    "for_residents": ("resident",),
    "in_background": ("resident",),
    "for_staff": ("case_handler", "clinic_admin"),
    "for_admins": ("clinic_admin",),
    "undeclared": (),
    "setvar": (),
}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("handler", ALLOWED)
async def test_event__runs__only_for_whom_it_is_declared(world: World, who: str, handler: str) -> None:
    cookie = await _cookie(world, who)
    async with _stage() as stage:
        client = stage.client(cookie)
        await client.fire(State.hydrate_and_load)
        payload = {"var_name": "secret", "value": "x"} if handler == "setvar" else {}
        await client.fire(getattr(stage.handlers, handler), **payload)
    assert [name for name, _ in stage.ran] == ([handler] if who in ALLOWED[handler] else [])


async def test_handler__knows_its_actor__from_the_cookie(world: World) -> None:
    async with _stage() as stage:
        client = stage.client(await sessions.create(world.resident))
        await client.fire(State.hydrate_and_load)
        await client.fire(stage.handlers.for_residents)
        await client.fire(stage.handlers.in_background)
    assert stage.ran == [("for_residents", world.resident), ("in_background", world.resident)]


async def test_anonymous__is_sent_to_log_in__and_back(world: World) -> None:
    async with _stage() as stage:
        client = stage.client()
        client.path = "/en" + HERE + "?dag=2026-12-01"
        await client.fire(State.hydrate_and_load)
        await client.fire(stage.handlers.for_residents)
    assert client.redirects == ["/en/logga-in?vidare=/en/boka/testkliniken/besok%3Fdag%3D2026-12-01"]


async def test_wrong_role__is_told_so__with_a_reference(world: World) -> None:
    async with _stage() as stage:
        client = stage.client(await sessions.create(world.resident))
        await client.fire(State.hydrate_and_load)
        await client.fire(stage.handlers.for_staff)
    (redirect,) = client.redirects
    assert redirect.startswith("/logga-in?skal=behorighet&referens=")


async def test_undeclared__is_told_as_a_failure__without_its_payload_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with _stage() as stage:
        client = stage.client(await sessions.create(world.resident))
        await client.fire(State.hydrate_and_load)
        await client.fire(stage.handlers.setvar, var_name="secret", value="199001012385")
    assert "failure" in client.received
    assert "setvar" in caplog.text
    assert "199001012385" not in caplog.text


async def test_session_ended_in_another_tab__is_denied_at_once__and_the_tab_is_emptied(world: World) -> None:
    cookie = await sessions.create(world.resident)
    async with _stage() as stage:
        client = stage.client(cookie)
        await client.fire(State.hydrate_and_load)
        await client.fire(stage.handlers.for_residents)
        await sessions.end(sessions.hash_of(cookie))
        client.updates.clear()
        await client.fire(stage.handlers.for_residents)
        assert client.redirects == [f"/logga-in?skal=utgangen&vidare={HERE}"]
        assert (
            "'secret_rx_state_': ''" in client.received
        )  # the snapshot that follows holds nothing of theirs
    assert len(stage.ran) == 1


async def test_session_without_activity__ends__after_thirty_minutes(world: World, clock: FixedClock) -> None:
    async with _stage() as stage:
        client = stage.client(await sessions.create(world.resident))
        await client.fire(State.hydrate_and_load)
        clock.advance(timedelta(minutes=29))
        await client.fire(stage.handlers.for_residents)
        clock.advance(timedelta(minutes=30))
        await client.fire(stage.handlers.for_residents)
    assert len(stage.ran) == 1
    assert len(client.redirects) == 1


async def test_another_person_in_the_same_tab__sees_nothing__of_the_one_before(world: World) -> None:
    first, second = world.residents[0], world.residents[1]
    async with _stage() as stage:
        tab = stage.client(await sessions.create(first))
        await tab.fire(State.hydrate_and_load)
        await tab.fire(stage.handlers.for_residents)
        same_tab = stage.client(await sessions.create(second), token=tab.token)
        await same_tab.fire(State.hydrate_and_load)
    assert f"of {first.given_name}" in tab.received
    assert f"of {first.given_name}" not in same_tab.received


async def test_login_page_after_expiry__loads__instead_of_redirecting_to_itself(world: World) -> None:
    cookie = await sessions.create(world.resident)
    async with _stage() as stage:
        client = stage.client(cookie)
        await client.fire(State.hydrate_and_load)
        await sessions.end(sessions.hash_of(cookie))
        client.path = "/logga-in?skal=utgangen"
        await client.fire(stage.handlers.open_to_all)
        await client.fire(stage.handlers.open_to_all)
    assert client.redirects == []
    assert [name for name, _ in stage.ran] == ["open_to_all"]


async def test_late_event_of_the_page_before__on_the_login_page__is_dropped(world: World) -> None:
    """As of what was being typed when the session ended: another redirect would lose the way back."""
    cookie = await sessions.create(world.resident)
    async with _stage() as stage:
        client = stage.client(cookie)
        await client.fire(State.hydrate_and_load)
        await sessions.end(sessions.hash_of(cookie))
        await client.fire(stage.handlers.for_residents)
        client.path = f"/logga-in?skal=utgangen&vidare={HERE}"
        await client.fire(State.hydrate_and_load)
        await client.fire(stage.handlers.for_residents)
    assert client.redirects == [f"/logga-in?skal=utgangen&vidare={HERE}"]
    assert stage.ran == []


async def test_locked_database__is_told__and_nothing_is_done_or_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked(cookie: str, *, active: bool) -> None:
        raise DatabaseBusy

    cookie = await sessions.create(world.resident)
    async with _stage() as stage:
        client = stage.client(cookie)
        await client.fire(State.hydrate_and_load)
        with monkeypatch.context() as broken:
            broken.setattr(sessions, "look_up", locked)
            await client.fire(stage.handlers.for_residents)
            assert "failure" in client.received
            assert stage.ran == []
            await client.fire(State.hydrate_and_load)
        await client.fire(stage.handlers.for_residents)
    assert len(stage.ran) == 1
    assert client.redirects == []


async def test_flood__is_cut_off_and_told__and_goes_on_later(database: Database) -> None:
    seconds = 0.0
    async with _stage(lambda: seconds) as stage:
        client = stage.client()
        await client.fire(State.hydrate_and_load)
        client.updates.clear()
        for _ in range(BURST):
            await client.fire(stage.handlers.open_to_all)
        ran = len(stage.ran)
        assert ran < BURST
        assert client.received.count("Det gick för fort") == 1
        for _ in range(BURST):
            await client.fire(SessionState.fail, code="too_fast", reference="")
        assert client.received.count("Det gick för fort") == 1
        seconds = 1.0
        for _ in range(int(PER_SECOND)):
            await client.fire(stage.handlers.open_to_all)
        assert len(stage.ran) == ran + PER_SECOND - 1


async def test_arrival__empties_what_other_pages_showed__and_keeps_what_this_one_shows(world: World) -> None:
    async with _stage() as stage:
        client = stage.client(await sessions.create(await _staff(world, Role.CASE_HANDLER)))
        await client.fire(State.hydrate_and_load)
        await client.fire(StaffSearchState.search, form={"sok": "19 90"})
        assert "'typed_rx_state_': '19 90'" in client.received
        client.updates.clear()
        await client.fire(StaffArrivalState.forget, keep=["StaffSearchState"])
        assert "typed_rx_state_" not in client.received
        await client.fire(StaffArrivalState.forget, keep=[])
        assert "'typed_rx_state_': ''" in client.received
