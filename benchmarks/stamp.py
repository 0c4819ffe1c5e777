"""The moment of a commit, told by a server process to the one that measures. Both read the machine's one clock."""

import os
import time
from pathlib import Path

STAMP = "BENCH_STAMP"
"""In the environment: the file that the moment is written to."""


def stamp() -> None:
    """Write down that it happened now."""
    Path(os.environ[STAMP]).write_text(repr(time.monotonic()), encoding="ascii")


def stamped(file: Path) -> float:
    """Return when it happened last, on the monotonic clock."""
    return float(file.read_text(encoding="ascii"))
