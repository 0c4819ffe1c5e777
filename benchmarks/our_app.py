"""The program as it is served, which tells when a change of a timebook has been committed."""

from collections.abc import Iterable
from typing import Any

from benchmarks.stamp import stamp
from webtidbok_app.live.bus import Bus
from webtidbok_app.webtidbok_app import app as assembled

_publish = Bus.publish


def _stamp_and_publish(bus: Bus, topics: Iterable[Any]) -> None:
    if changed := list(topics):
        stamp()
        _publish(bus, changed)


def app() -> Any:
    """Return the application for the server."""
    Bus.publish = _stamp_and_publish  # type: ignore[method-assign]
    return assembled()
