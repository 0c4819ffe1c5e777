"""What the staff's pages make of what is typed and of what the schedule holds."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.services.schedule import PerformerChoice, ScheduleSlot, Week
from webtidbok_app.state.staff_pattern import problems_in_words, to_pattern
from webtidbok_app.state.staff_views import PublishForm
from webtidbok_app.state.staff_week_view import cell_of, impact_of, list_of, parse_week, table_of, week_href

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEEKLY = PublishForm(
    time_type=str(UUID(int=1)),
    performer=str(UUID(int=2)),
    visit_form="video",
    minutes="20",
    places="2",
    first_day="30/11",
    last_day="2026-12-18",
    from_time="8",
    to_time="11.40",
)
ONCE = replace(WEEKLY, kind="once", day="2026-12-03", start_time="23.40")
SLOT = ScheduleSlot(
    id=UUID(int=3),
    starts_at=NOW + timedelta(hours=1),
    ends_at=NOW + timedelta(hours=1, minutes=20),
    time_type="Nybesök",
    performer_id=UUID(int=2),
    performer="Anna Berg",
    visit_form=VisitForm.ON_SITE,
    places=1,
)


def week_of(*slots: ScheduleSlot, holidays: dict[date, str] | None = None) -> Week:
    return Week(
        "Kliniken", TODAY, [PerformerChoice(UUID(int=2), "Anna Berg", "")], list(slots), holidays or {}
    )


def test_to_pattern__weekly__reads_every_field() -> None:
    pattern, codes = to_pattern(WEEKLY, today=TODAY)
    assert codes == {}
    assert pattern is not None
    assert (pattern.first_day, pattern.last_day) == (date(2026, 11, 30), date(2026, 12, 18))
    assert (pattern.from_time, pattern.to_time, pattern.length_minutes) == (time(8), time(11, 40), 20)
    assert (pattern.weekdays, pattern.places, pattern.skip_holidays) == (frozenset(range(5)), 2, True)
    assert pattern.visit_form is VisitForm.VIDEO
    assert not pattern.leave_out_clashes


def test_to_pattern__one_time__is_one_day_with_room_for_one_also_to_midnight() -> None:
    pattern, _ = to_pattern(ONCE, today=TODAY)
    assert pattern is not None
    assert pattern.first_day == pattern.last_day == date(2026, 12, 3)
    assert (pattern.weekdays, pattern.from_time, pattern.to_time) == (frozenset({3}), time(23, 40), time(0))
    assert not pattern.skip_holidays  # whoever names the day means it


def test_to_pattern__one_time_past_midnight__is_refused() -> None:
    assert to_pattern(replace(ONCE, minutes="21"), today=TODAY) == (None, {"start_time": "past_midnight"})


def test_to_pattern__nothing_filled_in__tells_everything_at_once_in_the_order_of_the_page() -> None:
    form = PublishForm(weekdays=[], places="")
    pattern, codes = to_pattern(form, today=TODAY)
    assert pattern is None
    assert [problem.field for problem in problems_in_words(codes, form, today=TODAY)] == [
        "time_type", "performer", "visit_form", "minutes", "places", "weekdays",
        "from_time", "to_time", "first_day", "last_day",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "forged"}, {"kind": "kind"}),
        ({"time_type": "forged"}, {"time_type": "time_type_missing"}),
        ({"visit_form": "forged"}, {"visit_form": "visit_form_missing"}),
        ({"minutes": "tjugo"}, {"minutes": "minutes"}),
        ({"places": "-1"}, {"places": "places"}),
        ({"last_day": "30 februari"}, {"last_day": "day_format"}),
        ({"to_time": "tolv"}, {"to_time": "time_format"}),
    ],
)
def test_to_pattern__what_cannot_be_read__is_told_at_its_field(
    changes: dict[str, str], expected: dict[str, str]
) -> None:
    form = replace(WEEKLY, **changes)
    pattern, codes = to_pattern(form, today=TODAY)
    assert (pattern, codes) == (None, expected)
    assert problems_in_words(codes, form, today=TODAY)[0].text


def test_problems__of_one_time__stand_at_the_fields_that_it_has() -> None:
    codes = {"first_day": "first_day_passed", "to_time": "to_time_too_early"}
    assert [one.field for one in problems_in_words(codes, ONCE, today=TODAY)] == ["day", "start_time"]


@pytest.mark.parametrize(
    ("changes", "state", "text", "selectable"),
    [
        ({}, "free", "Publicerad", True),
        ({"held": 1}, "held", "Reserverad", False),
        ({"booked": 1, "initials": ["A. B."]}, "booked", "Bokad · A. B.", False),
        ({"places": 12}, "free", "Publicerad", True),
        ({"places": 12, "booked": 3}, "free", "3/12 bokade", False),
        ({"places": 12, "booked": 3, "held": 1}, "free", "3/12 bokade, 1 reserverade", False),
        ({"places": 12, "booked": 12}, "booked", "Full 12/12", False),
        ({"starts_at": NOW}, "past", "Passerad", False),
        ({"starts_at": NOW, "booked": 1, "initials": ["A. B."]}, "past", "Passerad · Bokad · A. B.", False),
    ],
)
def test_cell__each_state__is_told_in_words(
    changes: dict[str, object], state: str, text: str, selectable: bool
) -> None:
    cell = cell_of(replace(SLOT, **changes), NOW)
    assert (cell.state, cell.text, cell.selectable) == (state, text, selectable)
    assert text in cell.name
    assert "måndag 23 november" in cell.name


def test_table__row_for_each_start_and_the_weekend_only_with_times() -> None:
    later = replace(SLOT, id=UUID(int=4), starts_at=SLOT.starts_at + timedelta(minutes=20))
    saturday = replace(SLOT, id=UUID(int=5), starts_at=SLOT.starts_at + timedelta(days=5))
    table = table_of(week_of(SLOT, later), [SLOT, later], NOW)
    assert [row.label for row in table.rows] == ["11.00", "11.20"]
    assert [column.label for column in table.columns] == ["mån 23", "tis 24", "ons 25", "tors 26", "fre 27"]
    assert table.caption == "Vecka 48, 23–29 november 2026, Kliniken"
    assert len(table_of(week_of(saturday), [saturday], NOW).columns) == 6


def test_list__two_at_the_same_time__both_stand_there_and_holidays_are_named() -> None:
    other = replace(SLOT, id=UUID(int=6), performer="Omar Lind")
    days = list_of(week_of(SLOT, other, holidays={TODAY: "Helgdag"}), [SLOT, other], NOW)
    assert [cell.id for cell in days[0].cells] == [str(SLOT.id), str(other.id)]
    assert (days[0].note, days[0].selectable, days[1].selectable) == ("Helgdag", True, False)


def test_impact__some_got_booked_meanwhile__counts_only_the_free() -> None:
    booked = replace(SLOT, id=UUID(int=7), booked=1)
    impact = impact_of([SLOT, booked], NOW, "1")
    assert impact.title == "Du drar tillbaka 1 tid"
    assert "hann bli bokad" in impact.body
    assert len(impact.rows) == 1


def test_impact__all_got_booked__has_nothing_to_confirm() -> None:
    assert impact_of([replace(SLOT, booked=1)], NOW, "1").confirm == ""


@pytest.mark.parametrize("text", ["", "2026-W54", "2026-49", "W49", "9999-W52", "0001-W01", "2026-W49x"])
def test_parse_week__what_is_no_week__is_none(text: str) -> None:
    assert parse_week(text) is None


def test_week_href__new_years_day__is_in_the_iso_week_and_read_back() -> None:
    href = week_href(date(2027, 1, 1))
    assert href == "/personal?vecka=2026-W53"
    assert parse_week(href.split("=")[1]) == date(2026, 12, 28)
