"""A journal system that does not answer is left alone for a while, so that nobody waits for it in vain."""

import time

FAILURES = 5
"""How many calls in a row fail before it is left alone."""
SECONDS_ALONE = 15.0


class Breaker:
    """Lets calls through while they succeed; after ``most`` failures in a row none, but for one trial now and then."""

    def __init__(self, most: int = FAILURES) -> None:
        self._most = most
        self._failures = 0
        self._closed_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are refused now."""
        return self._failures >= self._most and time.monotonic() < self._closed_at

    def lets_through(self) -> bool:
        """Whether a call may be made. Who is let through after the pause is the trial: others wait for its fate."""
        if self.is_open:
            return False
        if self._failures >= self._most:
            self._closed_at = time.monotonic() + SECONDS_ALONE
        return True

    def note(self, *, success: bool) -> None:
        """Note how a call went."""
        self._failures = 0 if success else self._failures + 1
        if self._failures >= self._most:
            self._closed_at = time.monotonic() + SECONDS_ALONE
