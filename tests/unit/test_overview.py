"""The week and the month counted by day, in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.services.schedule import PerformerChoice, ScheduleSlot, Week
from webtidbok_app.services.schedule_month import Month, Tally
from webtidbok_app.state.staff.overview import CROWD, is_crowd, month_table, tally_lines, week_overview
from webtidbok_app.state.staff.week_where import MONTH, Where, empty_words, read_month, steps_of

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
ANNA, OMAR = UUID(int=2), UUID(int=1)
SLOT = ScheduleSlot(
    UUID(int=3), NOW + timedelta(hours=1), NOW + timedelta(hours=2), "Nybesök", ANNA, "Anna Berg", VisitForm.ON_SITE, 1
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Tally(1, 1)),
        ({"booked": 1}, Tally(1, 0, 1)),
        ({"held": 1}, Tally(1, 0, 0, 1)),
        ({"places": 3, "booked": 1, "held": 1}, Tally(1, 1, 1, 1)),
        ({"places": 2, "booked": 3}, Tally(1, 0, 3)),
        ({"starts_at": NOW}, Tally(1)),
        ({"starts_at": NOW, "booked": 1}, Tally(1, 0, 1)),
        ({"withdrawn": True}, Tally()),
    ],
)
def test_tally__of_one_time(changes: dict[str, object], expected: Tally) -> None:
    assert Tally.of(replace(SLOT, **changes), NOW) == expected


@pytest.mark.parametrize(
    ("tally", "lines"),
    [
        (Tally(), ["Inga tider"]),
        (Tally(1, 1), ["1 ledig", "av 1 tid"]),
        (Tally(16, 12, 3, 1), ["12 lediga", "3 bokade", "1 reserverad", "av 16 tider"]),
        (Tally(4, 0, 3, 1), ["Fullt", "3 bokade", "1 reserverad", "av 4 tider"]),
        (Tally(4, 0, 3), ["3 bokade", "av 4 tider"]),
    ],
)
def test_tally__in_words(tally: Tally, lines: list[str]) -> None:
    assert tally_lines(tally) == lines


def test_crowd__is_counted_by_who_has_times() -> None:
    slots = [replace(SLOT, performer_id=UUID(int=number)) for number in range(CROWD)]
    assert is_crowd(slots)
    assert not is_crowd([*slots[1:], *slots[1:]])


def test_week_overview__a_row_for_all_and_one_for_each_who_has_times() -> None:
    other = replace(SLOT, id=UUID(int=4), performer_id=OMAR, performer="Omar Lind", booked=1)
    performers = [
        PerformerChoice(OMAR, "Omar Lind", "läkare"),
        PerformerChoice(ANNA, "Anna Berg", ""),
        PerformerChoice(UUID(int=9), "Vera Test", ""),
    ]
    week = Week("Kliniken", MONDAY, performers, [SLOT, other], {})
    table = week_overview(week, week.slots, NOW)
    assert [row.label for row in table.rows] == ["Alla", "Anna Berg", "Omar Lind, läkare"]
    assert [column.label for column in table.columns][2] == "ons 25"
    all_of_them, anna, omar = (row.tallies[2] for row in table.rows)
    assert (all_of_them.lines, all_of_them.href) == (
        ["1 ledig", "1 bokad", "av 2 tider"],
        "/personal?dag=2026-11-25",
    )
    assert (anna.state, anna.href) == ("free", f"/personal?dag=2026-11-25&vem={ANNA}")
    assert (omar.state, omar.name) == (
        "full",
        "Omar Lind, läkare, onsdag 25 november: Fullt, 1 bokad, av 1 tid",
    )
    assert table.rows[1].tallies[1].state == "none"
    assert table.rows[1].href == f"/personal?vecka=2026-W48&vy=vecka&vem={ANNA}"


def test_month_table__whole_weeks_from_monday_with_their_numbers() -> None:
    tallies = {
        (date(2026, 11, 24), ANNA): Tally(2, 0, 2),
        (date(2026, 11, 30), ANNA): Tally(2, 1, 1),
        (date(2026, 11, 30), OMAR): Tally(1, 1),
    }
    month = Month("Kliniken", date(2026, 11, 1), [], tallies, {date(2026, 11, 30): "Planeringsdag"})
    table = month_table(month, "", NOW)
    assert [row.label for row in table.rows] == [f"Vecka {number}" for number in range(44, 50)]
    assert table.caption == "November 2026, Kliniken"
    first, last = table.rows[0].tallies, table.rows[-1].tallies
    assert [tally.key for tally in first] == ["", "", "", "", "", "", "2026-11-01"]
    assert (last[0].lines[0], last[0].note, last[1].key) == ("2 lediga", "Planeringsdag", "")
    assert last[0].name == "måndag 30 november, Planeringsdag: 2 lediga, 1 bokad, av 3 tider"
    assert table.rows[4].tallies[1].state == "past"
    assert [tally.today for tally in table.rows[4].tallies].index(True) == 2
    theirs = month_table(month, str(OMAR), NOW).rows[-1].tallies[0]
    assert (theirs.lines, theirs.href) == (["1 ledig", "av 1 tid"], f"/personal?dag=2026-11-30&vem={OMAR}")


@pytest.mark.parametrize(
    ("asked", "day"),
    [({}, MONDAY), ({"manad": "2026-11"}, MONDAY), ({"manad": "2027-02"}, date(2027, 2, 1)), ({"manad": "x"}, MONDAY)],
)  # fmt: skip
def test_read_month__the_present_one_is_today(asked: dict[str, str], day: date) -> None:
    assert read_month(lambda name: asked.get(name, ""), today=MONDAY) == Where(MONTH, day)


def test_month__steps_over_the_year_and_tells_where_it_is_empty() -> None:
    steps = steps_of(Where(MONTH, date(2026, 12, 1), str(ANNA)), MONDAY)
    assert steps.previous_href == f"/personal/manad?manad=2026-11&vem={ANNA}"
    assert (steps.next_href, steps.now) == (f"/personal/manad?manad=2027-01&vem={ANNA}", False)
    assert steps_of(Where(MONTH, MONDAY), MONDAY).now
    assert empty_words(Where(MONTH, MONDAY), []) == "Inga publicerade tider den här månaden."
