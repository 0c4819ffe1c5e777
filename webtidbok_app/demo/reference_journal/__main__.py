"""Start the reference journal system on loopback."""

import argparse
import asyncio
import signal
from pathlib import Path

from webtidbok_app.demo.reference_journal.http import serve
from webtidbok_app.demo.reference_journal.journal import Journal
from webtidbok_app.demo.reference_journal.store import Store


async def main(port: int, database: Path) -> None:
    """Answer until the process is told to stop."""
    database.parent.mkdir(parents=True, exist_ok=True)
    stopped = asyncio.Event()
    for order in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(order, stopped.set)
    try:
        await serve(port, Journal(Store(str(database))).answer, stopped)
    except OSError as error:
        raise SystemExit(f"The reference journal system cannot use port {port}: {error.strerror}") from None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="reference_journal", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(main(given.port, given.database))
