"""What a page has shown as free, and what has become of it: losing at once, gaining on request."""

from datetime import UTC, date, datetime, timedelta

from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.state.present.month import month_view
from webtidbok_app.state.present.sight import Sight
from webtidbok_app.state.present.times import since_view

NINE = datetime(2026, 12, 1, 8, tzinfo=UTC)


def slots(*names: str) -> dict[str, Timeslot]:
    return {
        name: Timeslot(
            name, NINE + timedelta(days=ord(name) - 97), NINE + timedelta(days=1), VisitForm.ON_SITE
        )
        for name in names
    }


def test_nothing_has_changed__is_the_same_sight() -> None:
    sight = Sight.of(slots("a", "b").values())
    assert sight.now(slots("a", "b")) is sight


def test_taken_time__is_lost_and_its_day_gone() -> None:
    sight = Sight.of(slots("a", "b").values()).now(slots("a"))
    assert (set(sight.free), set(sight.lost), sight.fresh) == ({"a"}, {"b"}, 0)
    assert sight.counts() == {date(2026, 12, 1): 1}


def test_new_time__waits() -> None:
    sight = Sight.of(slots("a").values()).now(slots("a", "b", "c"))
    assert (set(sight.free), sight.fresh) == ({"a"}, 2)
    assert sight.now(slots("a", "b", "c")) is sight


def test_time_that_is_free_again__stays_lost_and_waits() -> None:
    sight = Sight.of(slots("a", "b").values()).now(slots("a")).now(slots("a", "b"))
    assert (set(sight.free), set(sight.lost), sight.fresh) == ({"a"}, {"b"}, 1)


def test_new_time_that_is_taken_before_it_is_shown__is_forgotten() -> None:
    sight = Sight.of(slots("a").values()).now(slots("a", "b")).now(slots("a"))
    assert (set(sight.lost), sight.fresh) == (set(), 0)


def test_what_is_shown_anew__is_lost_no_more() -> None:
    sight = Sight.of(slots("a", "b").values()).now(slots("a")).with_more(slots("b").values())
    assert (set(sight.free), set(sight.lost)) == ({"a", "b"}, set())


def test_another_month__leaves_the_first_one_behind() -> None:
    sight = Sight.of(slots("a", "b", "c").values()).only(slots("a").values()).with_more(slots("d").values())
    assert set(sight.free) == {"a", "d"}
    assert sight.now(slots("a", "d")) is sight


def test_one_time_refused__is_lost_whatever_else_is_free() -> None:
    assert set(Sight.of(slots("a", "b").values()).without("a").lost) == {"a"}


def test_month__keeps_a_day_that_has_lost_its_times_in_its_place() -> None:
    sight = Sight.of(slots("a", "b").values()).now(slots("a"))
    view = month_view(
        date(2026, 12, 1), sight.drawn(), "sv", today=date(2026, 11, 23), last=date(2027, 11, 23)
    )  # fmt: skip
    drawn = {day.iso: (day.state, day.text) for week in view.weeks for day in week if day.iso}
    assert drawn["2026-12-01"] == drawn["2026-12-02"] == ("free", "1 tid")
    assert drawn["2026-12-03"] == ("none", "inga")
    [(lost, cell)] = since_view([], sight, "sv").cells.items()
    assert (lost, cell.state, cell.text) == ("2026-12-02", "gone", "inga")


def test_month__counts_what_is_left_of_a_day_that_is_chosen() -> None:
    day = [Timeslot(name, NINE, NINE, VisitForm.ON_SITE) for name in ("a", "b")]
    since = since_view(day, Sight.of(day).without("a"), "sv", chosen_day=date(2026, 12, 1))
    assert since.cells["2026-12-01"].state == "chosen"
    assert since.cells["2026-12-01"].text == "1 tid"
    assert since.days == {"2026-12-01": "1 ledig"}
