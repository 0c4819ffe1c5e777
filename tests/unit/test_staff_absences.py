"""Who is away and when it is closed, told where it concerns what is shown."""

from datetime import date
from uuid import UUID

from webtidbok_app.services.deviations import Deviation
from webtidbok_app.services.schedule import PerformerChoice, Week
from webtidbok_app.state.staff.deviation_words import closed_note, note_beside

MONDAY, TUESDAY = date(2026, 12, 7), date(2026, 12, 8)
ANNA, OMAR = (
    PerformerChoice(UUID(int=number), name, "") for number, name in ((2, "Anna Berg"), (3, "Omar Lind"))
)
CLOSED = Deviation(MONDAY, MONDAY, "Planeringsdag")
AWAY = Deviation(MONDAY, TUESDAY, "Semester", performer_id=ANNA.id, performer=ANNA.name)
WEEK = Week("Kliniken", MONDAY, [ANNA, OMAR], [], {}, deviations=[CLOSED, AWAY])


def test_everybodys_times__all_who_are_away_are_told() -> None:
    assert note_beside(WEEK, MONDAY, "") == "Stängt: Planeringsdag. Anna Berg: Semester"
    assert note_beside(WEEK, TUESDAY, "") == "Anna Berg: Semester"


def test_one_performers_times__only_closing_and_their_own_absence_are_told() -> None:
    assert note_beside(WEEK, TUESDAY, str(ANNA.id)) == "Anna Berg: Semester"
    assert note_beside(WEEK, MONDAY, str(OMAR.id)) == "Stängt: Planeringsdag"
    assert note_beside(WEEK, TUESDAY, str(OMAR.id)) == ""


def test_a_week_without_times__says_why() -> None:
    assert closed_note(WEEK) == "Stängt: Planeringsdag"
    assert closed_note(WEEK, str(OMAR.id)) == "Stängt: Planeringsdag"
    assert closed_note(WEEK, str(ANNA.id)) == "Stängt: Planeringsdag. Anna Berg: Semester"
