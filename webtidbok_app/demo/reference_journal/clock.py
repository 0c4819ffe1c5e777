"""What time it is here: the machine's, or what a test has set."""

from datetime import datetime
from zoneinfo import ZoneInfo

SWEDEN = ZoneInfo("Europe/Stockholm")


class Clock:
    """Swedish local time without an offset, as the contracts have it."""

    def __init__(self) -> None:
        self.standing: datetime | None = None

    def now(self) -> datetime:
        """Return the moment."""
        return (self.standing or datetime.now(SWEDEN)).replace(tzinfo=None, microsecond=0)

    def set(self, moment: str | None) -> None:
        """Stand still at an ISO moment with an offset; None goes on with the machine's."""
        self.standing = datetime.fromisoformat(moment).astimezone(SWEDEN) if moment else None
