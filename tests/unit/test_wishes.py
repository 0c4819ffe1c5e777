"""What a resident wishes of a time: in the address, in the form, and against a time."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from webtidbok_app.domain.swedish_time import PartOfDay
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.services.free_times import Choices, Wish
from webtidbok_app.state.present.wishes import read_wish, wish_query, wish_view

THURSDAY_AT_9 = datetime(2026, 12, 3, 8, tzinfo=UTC)


def slot(start: datetime = THURSDAY_AT_9, form: VisitForm = VisitForm.ON_SITE) -> Timeslot:
    return Timeslot("a", start, start + timedelta(minutes=20), form, "Anna Berg", performer_id="anna")


@given(
    some.builds(
        Wish,
        performer_id=some.text("0123456789abcdef", max_size=32),
        visit_form=some.none() | some.sampled_from(VisitForm),
        weekdays=some.frozensets(some.integers(0, 6)),
        part=some.none() | some.sampled_from(PartOfDay),
    )
)
def test_address__holds_the_wish(wish: Wish) -> None:
    asked = parse_qs(urlencode(wish_query(wish)))
    assert read_wish(lambda name: asked.get(name, [""])[0]) == wish


@given(some.dictionaries(some.sampled_from(["vem", "form", "veckodagar", "del"]), some.text()))
def test_address__may_hold_anything(asked: dict[str, str]) -> None:
    wish = read_wish(lambda name: asked.get(name, ""))
    assert wish.weekdays <= set(range(7))
    assert len(wish.performer_id) <= 64


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        (Wish(), True),
        (Wish(performer_id="anna"), True),
        (Wish(performer_id="omar"), False),
        (Wish(visit_form=VisitForm.VIDEO), False),
        (Wish(weekdays=frozenset({3})), True),
        (Wish(weekdays=frozenset({0, 4})), False),
        (Wish(part=PartOfDay.MORNING), True),
        (Wish(part=PartOfDay.AFTERNOON), False),
    ],
)
def test_time__fits_the_wish(wish: Wish, fits: bool) -> None:
    assert wish.fits(slot()) is fits


def test_noon_and_weekday__are_those_of_clocks_in_sweden() -> None:
    assert Wish(part=PartOfDay.AFTERNOON).fits(slot(THURSDAY_AT_9.replace(hour=11)))
    past_midnight = slot(THURSDAY_AT_9.replace(hour=23, minute=30))
    assert Wish(weekdays=frozenset({4})).fits(past_midnight)


def test_form__asks_only_where_there_is_a_choice() -> None:
    one = wish_view(Wish(), Choices([("anna", "Anna Berg")], [VisitForm.ON_SITE]), "sv")
    assert (one.performers, one.forms, one.active, one.summary) == ([], [], False, "Fler val")
    two = Choices([("anna", "Anna Berg"), ("omar", "Omar Lind")], [VisitForm.ON_SITE, VisitForm.VIDEO])
    both = wish_view(Wish(weekdays=frozenset({0}), part=PartOfDay.MORNING), two, "sv")
    assert [choice.label for choice in both.performers] == ["Anna Berg", "Omar Lind"]
    assert (both.weekdays, both.part, both.summary) == (["1"], "morning", "Fler val (2 valda)")


def test_form__shows_a_wish_that_has_no_times_any_more() -> None:
    view = wish_view(Wish(performer_id="anna"), Choices([], []), "sv")
    assert (view.performer, view.active) == ("anna", True)
