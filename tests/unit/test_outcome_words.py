"""A change whose answer was lost, in words: what nobody knows, what is true since, and the way on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.unit.test_presenters import clinic
from webtidbok_app.demo.people import demo_residents
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.journal_write import WriteKind, WriteOutcome
from webtidbok_app.i18n import LANGS
from webtidbok_app.pages.citizen import my_times
from webtidbok_app.services.outcomes import MyOutcome
from webtidbok_app.state import outcomes
from webtidbok_app.state.present.outcomes import outcome_row, outcome_view

ANNA = Resident(UUID(int=1), demo_residents()[0].number, "Anna", "A")
START = datetime(2026, 12, 3, 8, 20, tzinfo=UTC)


def outcome(kind: WriteKind, state: WriteOutcome, **changes: object) -> MyOutcome:
    facts = {
        "id": "0" * 32,
        "clinic": clinic(),
        "left": clinic(),
        "kind": kind,
        "outcome": state,
        "starts_at": START,
        "ends_at": START + timedelta(minutes=20),
        "old_starts_at": START - timedelta(days=1) if kind == WriteKind.UPDATE else None,
        "time_type_id": "101",
        "time_type": "Läkarbesök",
        "booking_id": "" if kind == WriteKind.MAKE and state != WriteOutcome.DONE else "b1",
        "reference": "da96ceeb-4292-4535-b880-4d2e22c8ac09",
        "result_text": "",
        "read": False,
    }
    return MyOutcome(**{**facts, **changes})


@pytest.mark.parametrize("kind", WriteKind)
@pytest.mark.parametrize("state", WriteOutcome)
def test_outcome__says_what_is_known_and_leads_on(kind: WriteKind, state: WriteOutcome) -> None:
    waits = state in {WriteOutcome.SENT, WriteOutcome.UNKNOWN}
    may_again = state in {WriteOutcome.NOT_DONE, WriteOutcome.REFUSED}
    shown = [outcome_view(outcome(kind, state), lang) for lang in LANGS]
    assert len({view.title for view in shown}) == len(LANGS)
    for view in shown:
        assert view.unread == (not waits)
        assert bool(view.onward_href) == bool(view.onward) == may_again
        assert bool(view.booking_href) == (kind != WriteKind.MAKE or state == WriteOutcome.DONE)
        assert view.reference == "da96ceeb"
    assert outcome_row(outcome(kind, state), "en").href == f"/en/mina-tider/bjorken/oklart/{'0' * 32}"


@pytest.mark.parametrize("kind", WriteKind)
def test_outcome__that_is_on_its_way__is_not_said_to_be_late(kind: WriteKind) -> None:
    sent, lost = (outcome_view(outcome(kind, one), "sv") for one in (WriteOutcome.SENT, WriteOutcome.UNKNOWN))
    assert (sent.state, sent.title) == (lost.state, "Vi väntar på svar från mottagningen")
    assert ("i tid." in sent.body, "i tid." in lost.body) == (False, True)
    assert outcome_row(outcome(kind, WriteOutcome.SENT), "sv").title == sent.title


@pytest.mark.parametrize(
    ("kind", "onward"),
    [
        (WriteKind.MAKE, "/boka/bjorken/101"),
        (WriteKind.UPDATE, "/omboka/bjorken/101/b1"),
        (WriteKind.CANCEL, "/bokning/bjorken/b1/avboka"),
    ],
)
def test_outcome__that_was_not_done__leads_to_where_it_is_done(kind: WriteKind, onward: str) -> None:
    assert outcome_view(outcome(kind, WriteOutcome.NOT_DONE), "sv").onward_href == onward


def test_outcome__of_a_refusal__says_why() -> None:
    refused = outcome(WriteKind.MAKE, WriteOutcome.REFUSED, result_text="Tiden är tagen.")
    assert outcome_view(refused, "sv").told == "Tiden är tagen."
    done = outcome(WriteKind.MAKE, WriteOutcome.DONE, result_text="Kom fastande.")
    assert outcome_view(done, "sv").told == ""  # the booking's own page says it


def test_outcome__of_a_move__leads_to_where_the_booking_stands() -> None:
    left = replace(clinic(), slug="udden", name="Udden")
    moved = outcome(WriteKind.UPDATE, WriteOutcome.DONE, left=left)
    stayed = outcome(WriteKind.UPDATE, WriteOutcome.NOT_DONE, left=left)
    assert outcome_view(moved, "sv").booking_href == "/bokning/bjorken/b1"
    assert outcome_view(stayed, "sv").booking_href == "/bokning/udden/b1"
    rows = {row.term: row.value for row in outcome_view(stayed, "sv").rows}
    assert (rows["Mottagning"], rows["Nuvarande mottagning"]) == ("Björken", "Udden")


@pytest.mark.parametrize(
    ("states", "unsettled"),
    [
        ([], False),
        ([WriteOutcome.NOT_DONE], False),
        ([WriteOutcome.NOT_DONE, WriteOutcome.SENT], True),
        ([WriteOutcome.UNKNOWN], True),
    ],
)
async def test_list__knows_whether_anything_is_not_known(
    monkeypatch: pytest.MonkeyPatch, states: list[WriteOutcome], unsettled: bool
) -> None:
    async def found(_: object) -> list[MyOutcome]:
        return [outcome(WriteKind.MAKE, state) for state in states]

    monkeypatch.setattr(outcomes, "list_outcomes", found)
    monkeypatch.setattr(outcomes, "current", lambda: ANNA)
    monkeypatch.setattr(outcomes, "lang_of", lambda _: "sv")
    kind: Any = outcomes.OutcomeListState
    shown = kind(_reflex_internal_init=True)
    await kind.load.fn(shown)
    assert (len(shown.outcomes), shown.unsettled) == (len(states), unsettled)


def test_my_times__are_not_said_to_be_none__while_anything_is_not_known() -> None:
    shown, _, _ = str(my_times.page("sv")).partition("Du har inga kommande tider")
    assert "outcome_list_state.unsettled" in shown[-200:]
