"""What the pages of week templates and deviating times make of what is typed and of what is kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.services.deviations import Deviation, KeptDeviation
from webtidbok_app.services.publication import Preview
from webtidbok_app.services.schedule import PerformerChoice, Week
from webtidbok_app.services.template_publication import Filling
from webtidbok_app.services.week_templates import TemplateFacts, TemplateRow, TemplateSeries
from webtidbok_app.state.staff.copy_form import to_filling
from webtidbok_app.state.staff.deviation_words import closed_note, day_note
from webtidbok_app.state.staff.deviations import impact_href, problems_in_words, row_of, to_deviation
from webtidbok_app.state.staff.pattern import to_series
from webtidbok_app.state.staff.preview_view import template_preview_of
from webtidbok_app.state.staff.views import CopyForm, PublishForm
from webtidbok_app.state.staff.week_template_words import card_of, template_view
from webtidbok_app.state.staff.weeks_views import DeviationForm
from webtidbok_app.timebook.deviations import LeftOut
from webtidbok_app.timebook.pattern import NewSlot
from webtidbok_app.timebook.weeks import WeekTime

TODAY = date(2026, 11, 23)
MONDAY = date(2026, 12, 7)
ANNA = PerformerChoice(UUID(int=2), "Anna Berg", "")
TIME = WeekTime(0, 480, 30, ANNA.id, UUID(int=3), VisitForm.ON_SITE, 1)
TIMES = [replace(TIME, start=480 + 30 * number) for number in range(8)]
PLANNING = Deviation(MONDAY, MONDAY, "Planeringsdag")
AWAY = Deviation(
    MONDAY, date(2026, 12, 8), "Läkarbesök", 12 * 60, 16 * 60 + 30, performer_id=ANNA.id, performer=ANNA.name
)
FORM = DeviationForm(first_day="7/12", reason="Planeringsdag")


def template(*series: TemplateSeries) -> TemplateFacts:
    return TemplateFacts(UUID(int=9), "Vanlig vecka", 4, list(series))


def test_series__is_told_as_one_reads_a_schedule() -> None:
    view = template_view(template(TemplateSeries(TIMES, "Anna Berg", "Nybesök", in_use=True)))
    [day] = view.days
    [row] = day.rows
    assert (day.heading, row.times, row.what) == (
        "Måndag", "8.00–12.00", "Anna Berg · Nybesök · 30 min · 8 tider"
    )  # fmt: skip
    assert (view.facts, row.off) == ("8 tider i veckan", "")
    assert row.remove_name == "Ta bort måndag 8.00–12.00, Anna Berg"


def test_series__what_is_not_usual_is_told_too() -> None:
    late = replace(TIME, weekday=6, start=1410, visit_form=VisitForm.VIDEO, places=4)
    view = template_view(template(TemplateSeries([late], "Anna Berg", "Nybesök", in_use=False)))
    [row] = view.days[0].rows
    assert row.times == "23.30–24.00"
    assert row.what.endswith("30 min · 1 tid · Video · 4 platser")
    assert row.off == "Används inte längre"
    over = replace(late, start=1420)
    [row] = template_view(template(TemplateSeries([over], "A", "B", in_use=True))).days[0].rows
    assert row.times == "23.40–0.10"


def test_template__offers_those_who_have_times_and_are_in_use() -> None:
    facts = template(
        TemplateSeries(TIMES, "Anna Berg", "Nybesök", in_use=True),
        TemplateSeries([replace(TIME, performer_id=UUID(int=5))], "Olle", "Nybesök", in_use=False),
    )
    assert facts.performers == [(ANNA.id, "Anna Berg", 8)]
    assert facts.publishable == TIMES


def test_template__without_times__cannot_be_used() -> None:
    row = TemplateRow(UUID(int=9), "Tom", 0, 0, "Rita Test", datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert (card_of(row).use_href, card_of(row).facts) == ("", "0 tider i veckan")
    assert card_of(replace(row, times=1, performers=1)).use_href.endswith("/anvand")


def test_series_form__is_read_without_days() -> None:
    form = PublishForm(
        time_type=str(UUID(int=3)), performer=str(ANNA.id), visit_form="video", minutes="20", places="2",
        weekdays=["0", "4"], from_time="8", to_time="24.00",
    )  # fmt: skip
    series, codes = to_series(form, today=TODAY)
    assert codes == {}
    assert series is not None
    assert (series.weekdays, series.from_time, series.to_time) == (frozenset({0, 4}), time(8), time(0))
    _, codes = to_series(replace(form, weekdays=[], from_time="", minutes="tio"), today=TODAY)
    assert codes == {
        "weekdays": "weekdays_missing", "from_time": "from_time_missing", "minutes": "minutes"
    }  # fmt: skip


@pytest.mark.parametrize(("every", "read"), [("", 1), ("2", 2), ("4", 4), ("ofta", 0), ("9", 9)])
def test_filling__how_often_is_read_and_left_to_the_rules_to_judge(every: str, read: int) -> None:
    filling, _ = to_filling(CopyForm(first_week="2026-W50", weeks="2", every=every), today=TODAY)
    assert filling is not None
    assert filling.every == read


def test_check__names_the_template_the_weeks_and_what_deviates() -> None:
    start = datetime(2026, 12, 7, 7, tzinfo=UTC)
    slot = NewSlot(start, start, ANNA.id, UUID(int=3), VisitForm.ON_SITE, 1)
    preview = Preview([slot], [], [], [], 0, 7, [LeftOut(MONDAY, PLANNING, 3), LeftOut(MONDAY, AWAY, 1)])
    filling = Filling(MONDAY, 2, frozenset({ANNA.id}), every=2)
    view = template_preview_of("Vanlig vecka", filling, preview, performers=["Anna Berg"])
    assert [row.value for row in view.rows] == [
        "Vanlig vecka", "Vecka 50–52, 7–27 december 2026", "Varannan vecka", "Anna Berg", "1 tid"
    ]  # fmt: skip
    assert [row.value for row in view.weeks] == ["1 tid", "0 tider"]
    assert view.deviating.title == "4 tider publiceras inte: stängt eller avvikande tid"
    assert view.deviating.rows == [
        "måndag 7 december 2026, 3 tider. Stängt: Planeringsdag",
        "måndag 7 december 2026, 1 tid. Anna Berg kl. 12.00–16.30: Läkarbesök",
    ]


def week(*deviations: Deviation, **holidays: str) -> Week:
    days = {date.fromisoformat(day.replace("_", "-")[1:]): name for day, name in holidays.items()}
    return Week("Kliniken", MONDAY, [ANNA], [], days, deviations=list(deviations))


def test_day_note__tells_holidays_and_closing__and_who_is_away_where_wished() -> None:
    shown = week(PLANNING, AWAY, d2026_12_07="Helgdag")
    assert day_note(shown, MONDAY) == "Helgdag. Stängt: Planeringsdag"
    assert day_note(shown, date(2026, 12, 8)) == ""
    away = "Anna Berg kl. 12.00–16.30: Läkarbesök"
    assert day_note(shown, date(2026, 12, 8), performer_id=ANNA.id) == away
    assert day_note(shown, date(2026, 12, 8), everybody=True) == away
    assert closed_note(shown) == "Stängt: Planeringsdag"


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({}, PLANNING),
        ({"last_day": "9 dec"}, replace(PLANNING, last_day=date(2026, 12, 9))),
        ({"from_time": "8", "to_time": "12.30"}, replace(PLANNING, from_minute=480, to_minute=750)),
        ({"from_time": "0", "to_time": "24"}, replace(PLANNING, from_minute=0, to_minute=1440)),
        ({"performer": str(ANNA.id)}, replace(PLANNING, performer_id=ANNA.id)),
    ],
)
def test_deviation_form__is_read_as_people_write(changes: dict[str, str], read: Deviation) -> None:
    assert to_deviation(replace(FORM, **changes), today=TODAY) == (read, {})


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"first_day": ""}, {"first_day": "first_day_missing"}),
        ({"first_day": "snart"}, {"first_day": "day_format"}),
        ({"last_day": "sen"}, {"last_day": "day_format"}),
        ({"from_time": "tolv"}, {"from_time": "time_format"}),
        ({"performer": "Anna"}, {"performer": "performer_missing"}),
        ({"first_day": "", "reason": ""}, {"first_day": "first_day_missing", "reason": "reason_missing"}),
    ],
)
def test_deviation_form__what_cannot_be_read__is_told_at_its_field(
    changes: dict[str, str], codes: dict[str, str]
) -> None:
    found, problems = to_deviation(replace(FORM, **changes), today=TODAY)
    assert (found, problems) == (None, codes)
    assert [problem.field for problem in problems_in_words(problems, today=TODAY)] == list(codes)


def test_deviation__with_published_times__leads_to_taking_them_away() -> None:
    kept = KeptDeviation(UUID(int=7), AWAY, "Rita Test", 3, 1)
    assert impact_href(kept, today=TODAY) == (
        f"/personal/ta-bort?fran=2026-12-07&till=2026-12-08&vardgivare={ANNA.id}&kl=1200-1630"
    )
    row = row_of(kept, today=TODAY)
    assert (row.when, row.who) == ("7–8 december 2026, kl. 12.00–16.30", "Anna Berg")
    assert row.there == "Det finns 3 publicerade tider där. De är kvar. 1 av dem är bokad."
    empty = row_of(replace(kept, deviation=PLANNING, times=0, booked=0), today=TODAY)
    assert (empty.there, empty.impact_href, empty.who) == ("", "", "hela mottagningen")
    assert impact_href(replace(kept, deviation=PLANNING), today=TODAY) == (
        "/personal/ta-bort?fran=2026-12-07&till=2026-12-07"
    )


def test_long_deviation__leads_to_as_many_days_as_are_taken_away_at_once__and_says_so() -> None:
    leave = Deviation(MONDAY, MONDAY + timedelta(days=700), "Tjänstledig")
    row = row_of(KeptDeviation(UUID(int=7), leave, "Rita Test", 3, 0), today=TODAY)
    assert row.impact_href == "/personal/ta-bort?fran=2026-12-07&till=2027-02-07"
    assert row.there.endswith("Du kan ta bort två månader åt gången, nu till och med söndag 7 februari 2027.")


def test_deviation_that_has_begun__leads_to_the_days_that_are_left() -> None:
    begun = Deviation(TODAY - timedelta(days=100), TODAY + timedelta(days=62), "Ombyggnad")
    row = row_of(KeptDeviation(UUID(int=7), begun, "Rita Test", 3, 0), today=TODAY)
    assert row.impact_href == "/personal/ta-bort?fran=2026-11-23&till=2027-01-24"
    assert "två månader" not in row.there
