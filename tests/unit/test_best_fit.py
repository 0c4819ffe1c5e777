"""Which free time fits best: the rule at its borders, and what holds for every clinic and every day."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.domain.best_fit import SOONER_AT_LEAST, FreeTime, FreeTimes, Visit, fits, rank, suggest
from webtidbok_app.domain.swedish_time import local
from webtidbok_app.domain.visit import VisitForm

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
OLD = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
LENGTH = timedelta(minutes=20)
NURSE, COLLEAGUE, CHECKUP, VACCINE = (UUID(int=number) for number in range(1, 5))


def visit(number: int = 1, *, person: int = 1, start: datetime = OLD, kind: UUID = CHECKUP) -> Visit:
    return Visit(
        UUID(int=100 + number), UUID(int=1000 + person), kind, NURSE, VisitForm.ON_SITE, start, start + LENGTH
    )


def free(number: int, start: datetime, **facts: object) -> FreeTime:
    made = FreeTime(UUID(int=number), CHECKUP, NURSE, VisitForm.ON_SITE, start, start + LENGTH)
    return replace(made, **facts)


def best(*times: FreeTime, of: Visit | None = None) -> list[int]:
    return [one.slot_id.int for one in rank(of or visit(), FreeTimes(times), [], now=NOW)]


def test_best__same_performer_before_same_form__before_days__before_clock() -> None:
    day = timedelta(days=1)
    assert best(
        free(1, OLD + LENGTH, performer_id=COLLEAGUE),
        free(2, OLD + day * 9, visit_form=VisitForm.VIDEO),
        free(3, OLD + day * 8),
        free(4, OLD + day + LENGTH * 3),
        free(5, OLD + day - LENGTH),
    ) == [5, 4, 3, 2, 1]


def test_best__as_near_on_both_sides__is_the_earlier__then_the_same_every_time() -> None:
    assert best(free(1, OLD + LENGTH), free(2, OLD - LENGTH)) == [2, 1]
    assert best(free(7, OLD, performer_id=COLLEAGUE), free(3, OLD, performer_id=COLLEAGUE)) == [3, 7]


def test_clock__is_what_clocks_in_sweden_show() -> None:
    """Nine o'clock before and after the night when summer time begins is the same time of day."""
    old = datetime(2027, 3, 27, 8, 0, tzinfo=UTC)
    same_clock, same_instant = old + timedelta(days=2, hours=-1), old + timedelta(days=2)
    assert best(free(1, same_instant), free(2, same_clock), of=visit(start=old)) == [2, 1]


@pytest.mark.parametrize(
    ("time", "fit"),
    [
        (free(1, OLD), True),
        (free(1, OLD, left=0), False),
        (free(1, OLD, time_type_id=VACCINE), False),
        (free(1, NOW + SOONER_AT_LEAST), True),
        (free(1, NOW + SOONER_AT_LEAST - timedelta(minutes=1)), False),
    ],
)
def test_fits__time_type__free_place__and_not_too_soon(time: FreeTime, fit: bool) -> None:
    assert fits(visit(), time, [], now=NOW) == fit


def test_fits__today__later_than_the_old_one() -> None:
    today = visit(start=NOW + timedelta(hours=2))
    assert fits(today, free(1, today.starts_at), [], now=NOW)
    assert not fits(today, free(1, today.starts_at - timedelta(minutes=1)), [], now=NOW)
    begun = visit(start=NOW - timedelta(hours=1))
    assert not fits(begun, free(1, NOW), [], now=NOW)


def test_fits__not_while_the_person_is_elsewhere__but_right_before_and_after() -> None:
    there = (OLD, OLD + LENGTH)
    assert not fits(visit(), free(1, OLD + LENGTH / 2), [there], now=NOW)
    assert fits(visit(), free(1, OLD + LENGTH), [there], now=NOW)
    assert fits(visit(), free(1, OLD - LENGTH), [there], now=NOW)


