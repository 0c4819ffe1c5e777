"""``seal`` or ``verify`` the access log from outside the server.

    python -m webtidbok_app.access_log verify            tells all that is wrong; exit code 1 when anything is
    python -m webtidbok_app.access_log verify earlier    … and that what an earlier output names is still there
    python -m webtidbok_app.access_log seal              seals what the server has not, as when it has been stopped

The last lines of ``verify`` name the newest seal of each chain. Kept where nobody can change them, they show when the
end of a chain has been cut off.
"""

import asyncio
import re
import sys
from pathlib import Path
from uuid import UUID

from webtidbok_app.db.engine import get_database
from webtidbok_app.services.log_seals import seal_log
from webtidbok_app.services.log_verification import Head, Verdict, verify_log

_HEAD = re.compile(r"(?m)^seal ([0-9a-f]{32}) (\d+) ([0-9a-f]{64})\b")


def heads_in(output: str) -> list[Head]:
    """Return the newest seals that an earlier output names."""
    return [Head(UUID(chain), int(number), mac) for chain, number, mac in _HEAD.findall(output)]


def told(verdict: Verdict) -> str:
    """Return the verdict, line by line."""
    summary = "something is wrong" if verdict.findings else "all as they were written"
    return "\n".join(
        [
            *verdict.findings,
            f"{verdict.lines} lines, {summary}",
            *(
                f"seal {head.chain.hex} {head.number} {head.mac} {verdict.names[head.chain]}"
                for head in verdict.heads
            ),
        ]
    )


async def main(command: str, *earlier: str) -> int:
    """Do it, and return the exit code. ``earlier`` are outputs of ``verify``."""
    database = get_database()
    try:
        if command == "seal":
            while await seal_log(database):
                pass
            return 0
        verdict = await verify_log(
            database, earlier=[head for output in earlier for head in heads_in(output)]
        )
        print(told(verdict))
        return 1 if verdict.findings else 0
    finally:
        await database.dispose()


if __name__ == "__main__":
    if sys.argv[1:2] not in (["seal"], ["verify"]):
        raise SystemExit(__doc__)
    outputs = [Path(name).read_text("utf-8") for name in sys.argv[2:]]
    raise SystemExit(asyncio.run(main(sys.argv[1], *outputs)))
