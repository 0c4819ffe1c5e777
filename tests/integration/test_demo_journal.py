"""Making the demo's journal system fail, from its page; there is none elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reference_journal import UNIT, ReferenceJournal, add_units, running
from webtidbok_app.domain.actor import Actor, Role, Staff
from webtidbok_app.domain.errors import InvalidInput, JournalUnavailable, NotAllowed, NotFound
from webtidbok_app.services import demo_journal
from webtidbok_app.services.demo_journal import JournalFault
from webtidbok_app.settings import Settings, get_settings

STAFF = Staff("SE2321000016-T001", "Rita Test", Role.READ_ONLY, None)
FAULT = JournalFault("vp", "MakeBooking", UNIT, seconds=2, code="VP012", times=3)


def _settings(monkeypatch: pytest.MonkeyPatch, **facts: object) -> None:
    chosen = Settings.model_construct(**{**get_settings().__dict__, **facts})
    monkeypatch.setattr(demo_journal, "get_settings", lambda: chosen)


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReferenceJournal]:
    with running(tmp_path) as started:
        add_units(started)
        _settings(monkeypatch, demo_journal=started.address)
        yield started


async def test_faults__are_put_on_and_taken_off_one_by_one(journal):
    other = JournalFault("slow", seconds=1)
    await demo_journal.add_fault(STAFF, fault=FAULT)
    found = await demo_journal.add_fault(STAFF, fault=other)
    assert set(found.faults) == {FAULT, other}
    assert found.units[UNIT] == "Forsens vårdcentral"
    assert (await demo_journal.remove_fault(STAFF, fault=FAULT)).faults == (other,)
    assert (await demo_journal.remove_fault(STAFF, fault=FAULT)).faults == (other,), "it was off already"
    assert (await demo_journal.remove_all_faults(STAFF)).faults == ()


async def test_calls__are_told_without_whom_they_were_about(journal):
    journal.post("/riv/MakeBooking", b"<x><personnummer>191212121212</personnummer></x>")
    [call] = (await demo_journal.get_demo_journal(STAFF)).calls
    assert (call.contract, call.status, call.fault) == ("MakeBooking", 500, "")
    assert "191212121212" not in repr(call)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "fire"}, "kind"),
        ({"contract": "Nothing"}, "contract"),
        ({"unit": "SE1"}, "unit"),
        ({"seconds": 61}, "seconds"),
        ({"seconds": -1}, "seconds"),
        ({"code": "VP016"}, "code"),
        ({"times": 0}, "times"),
        ({"times": 101}, "times"),
    ],
)
async def test_fault__that_there_is_none_of__is_refused(journal, facts, field):
    with pytest.raises(InvalidInput) as refused:
        await demo_journal.add_fault(STAFF, fault=JournalFault(**({"kind": "slow"} | facts)))
    assert refused.value.problems == {field: f"fault_{field}"}


@pytest.mark.parametrize("facts", [{"demo": False}, {"demo_journal": ""}])
async def test_elsewhere__there_is_nothing(journal, monkeypatch, facts):
    _settings(monkeypatch, **({"demo_journal": journal.address} | facts))
    for asked in (demo_journal.get_demo_journal, demo_journal.remove_all_faults):
        with pytest.raises(NotFound):
            await asked(STAFF)


async def test_journal_system__that_is_down__is_told_as_such(monkeypatch):
    _settings(monkeypatch, demo_journal="http://127.0.0.1:9")
    with pytest.raises(JournalUnavailable):
        await demo_journal.get_demo_journal(STAFF)


@pytest.mark.parametrize("actor", [None])
async def test_who_is_not_staff__may_not(actor: Actor | None):
    with pytest.raises(NotAllowed):
        await demo_journal.get_demo_journal(actor)
