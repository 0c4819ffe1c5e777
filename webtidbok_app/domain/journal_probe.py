"""How a journal system answered a test call."""

from collections.abc import Iterable
from dataclasses import dataclass

NOT_TRIED = "not_tried"
"""Nobody answered the first call, so that this one was not made."""


@dataclass(frozen=True)
class Probed:
    """How one contract answered. ``failure`` is a stable code, empty when it works."""

    contract: str
    failure: str
    milliseconds: int
    needed: bool
    """The clinic cannot be connected without it."""


def passes(report: Iterable[Probed]) -> bool:
    """Whether there was a test call and everything answered that has to."""
    found = list(report)
    return bool(found) and not any(one.failure for one in found if one.needed)
