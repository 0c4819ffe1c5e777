"""What the pages of taking times away say: of too many, of who is gone, of what is taken back, of whom to phone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from webtidbok_app.domain.errors import TooManyToRemove
from webtidbok_app.domain.removal import CallBecause, Choice
from webtidbok_app.domain.visit import ScheduleChangeKind
from webtidbok_app.services.removal_impact import AbsentChoice
from webtidbok_app.services.removed import RemovalDone, RemovedVisit
from webtidbok_app.services.schedule import PerformerChoice
from webtidbok_app.services.schedule_changes import Change, RemovalMark
from webtidbok_app.state.staff.changes import row_of
from webtidbok_app.state.staff.removal_view import done_view, performer_words, too_many

NOW = datetime(2026, 11, 23, 13, 2, tzinfo=UTC)
START = NOW + timedelta(days=1)
VISIT = RemovedVisit(
    UUID(int=1), Choice.MOVE, "a" * 32, "Skyddade uppgifter", True, "", "", START, START + timedelta(minutes=20),
    "Besök", "Anna Berg", "b" * 32, START, START, "Bo Ek", CallBecause.SOON, None, "", False,
)  # fmt: skip
DONE = RemovalDone(
    UUID(int=2), "Rita Test", NOW, NOW + timedelta(minutes=10), None, "", 1, START, 0, (VISIT,)
)


@pytest.mark.parametrize(
    ("facts", "body"),
    [
        (
            {"booked": 240, "times": 300, "most": 100},
            "Det är 240 bokade tider. Ta högst 100 åt gången: välj färre dagar eller en vårdgivare.",
        ),
        (
            {"booked": 3, "times": 4000, "most": 3000},
            "Det är 4000 tider. Ta högst 3000 åt gången: välj färre dagar eller en vårdgivare.",
        ),
    ],
)
def test_too_many__says_how_many__and_what_to_do(facts: dict[str, int], body: str) -> None:
    assert too_many(TooManyToRemove(**facts), "1").body == body


def test_performer_not_in_use__is_marked() -> None:
    anna = PerformerChoice(UUID(int=3), "Anna Berg", "sjuksköterska")
    assert performer_words(AbsentChoice(anna, active=True)) == "Anna Berg, sjuksköterska"
    gone = performer_words(AbsentChoice(anna, active=False))
    assert gone == "Anna Berg, sjuksköterska (används inte längre)"


def test_protected__is_phoned_by_way_of_the_booking_that_holds_now() -> None:
    [one] = done_view(DONE, NOW).phone
    assert (one.protected, one.phone, one.guardian) == (True, "", "")
    assert one.href == f"/personal/bokning/{'b' * 32}"
    [back] = done_view(replace(DONE, taken_back_at=NOW), NOW).phone
    assert back.href == f"/personal/bokning/{'a' * 32}"


def test_change__of_times_that_were_taken_back__says_so_and_when() -> None:
    change = Change(
        UUID(int=9), ScheduleChangeKind.WITHDRAW, "Anna Berg", NOW, 3, START, START, None, None,
        RemovalMark(UUID(int=2), None, 0, NOW + timedelta(minutes=4)),
    )  # fmt: skip
    row = row_of(change, NOW + timedelta(minutes=9))
    assert row.note == "Togs tillbaka kl.\xa014.06"
    assert row_of(replace(change, removal=None), NOW).note == ""
