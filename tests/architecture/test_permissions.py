"""Every event handler of the assembled application says who may fire it."""

from collections.abc import Iterator

from reflex_base.registry import RegisteredEventHandler, RegistrationContext

from webtidbok_app.auth.gate import FRAMEWORK, Gate
from webtidbok_app.auth.permissions import permission_of
from webtidbok_app.webtidbok_app import app


def _handlers() -> Iterator[tuple[str, RegisteredEventHandler]]:
    """Give all that a client can fire, but what the framework's own states hold and what other tests declare.

    Of the framework's own the gate lets a few through by name; the rest declare nothing and are denied.
    """
    for name, registered in RegistrationContext.get().event_handlers.items():
        others = any(state.__module__.startswith(("reflex.state", "tests.")) for state in registered.states)
        if not others and registered.handler.fn.__name__ != "setvar":
            yield name, registered


def test_every_handler__declares_a_permission() -> None:
    assert [name for name, registered in _handlers() if permission_of(registered.handler.fn) is None] == []


def test_there_are_handlers_to_look_at() -> None:
    found = [name for name, _ in _handlers()]
    assert any("session_state.load" in name for name in found)
    assert len(found) > 10


def test_the_gate__stands_before_every_event() -> None:
    first, *_ = app._middlewares
    assert isinstance(first, Gate)


def test_no_handler_of_ours__is_taken_for_the_frameworks() -> None:
    registered = RegistrationContext.get().event_handlers
    owners = {state.__module__ for name in FRAMEWORK for state in registered[name].states}
    assert owners == {"reflex.state"}
