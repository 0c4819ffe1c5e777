"""What the staff's pages make of what is typed and of what the schedule holds."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from webtidbok_app.domain.errors import ScheduleChanged
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.services.schedule import LastChange, PerformerChoice, ScheduleSlot, Week
from webtidbok_app.state.staff.pattern import problems_in_words, to_pattern
from webtidbok_app.state.staff.views import PublishForm
from webtidbok_app.state.staff.week_view import (
    added,
    cell_of,
    day_table,
    days_of,
    followed,
    last_change_of,
    parse_week,
    since_drawn,
    week_href,
    week_table,
    within,
)
from webtidbok_app.state.staff.week_where import (
    Where,
    empty_words,
    performers_of,
    read_where,
    steps_of,
    ways_of,
)
from webtidbok_app.state.staff.withdraw_view import changed_words, impact_of, lost_words, withdrawn_words

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
        ({}, "free", "Ledig", True),
        ({"held": 1}, "held", "Reserverad", False),
        ({"booked": 1, "initials": ["A. B."]}, "booked", "Bokad · A. B.", True),
        ({"places": 12}, "free", "Ledig", True),
        ({"places": 12, "booked": 3}, "free", "3/12 bokade", True),
        ({"places": 12, "booked": 3, "held": 1}, "free", "3/12 bokade, 1 reserverade", False),
        ({"places": 12, "booked": 12}, "booked", "Full 12/12", True),
        ({"withdrawn": True}, "withdrawn", "Borttagen", False),
        ({"starts_at": NOW}, "past", "Passerad", False),
        ({"starts_at": NOW, "booked": 1, "initials": ["A. B."]}, "past", "Passerad · Bokad · A. B.", False),
    ],
)
def test_cell__each_state__is_told_in_words(
    changes: dict[str, object], state: str, text: str, selectable: bool
) -> None:
    cell = cell_of(replace(SLOT, **changes), NOW)
    assert (cell.state, cell.text, cell.selectable) == (state, text, selectable)
    assert cell.free == (selectable and not changes.get("booked"))
    hour = "10.00" if changes.get("starts_at") == NOW else "11.00"
    assert cell.name == f"mån 23 nov {hour}, {text}, Nybesök, Anna Berg"
    assert cell.boxed == selectable


def test_cell__that_was_free__keeps_its_box() -> None:
    cell = cell_of(replace(SLOT, held=1), NOW, boxed={str(SLOT.id)})
    assert (cell.boxed, cell.selectable) == (True, False)


def test_table__row_for_each_start_and_the_weekend_only_with_times() -> None:
    later = replace(SLOT, id=UUID(int=4), starts_at=SLOT.starts_at + timedelta(minutes=20))
    saturday = replace(SLOT, id=UUID(int=5), starts_at=SLOT.starts_at + timedelta(days=5))
    table = week_table(week_of(SLOT, later), [SLOT, later], NOW)
    assert [row.label for row in table.rows] == ["11.00", "11.20"]
    assert [column.label for column in table.columns] == ["mån 23", "tis 24", "ons 25", "tors 26", "fre 27"]
    assert table.caption == "Vecka 48, 23–29 november 2026, Kliniken"
    assert len(week_table(week_of(saturday), [saturday], NOW).columns) == 6


def test_days__tell_what_can_be_chosen_and_name_holidays() -> None:
    other = replace(SLOT, id=UUID(int=6), performer="Omar Lind")
    days = days_of(week_of(SLOT, other, holidays={TODAY: "Helgdag"}), [SLOT, other], {str(other.id)})
    assert (days[0].note, days[0].has_times, days[0].selectable) == ("Helgdag", True, True)
    assert (days[1].note, days[1].has_times, days[1].selectable) == ("", False, False)


def test_table__two_at_the_same_time__lie_on_two_lines_under_one_heading() -> None:
    other = replace(SLOT, id=UUID(int=6), performer="Omar Lind")
    first, second = week_table(week_of(SLOT, other), [SLOT, other], NOW).rows
    assert (first.label, second.label, first.lines, second.time) == ("11.00", "", 2, "11.00")
    assert [row.cells[0].id for row in (first, second)] == [str(SLOT.id), str(other.id)]
    assert [cell.id for cell in second.cells[1:]] == ["", "", "", ""]


def test_day_table__has_a_column_for_each_who_has_times_that_day() -> None:
    other = replace(SLOT, id=UUID(int=6), performer_id=UUID(int=9), performer="Abdi Lind")
    table = day_table(week_of(SLOT, other), TODAY, [SLOT, other], NOW)
    assert [column.label for column in table.columns] == ["Abdi Lind", "Anna Berg"]
    assert [cell.id for cell in table.rows[0].cells] == [str(other.id), str(SLOT.id)]
    assert table.caption == "måndag 23 november 2026, Kliniken"


def test_followed__changes_in_place_and_lets_what_is_new_wait() -> None:
    gone = replace(SLOT, id=UUID(int=4))
    booked, new = replace(SLOT, booked=1), replace(SLOT, id=UUID(int=8))
    shown, latest = week_of(gone, SLOT), replace(week_of(new, booked), seen=3)
    assert followed(shown, latest).slots == [replace(gone, withdrawn=True), booked]
    assert followed(shown, latest).seen == 3
    assert added(shown, latest) == [new]


def test_since_drawn__tells_only_what_looks_different() -> None:
    other, later = (
        replace(SLOT, id=UUID(int=id_), starts_at=SLOT.starts_at + timedelta(hours=id_)) for id_ in (4, 5)
    )
    drawn = week_of(SLOT, other, later)
    both = {str(SLOT.id), str(other.id), str(later.id)}

    def since(*slots: ScheduleSlot, now: datetime = NOW) -> dict[str, str]:
        found = since_drawn(drawn, NOW, week_of(*slots), now, boxed=both, one=True)
        return {one: cell.state for one, cell in found.items()}

    assert since(SLOT, other, later) == {}
    assert since(SLOT, replace(other, held=1), later) == {str(other.id): "held"}
    assert since(SLOT, other, later, now=SLOT.starts_at) == {str(SLOT.id): "past"}


def test_since_drawn__what_became_free__has_a_box_also_when_it_is_taken_again() -> None:
    held = replace(SLOT, held=1)
    [cell] = since_drawn(week_of(held), NOW, week_of(held), NOW, boxed={str(SLOT.id)}, one=True).values()
    assert (cell.state, cell.boxed, cell.selectable) == ("held", True, False)


def test_followed__twice__a_withdrawn_time_stays_withdrawn() -> None:
    once = followed(week_of(SLOT), week_of())
    assert [slot.withdrawn for slot in followed(once, week_of()).slots] == [True]


@pytest.mark.parametrize(
    ("day", "since", "until", "found"),
    [
        (None, None, None, True),
        (TODAY, time(11), time(11, 20), True),
        (None, time(11, 1), None, False),
        (None, None, time(11, 19), False),
        (None, time(11), time(0), True),
        (date(2026, 11, 24), None, None, False),
    ],
)
def test_within__takes_what_begins_and_ends_between(day, since, until, found: bool) -> None:
    assert within([SLOT], day=day, since=since, until=until) == ([SLOT] if found else [])


def test_within__a_time_past_midnight__is_not_over_by_the_evening() -> None:
    late = replace(SLOT, starts_at=NOW.replace(hour=22, minute=30), ends_at=NOW + timedelta(hours=15))
    assert within([late], day=None, since=None, until=time(23, 59)) == []
    assert within([late], day=None, since=None, until=None) == [late]


def test_last_change__names_who_and_the_day_when_it_is_another() -> None:
    at = NOW + timedelta(minutes=2)
    week = replace(week_of(), last_change=LastChange("Anna Berg", at))
    assert last_change_of(week, NOW) == "Senaste ändringen: Anna Berg, kl.\N{NO-BREAK SPACE}10.02"
    assert "mån 23 nov" in last_change_of(week, NOW + timedelta(days=1))
    assert last_change_of(week_of(), NOW) == ""


def test_impact__some_got_taken_meanwhile__tells_who_keeps_what() -> None:
    booked = replace(SLOT, id=UUID(int=7), booked=1, initials=["A. B."])
    held = replace(SLOT, id=UUID(int=8), held=1)
    gone = replace(SLOT, id=UUID(int=9), withdrawn=True)
    impact = impact_of([SLOT, booked, held, gone], NOW, "1")
    assert impact.title == "Du tar bort 1 tid"
    assert impact.kept_title == "Blir kvar i schemat: 1 bokad, 1 reserverad"
    assert impact.kept[0].endswith("11.00–11.20, Bokad · A. B.")
    assert impact.body == "1 av tiderna är redan borttagen."
    assert (len(impact.rows), impact.confirm) == (1, "Ja, ta bort tiden")


def test_impact__all_are_free__says_that_nobody_has_booked() -> None:
    impact = impact_of([SLOT, replace(SLOT, id=UUID(int=7))], NOW, "1")
    assert impact.body.startswith("Ingen av dem är bokad.")
    assert (impact.kept_title, impact.kept) == ("", [])


def test_impact__all_got_booked__has_nothing_to_confirm() -> None:
    assert impact_of([replace(SLOT, booked=1)], NOW, "1").confirm == ""


def test_withdrawn__what_was_kept_is_named() -> None:
    done = withdrawn_words(2, [replace(SLOT, booked=1)], "1")
    assert done.title == "2 tider är borttagna."
    assert "Nybesök, Anna Berg" in done.rows[0]


def test_changed__tells_who_and_when() -> None:
    problem = changed_words(ScheduleChanged(changed_by="Anna Berg", changed_at=NOW), "1")
    assert problem.title == "Schemat ändrades av Anna Berg 10.00"


def test_lost__tells_why_each_is_no_longer_chosen() -> None:
    lost = [replace(SLOT, booked=1), replace(SLOT, held=1), replace(SLOT, withdrawn=True)]
    assert lost_words(lost, NOW) == (
        "1 vald tid har bokats. 1 vald tid har reserverats. 1 vald tid har tagits bort."
    )


@pytest.mark.parametrize(
    ("asked", "remembered", "view", "day"),
    [
        ({}, "vecka", "vecka", TODAY),
        ({}, "lista", "lista", TODAY),
        ({}, "dag", "dag", TODAY),
        ({"vecka": "2026-W49"}, "dag", "vecka", date(2026, 11, 30)),
        ({"vecka": "2026-W48", "vy": "dag"}, "vecka", "dag", TODAY),
        ({"vecka": "2026-W49", "vy": "lista"}, "vecka", "lista", date(2026, 11, 30)),
        ({"dag": "2026-12-03"}, "lista", "dag", date(2026, 12, 3)),
        ({"dag": "2026-12-03", "vy": "forged"}, "vecka", "dag", date(2026, 12, 3)),
        ({"dag": "9999-12-03", "vecka": "x", "vem": "x"}, "vecka", "vecka", TODAY),
    ],
)
def test_where__is_what_the_address_says_and_otherwise_as_last(
    asked: dict[str, str], remembered: str, view: str, day: date
) -> None:
    where = read_where(lambda name: asked.get(name, ""), remembered=remembered, today=TODAY)
    assert where == Where(view, day)


@pytest.mark.parametrize("view", ["vecka", "dag", "lista"])
def test_where__comes_back_from_its_own_address(view: str) -> None:
    where = Where(view, date(2026, 11, 30), str(UUID(int=2)))
    asked = dict(part.split("=") for part in where.href.partition("?")[2].split("&"))
    assert read_where(lambda name: asked.get(name, ""), remembered="lista", today=TODAY) == where


def test_ways__keep_the_performer_and_mark_where_one_is() -> None:
    where = Where("dag", date(2026, 12, 3), str(UUID(int=2)))
    steps = steps_of(where, TODAY)
    assert (steps.next_href, steps.now) == (f"/personal?dag=2026-12-04&vem={UUID(int=2)}", False)
    assert [way.here for way in ways_of(where)] == [False, False, True, False]
    assert [way.label for way in ways_of(replace(where, view="vecka"), narrow=True) if way.here] == ["Lista"]
    others = [
        PerformerChoice(UUID(int=2), "Anna Berg", ""),
        PerformerChoice(UUID(int=9), "Omar Lind", "läkare"),
    ]
    assert [way.label for way in performers_of(others, where)] == ["Alla", "Anna Berg", "Omar Lind, läkare"]
    assert performers_of(others[:1], where) == []
    assert empty_words(where, others) == "Inga publicerade tider för Anna Berg den här dagen."


@pytest.mark.parametrize("text", ["", "2026-W54", "2026-49", "W49", "9999-W52", "0001-W01", "2026-W49x"])
def test_parse_week__what_is_no_week__is_none(text: str) -> None:
    assert parse_week(text) is None


def test_week_href__new_years_day__is_in_the_iso_week_and_read_back() -> None:
    href = week_href(date(2027, 1, 1))
    assert href == "/personal?vecka=2026-W53"
    assert parse_week(href.split("=")[1]) == date(2026, 12, 28)
