"""How a call can fail, and which failures mean for certain that nothing was done (docs/adr/0030)."""

import re

from webtidbok_app.rivta.soap import Fault

NEVER_LEFT = "not_connected"
QUEUE = "queue"
"""So many others wait for the journal system that its turn never came."""
OPEN = "breaker_open"
TIMEOUT = "timeout"
CUT = "cut"
MALFORMED = "malformed"
FAULT = "fault"
"""The journal system's own fault."""
FOR_WANT_OF_A_ROUTE = frozenset({"VP004", "VP007"})
"""No route, or no right, for the contract at the address: a capability that is not there (facts 1.6)."""
_PLATFORM = re.compile(r"\s*(VP0(?:0[1-9]|1[0-5]))\s*\[")
"""``VP0nn [platform] text``, as the platform writes it. A journal system's own fault may quote one further in."""
_STOPPED_ON_THE_WAY = frozenset({401, 403, 404, 405, 413})
SHOWS_LIFE = FOR_WANT_OF_A_ROUTE | {FAULT}
"""Somebody answered as they should, if not what was wished."""


class CallFailed(Exception):
    """A call brought no proper answer. ``failure`` is a stable code for log and staff, and holds nothing personal.

    It is the platform's own code (VP001–VP015), ``http_503`` and the like, or one of the words above. ``not_done``:
    the journal system has certainly not done what was asked.
    """

    def __init__(self, failure: str, *, not_done: bool, fault: Fault | None = None) -> None:
        super().__init__(failure)
        self.failure, self.not_done, self.fault = failure, not_done, fault

    @property
    def is_of_client(self) -> bool:
        """Whether the journal system itself says that what it was asked cannot be answered (faultcode Client)."""
        return self.failure == FAULT and self.fault is not None and self.fault.code == "Client"


def of_fault(fault: Fault) -> CallFailed:
    """Return what a SOAP fault means: one of the platform's by its code, or the journal system's own."""
    found = _PLATFORM.match(fault.text)
    if found is None:
        return CallFailed(FAULT, not_done=False, fault=fault)
    return CallFailed(found[1], not_done=found[1] != "VP009", fault=fault)


def of_status(status: int) -> CallFailed:
    """Return what an answer without an envelope means, by its HTTP status."""
    return CallFailed(f"http_{status}", not_done=status in _STOPPED_ON_THE_WAY)
