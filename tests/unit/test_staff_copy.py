"""What the pages of copying and undoing make of what is typed and of what was done."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.domain.swedish_time import monday_of
from webtidbok_app.domain.visit import ScheduleChangeKind, VisitForm
from webtidbok_app.services.publication import Published
from webtidbok_app.services.schedule import PerformerChoice, ScheduleSlot
from webtidbok_app.services.schedule_changes import Change, Undoing
from webtidbok_app.services.week_copy import SourceWeek
from webtidbok_app.state.staff.changes import done_words, impact_words
from webtidbok_app.state.staff.copy_form import (
    coming_weeks,
    first_form,
    parse_typed_week,
    problems_in_words,
    to_copy,
    week_choices,
)
from webtidbok_app.state.staff.preview_view import published_words
from webtidbok_app.state.staff.views import CopyForm
from webtidbok_app.state.staff.week_view import written_week

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 13, 2, tzinfo=UTC)
MONDAY = date(2026, 11, 30)
ANNA = PerformerChoice(UUID(int=2), "Anna Berg", "")
SOURCE = SourceWeek(MONDAY, [(ANNA, 3)])
FORM = CopyForm(first_week="2026-W50", weeks="2", performers=[str(ANNA.id)])
CHANGE = Change(
    UUID(int=9), ScheduleChangeKind.COPY, "Anna Berg", NOW, 3, NOW + timedelta(days=1),
    NOW + timedelta(days=2), None, NOW + timedelta(minutes=10),
)  # fmt: skip
KEPT = ScheduleSlot(
    id=UUID(int=3),
    starts_at=NOW + timedelta(days=1),
    ends_at=NOW + timedelta(days=1, minutes=20),
    time_type="Nybesök",
    performer_id=ANNA.id,
    performer="Anna Berg",
    visit_form=VisitForm.ON_SITE,
    places=1,
    booked=1,
    initials=["N. S."],
)


@pytest.mark.parametrize(
    "text", ["2027-W05", "2027 v 5", "2027 vecka 5", "v. 5 2027", "Vecka 5, 2027", "5 2027", "5", "v5"]
)
def test_typed_week__as_people_write_it__is_that_week(text: str) -> None:
    assert parse_typed_week(text, today=TODAY) == date(2027, 2, 1)


@pytest.mark.parametrize(
    "text", ["", "nästa", "0", "54", "2027-W53", "2027-13-40", "2027-W5x", "-5", "9999999"]
)
def test_typed_week__what_is_no_week__is_none(text: str) -> None:
    assert parse_typed_week(text, today=TODAY) is None


def test_typed_week__without_a_year__is_this_one_or_the_next_to_come() -> None:
    assert parse_typed_week("48", today=TODAY + timedelta(days=6)) == TODAY
    assert parse_typed_week("47", today=TODAY) == date(2027, 11, 22)
    assert parse_typed_week("53", today=date(2027, 1, 4)) == date(2032, 12, 27)


@given(st.dates(date(1901, 1, 1), date(2198, 12, 31)))
def test_typed_week__any_week_as_addresses_hold_it__is_read_back(day: date) -> None:
    assert parse_typed_week(written_week(day), today=TODAY) == day - timedelta(days=day.weekday())


def test_form__before_anything_is_filled_in__is_everybodys_times() -> None:
    form = first_form(SOURCE, first=date(2026, 12, 7))
    assert (form.first_week, form.weeks, form.performers) == ("2026-W50", "1", [str(ANNA.id)])


def test_coming_weeks__begin_with_this_one__or_after_the_one_that_is_copied() -> None:
    this, weeks = monday_of(TODAY), coming_weeks(TODAY)
    assert weeks == [this + timedelta(weeks=number) for number in range(13)]
    assert coming_weeks(TODAY, after=date(2026, 6, 1)) == weeks
    assert coming_weeks(TODAY, after=weeks[3]) == weeks[4:]
    assert coming_weeks(TODAY, after=weeks[-1]) == weeks


def test_week_choices__are_the_next_ones_without_the_one_that_is_copied() -> None:
    values = [choice.value for choice in week_choices(MONDAY, today=TODAY)]
    assert values[:2] == ["2026-W48", "2026-W50"]
    assert len(values) == 12


def test_to_copy__reads_every_field__and_what_is_typed_goes_first() -> None:
    copy, codes = to_copy(replace(FORM, other_week="v. 3"), MONDAY, today=TODAY)
    assert codes == {}
    assert copy is not None
    assert (copy.monday, copy.first_week, copy.weeks) == (MONDAY, date(2027, 1, 18), 2)
    assert (copy.performer_ids, copy.skip_holidays) == (frozenset({ANNA.id}), True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_week": ""}, "first_week"),
        ({"first_week": "forged"}, "first_week"),
        ({"other_week": "nästa"}, "other_week"),
        ({"weeks": "två"}, "weeks"),
        ({"weeks": "-1"}, "weeks"),
    ],
)
def test_to_copy__what_cannot_be_read__is_told_at_its_field(changes: dict[str, str], field: str) -> None:
    form = replace(FORM, **changes)
    copy, codes = to_copy(form, MONDAY, today=TODAY)
    assert copy is None
    [problem] = problems_in_words(codes, form, today=TODAY)
    assert problem.field == field


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("first_week", "first_week_passed"),
        ("first_week", "first_week_too_far"),
        ("first_week", "first_week_same"),
        ("performers", "performers_missing"),
        ("weeks", "weeks"),
        ("weeks", "too_many"),
    ],
)
def test_problems__of_the_rules__have_words(name: str, code: str) -> None:
    [problem] = problems_in_words({name: code}, FORM, today=TODAY, count=6_000, most=5_000)
    assert problem.field == name
    assert "{" not in problem.text


def test_published__can_be_undone_for_ten_minutes__not_longer() -> None:
    published = Published(3, NOW, NOW + timedelta(days=2), UUID(int=9), NOW + timedelta(minutes=10))
    young = published_words(published, NOW + timedelta(minutes=10))
    assert (young.undo_href, young.undo_text) == (
        f"/personal/andringar/{UUID(int=9)}",
        "Du kan ångra till kl.\N{NO-BREAK SPACE}14.12.",
    )
    assert published_words(published, NOW + timedelta(minutes=10, seconds=1)).undo_href == ""


def test_impact__some_are_booked__says_how_many_go_and_names_those_that_stay() -> None:
    impact = impact_words(Undoing(CHANGE, 2, [KEPT]), NOW, "1")
    assert (impact.title, impact.confirm) == ("2 av 3 tider tas bort", "Ja, ta bort 2 tider")
    [line] = impact.rows
    assert line.endswith("Nybesök, Anna Berg: Bokad · N. S.")


@pytest.mark.parametrize(
    ("undoing", "later", "title"),
    [
        (Undoing(CHANGE, 3, []), timedelta(), "Alla 3 tider tas bort"),
        (Undoing(CHANGE, 1, []), timedelta(), "Tiden tas bort"),
        (Undoing(CHANGE, 0, [KEPT]), timedelta(), "Det finns inga tider att ta bort"),
        (Undoing(CHANGE, 3, []), timedelta(minutes=11), "Det är för sent att ångra"),
        (
            Undoing(replace(CHANGE, undone_at=NOW, undo_until=None), 0, []),
            timedelta(minutes=1),
            "Det är redan ångrat",
        ),
    ],
)
def test_impact__in_each_case__has_a_title_and_a_button_only_when_there_is_something_to_do(
    undoing: Undoing, later: timedelta, title: str
) -> None:
    impact = impact_words(undoing, NOW + later, "1")
    assert impact.title == title
    assert (impact.confirm != "") == title.endswith("tas bort")


def test_done__says_what_was_taken_away_and_what_is_left() -> None:
    done = done_words(Undoing(CHANGE, 2, [KEPT]), NOW, "1")
    assert (done.title, done.body) == (
        "2 tider är borttagna",
        "1 tid är bokad eller reserverad. Den är kvar:",
    )
    assert done_words(Undoing(CHANGE, 0, []), NOW, "1").title == "Inga tider togs bort"
