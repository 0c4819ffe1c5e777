"""The program and the bare application, each in a server process of its own, on databases of the same kind."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bare_app.app import STATEMENTS
from benchmarks.stamp import STAMP
from scripts import dev


@dataclass(frozen=True)
class Server:
    """A running server: its port, and the file with the moment of its last commit."""

    port: int
    stamp: Path


@contextmanager
def serving(
    app: str, database_url: str, folder: Path, statements: Path | None = None, *, pages: bool = False
) -> Iterator[Server]:
    """Run ``app`` (``module:name``) as in production, with or without its pages."""
    port = dev.free_port()
    stamp = folder / f"stamp-{port}"
    environment = {
        **dev.server_environment(port),
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true" if pages else "false",
        "WEBTIDBOK_DATABASE_URL": database_url,
        STAMP: str(stamp),
        STATEMENTS: str(statements or ""),
    }
    command = [*dev.server_command(port)[:-1], app]
    with (
        (folder / f"server-{port}.log").open("w", encoding="utf-8") as log,
        dev.started(command, env=environment, output=log) as process,
    ):
        wait_for(port, process)
        yield Server(port, stamp)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when somebody listens. Raises RuntimeError when nobody does within a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start; its log stands beside the database")
