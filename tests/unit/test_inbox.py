"""The staff's list of requests: what an address asks for, and what stays in its place."""

from datetime import UTC, datetime

from webtidbok_app.auth.principal import acting_as
from webtidbok_app.domain.actor import Role, Staff
from webtidbok_app.domain.request import CaseStatus
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.services.inbox import Filter, Inbox, InboxRow, Show, Whose
from webtidbok_app.state.staff.inbox import inbox_view, take_in, wanted_by

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
RITA = Staff("SE2321000016-T001", "Rita Test", Role.CASE_HANDLER, None)


def row(number: str, status: CaseStatus = CaseStatus.SENT, assigned_to: str | None = None) -> InboxRow:
    name = "Maja Test" if assigned_to else ""
    return InboxRow(number, number, CaseTypeKind.REQUEST, status, NOW, NOW, "A. B.", assigned_to, name)


def test_address__says_what_is_looked_for__and_nonsense_counts_as_nothing() -> None:
    asked = {"visa": "ended", "vem": "mine", "typ": "request_change"}
    assert wanted_by(lambda name: asked[name]) == Filter(Show.ENDED, Whose.MINE, CaseTypeKind.REQUEST_CHANGE)
    assert wanted_by(lambda _: "<script>") == wanted_by(lambda _: "") == Filter()


def test_rows_that_are_shown__stay_in_their_order__and_change_in_their_place() -> None:
    shown = [row("1"), row("2"), row("3")]
    found = [row("4"), row("3", CaseStatus.READ), row("1", assigned_to="SE2321000016-T002")]
    taken = take_in(shown, found)
    assert [(one.id, one.status) for one in taken] == [("1", "sent"), ("2", "sent"), ("3", "read")]
    with acting_as(RITA):
        view = inbox_view(Inbox("Kliniken", tuple(found), unread=2, more=False), taken)
    assert view.waiting == "Visa 1 ny förfrågan"
    assert view.count_text == "3 förfrågningar, 2 olästa"
    assert [one.who for one in view.rows] == ["Maja Test", "Ingen", "Ingen"]


def test_ones_own__is_said_to_be() -> None:
    with acting_as(RITA):
        view = inbox_view(Inbox("Kliniken", (), unread=0, more=False), [row("1", assigned_to=RITA.hsa_id)])
    assert [one.who for one in view.rows] == ["Jag"]
