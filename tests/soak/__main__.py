"""Kill processes that book, rebook and send at random moments, and see that nothing is lost and nothing doubled."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ["WEBTIDBOK_DEMO"] = "true"  # before anything reads the settings: the demo's secrets will do

from tests.databases import PostgresDatabases, SqliteDatabases, postgres_server
from tests.soak.run import soak


def main() -> int:
    """Run, and tell what was found."""
    given = _arguments()
    failed = False
    for kind in given.databases:
        print(f"{kind}: {given.kills} processes will be killed", flush=True)
        with tempfile.TemporaryDirectory() as folder, _database(kind, Path(folder)) as url:
            verdict = soak(url, Path(folder), kills=given.kills)
        acts = ", ".join(f"{count} {act}" for act, count in sorted(verdict.acts.items()))
        print(f"{kind}: {acts} ({verdict.moved} to the other clinic); {verdict.messages} messages,", end=" ")
        print(f"{verdict.sent_again} letters sent again")
        print(
            "\n".join(verdict.wrong)
            or f"{kind}: nothing lost, nothing doubled, nothing told that did not happen"
        )
        failed |= bool(verdict.wrong)
    return int(failed)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield SqliteDatabases(folder).create()
        return
    with postgres_server() as server:
        databases = PostgresDatabases(server)
        url = databases.create()
        yield url
        databases.drop(url)
        databases.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument(
        "--databases", nargs="+", choices=("sqlite", "postgresql"), default=("sqlite", "postgresql")
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
