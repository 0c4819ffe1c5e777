"""From free times to what residents choose among: days, nearest, next, month."""

from datetime import UTC, date, datetime, timedelta

from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.state.present import month, times
from webtidbok_app.state.present.sight import Sight

TODAY = date(2026, 11, 23)
LAST = date(2027, 11, 23)


def slot(name: str, start: datetime, performer: str = "Anna Berg") -> Timeslot:
    return Timeslot(name, start, start + timedelta(minutes=20), VisitForm.ON_SITE, performer)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in December 2026, in UTC: an hour before what clocks in Sweden show."""
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


def test_days__are_those_of_sweden() -> None:
    days = times.day_views([slot("a", at(2, 23, 30)), slot("b", at(3, 8, 20))], "sv", clinic="Björken")
    assert [(day.key, day.heading, day.count_text) for day in days] == [
        ("2026-12-03", "torsdag 3 december", "2 lediga")
    ]
    assert [time.label for time in days[0].morning] == ["0.30", "9.20"]


def test_time__is_read_aloud_with_day_clinic_performer_and_length() -> None:
    time = times.day_views([slot("a", at(3, 8, 20))], "sv", clinic="Björken")[0].morning[0]
    assert time.name == "9.20, torsdag 3 december, Björken, Anna Berg, 20 minuter"
    unnamed = times.day_views([slot("a", at(3, 8, 20), "")], "en", clinic="Björken")[0].morning[0]
    assert unnamed.name == "09:20, Thursday 3 December, Björken, 20 minutes"


def test_performer__is_shown_where_two_times_start_alike() -> None:
    found = [slot("a", at(3, 8)), slot("b", at(3, 8), "Karin Åkesson"), slot("c", at(3, 9))]
    shown = times.day_views(found, "sv", clinic="Björken")[0].morning
    assert [time.sub for time in shown] == ["Anna Berg", "Karin Åkesson", ""]


def test_taken_time__stays_in_its_place_and_is_not_counted() -> None:
    found = [slot("c", at(3, 10)), slot("a", at(3, 8)), slot("b", at(3, 9))]
    [day] = times.day_views(found, "sv", clinic="Björken")
    assert [time.id for time in day.morning] == ["a", "b", "c"]
    since = times.since_view(found, Sight.of(found).without("b"), "sv", chosen="c")
    assert since.times == {"b": "taken", "c": "chosen"}
    assert (day.count_text, since.days) == ("3 lediga", {"2026-12-03": "2 lediga"})


def test_chosen_time__that_is_taken__is_taken() -> None:
    found = [slot("a", at(3, 8))]
    assert times.since_view(found, Sight.of(found).without("a"), "sv", chosen="a").times == {"a": "taken"}
    assert times.since_view(found, Sight.of(found), "sv", chosen="a").times == {"a": "chosen"}


def test_many_times__are_split_at_noon__twelve_are_not() -> None:
    twelve = [slot(str(i), at(3, 8) + timedelta(minutes=30 * i)) for i in range(12)]
    assert not times.day_views(twelve, "sv", clinic="Björken")[0].grouped
    thirteen = [*twelve, slot("x", at(3, 14, 30))]
    day = times.day_views(thirteen, "sv", clinic="Björken")[0]
    assert day.grouped
    assert day.morning[-1].label == "11.30"
    assert day.afternoon[0].label == "12.00"
    assert len(day.morning) + len(day.afternoon) == 13


def test_status__counts_and_spans() -> None:
    assert (
        times.status_text([slot("a", at(3, 8)), slot("b", at(10, 8))], "sv")
        == "2 lediga tider, 3–10 december"
    )
    assert times.status_text([slot("a", at(3, 8))], "sv") == "1 ledig tid, 3 december"
    assert times.status_text([], "sv") == ""


def test_next_free__is_told_with_day_and_time() -> None:
    shown = times.next_free_view(slot("a", at(3, 8, 20)), "sv")
    assert (shown.id, shown.text) == ("a", "torsdag 3 december, kl.\u00a09.20")
    assert times.next_free_view(None, "sv").id == ""


def test_nearest__each_carry_their_day() -> None:
    shown = times.nearest_views([slot("a", at(3, 8)), slot("b", at(4, 7))], "sv", clinic="Björken")
    assert [(time.label, time.sub) for time in shown] == [("9.00", "tors 3 dec"), ("8.00", "fre 4 dec")]


def test_conflict__says_which_time__or_that_there_was_none() -> None:
    told = times.conflict_problem("slot_taken", at(3, 8, 20), "sv", key="k")
    assert told.title == "Tiden hann bli bokad"
    assert "kl.\u00a09.20 torsdag 3 december" in told.body
    assert times.conflict_problem("hold_expired", None, "sv", key="k").title == "Välj en tid först"


def test_month__starts_on_monday_and_says_how_many() -> None:
    view = month.month_view(date(2026, 12, 1), {date(2026, 12, 3): 1, date(2026, 12, 4): 4}, "sv",
                            today=TODAY, last=LAST, chosen=date(2026, 12, 4))  # fmt: skip
    first_week = view.weeks[0]
    assert [day.number for day in first_week] == ["", "1", "2", "3", "4", "5", "6"]
    assert [day.text for day in first_week[1:5]] == ["inga", "inga", "1 tid", "4 tider"]
    assert [day.state for day in first_week[1:5]] == ["none", "none", "free", "chosen"]
    assert first_week[3].name == "torsdag 3 december, 1 tid"
    assert first_week[1].name == "tisdag 1 december, inga lediga tider"
    assert {len(week) for week in view.weeks} == {7}


def test_month__of_today__leaves_out_weeks_that_have_passed() -> None:
    view = month.month_view(TODAY, {}, "sv", today=date(2026, 11, 25), last=LAST)
    assert [day.number for day in view.weeks[0]] == ["23", "24", "25", "26", "27", "28", "29"]
    assert view.weeks[0][0].name == "måndag 23 november, har varit"
    assert [day.number for day in view.weeks[1]] == ["30", "", "", "", "", "", ""]


def test_month__leads_no_further_than_can_be_booked() -> None:
    first = month.month_view(TODAY, {}, "sv", today=TODAY, last=LAST)
    assert (first.prev, first.next, first.next_label) == ("", "2026-12", "december 2026")
    last = month.month_view(LAST, {}, "sv", today=TODAY, last=LAST)
    assert (last.prev, last.next) == ("2027-10", "")
    january = month.month_view(date(2027, 1, 31), {}, "sv", today=TODAY, last=LAST)
    assert (january.prev, january.next) == ("2026-12", "2027-02")


def test_month__counts_leap_days() -> None:
    view = month.month_view(date(2028, 2, 1), {}, "en", today=date(2028, 1, 1), last=date(2029, 1, 1))
    assert view.weeks[-1][1].number == "29"


def test_day_and_month__that_are_none__are_refused() -> None:
    assert month.parse_day("2026-02-30") is None
    assert month.parse_day("") is None
    assert month.parse_month("2026-13") is None
    assert month.parse_month("2026-12") == date(2026, 12, 1)