def test_suggest__who_is_first_chooses_first__and_a_group_time_takes_as_many_as_it_has_room_for() -> None:
    late, soon, last = visit(1, person=1, start=OLD + LENGTH), visit(2, person=2), visit(3, person=3)
    group = free(9, OLD + timedelta(days=1), left=2)
    assert suggest([late, last, soon], FreeTimes([group]), {}, now=NOW) == {
        soon.booking_id: group.slot_id
    } | {last.booking_id: group.slot_id}


def test_suggest__one_persons_two_visits__not_at_once() -> None:
    two = [visit(1), visit(2, start=OLD + LENGTH)]
    at_once = [free(1, OLD + timedelta(days=1)), free(2, OLD + timedelta(days=1), performer_id=COLLEAGUE)]
    assert len(suggest(two, FreeTimes(at_once), {}, now=NOW)) == 1


STARTS = st.integers(0, 12).map(lambda number: OLD + timedelta(minutes=10 * number))
TIMES = st.lists(
    st.builds(
        lambda start, kind, who, left: (start, kind, who, left),
        STARTS, st.sampled_from([CHECKUP, VACCINE]), st.sampled_from([NURSE, COLLEAGUE]), st.integers(0, 2),
    ),
    max_size=12,
)  # fmt: skip
VISITS = st.lists(st.tuples(STARTS, st.integers(1, 3), st.sampled_from([CHECKUP, VACCINE])), max_size=8)


@given(TIMES, VISITS, st.dictionaries(st.integers(1, 3), st.lists(STARTS, max_size=2)), st.randoms())
def test_suggest__never_two_to_a_place__nor_one_person_twice_at_once__whatever_the_order(
    times, visits, others, shuffler
) -> None:
    offered = [
        free(number, start, time_type_id=kind, performer_id=who, left=left)
        for number, (start, kind, who, left) in enumerate(times, start=1)
    ]
    wanted = [
        visit(number, person=person, start=start, kind=kind)
        for number, (start, person, kind) in enumerate(visits)
    ]
    busy = {
        UUID(int=1000 + who): [(start, start + LENGTH) for start in starts] for who, starts in others.items()
    }
    found = suggest(wanted, FreeTimes(offered), busy, now=NOW)
    by_slot = {one.slot_id: one for one in offered}
    assert all(count <= by_slot[slot].left for slot, count in Counter(found.values()).items())
    spans: dict[UUID, list[tuple[datetime, datetime]]] = {}
    for one in wanted:
        if slot := found.get(one.booking_id):
            assert by_slot[slot].time_type_id == one.time_type_id
            spans.setdefault(one.person_id, []).append((by_slot[slot].starts_at, by_slot[slot].ends_at))
    for person, theirs in spans.items():
        for number, (start, end) in enumerate(theirs):
            elsewhere = [*busy.get(person, []), *theirs[number + 1 :]]
            assert not any(since < end and start < until for since, until in elsewhere)
    shuffler.shuffle(offered)
    shuffler.shuffle(wanted)
    assert suggest(wanted, FreeTimes(offered), busy, now=NOW) == found


def test_best__is_as_if_all_were_compared() -> None:
    """Two who receive, two forms, weeks on both sides of the night when the clocks change."""
    forms, old = (
        (VisitForm.ON_SITE, VisitForm.VIDEO, VisitForm.PHONE),
        datetime(2027, 3, 27, 8, 0, tzinfo=UTC),
    )
    times = [
        free(
            number, old + timedelta(minutes=(number * 7919) % 40000 - 20000),
            performer_id=(NURSE, COLLEAGUE)[number % 2], visit_form=forms[number % 3],
        )
        for number in range(1, 300)
    ]  # fmt: skip

    def distance(one: FreeTime) -> tuple[object, ...]:
        here, there = local(old), local(one.starts_at)
        return (
            one.performer_id != NURSE,
            one.visit_form != VisitForm.ON_SITE,
            abs((there.date() - here.date()).days),
            abs(there.hour * 60 + there.minute - here.hour * 60 - here.minute),
            one.starts_at,
            one.slot_id,
        )

    found = rank(visit(start=old), FreeTimes(times), [], now=NOW, most=len(times))
    assert found == sorted(times, key=distance)
