"""The program as it is served, which tells when a change of a timebook has been committed."""

from collections.abc import Iterable
from typing import Any

from benchmarks.stamp import stamp
from webtidbok_app.live.bus import Topic, bus
from webtidbok_app.webtidbok_app import app as assembled


def app() -> Any:
    """Return the application for the server."""
    publish = bus.publish

    def stamp_and_publish(topics: Iterable[Topic]) -> None:
        if changed := list(topics):
            stamp()
            publish(changed)

    bus.publish = stamp_and_publish  # type: ignore[method-assign]
    return assembled()
