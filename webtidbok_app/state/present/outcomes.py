"""Changes whose answers were lost, in words: what nobody knows yet, and what is true since."""

from webtidbok_app.domain.journal_write import WriteKind, WriteOutcome
from webtidbok_app.i18n import Lang, format_day, format_span, t
from webtidbok_app.services.outcomes import MyOutcome
from webtidbok_app.services.time_types import OldBooking
from webtidbok_app.state import addresses
from webtidbok_app.state.present.words import moment_text
from webtidbok_app.state.resident_views import ErrandRow, OutcomeView
from webtidbok_app.state.views import SummaryRow

_STATES = {
    WriteOutcome.SENT: "waiting",
    WriteOutcome.UNKNOWN: "waiting",
    WriteOutcome.DONE: "done",
    WriteOutcome.REFUSED: "not_done",
    WriteOutcome.NOT_DONE: "not_done",
    WriteOutcome.GIVEN_UP: "given_up",
}
_WORDS = _STATES | {WriteOutcome.SENT: "sent"}
"""What is still on its way has words of its own: nothing has gone wrong."""


def outcome_view(mine: MyOutcome, lang: Lang) -> OutcomeView:
    """Return what is known of it now, and the way on."""
    state = _STATES[mine.outcome]
    clinic = mine.clinic if state == "done" else mine.left
    words = f"outcomes.{mine.kind}.{_WORDS[mine.outcome]}"
    booking = addresses.booking(lang, clinic.slug, mine.booking_id) if mine.booking_id else ""
    onward = _onward(mine, lang) if state == "not_done" else ""
    return OutcomeView(
        state=state,
        title=t(lang, f"{words}.title"),
        body=t(lang, f"{words}.body", phone=clinic.phone),
        told=mine.result_text if mine.outcome == WriteOutcome.REFUSED else "",
        rows=_rows(mine, lang),
        reference=mine.reference.partition("-")[0],
        phone=clinic.phone,
        phone_href=addresses.phone_link(clinic.phone),
        onward=t(lang, f"outcomes.{mine.kind}.onward") if onward else "",
        onward_href=onward,
        booking_href=booking,
        unread=mine.settled and not mine.read,
    )


def outcome_row(mine: MyOutcome, lang: Lang) -> ErrandRow:
    """Return it as one in a list, which leads to all that is known of it."""
    when = moment_text(mine.starts_at, lang)
    return ErrandRow(
        href=addresses.outcome(lang, mine.clinic.slug, mine.id),
        title=t(lang, f"outcomes.{mine.kind}.{_WORDS[mine.outcome]}.title"),
        about=t(lang, "outcomes.about", clinic=mine.clinic.name, when=when),
        badge=t(lang, f"outcomes.badge.{'new' if mine.settled else 'waiting'}"),
        news=mine.settled,
    )


def _onward(mine: MyOutcome, lang: Lang) -> str:
    """Return where it can be done once more; empty where it is not known how."""
    clinic = mine.left.slug
    if mine.kind == WriteKind.CANCEL:
        return addresses.cancel(lang, clinic, mine.booking_id)
    if not mine.time_type_id:
        return ""
    rebooks = OldBooking(clinic, mine.booking_id) if mine.kind == WriteKind.UPDATE else None
    return addresses.step(lang, clinic, mine.time_type_id, rebooks=rebooks)


def _rows(mine: MyOutcome, lang: Lang) -> list[SummaryRow]:
    span = format_span(lang, mine.starts_at, mine.ends_at)
    time = t(lang, "citizen.time.in_day", day=format_day(lang, mine.starts_at), time=span)
    old = moment_text(mine.old_starts_at, lang) if mine.old_starts_at else ""
    facts = {
        "citizen.rebook.old": old,
        "citizen.rebook.new" if old else "citizen.check.time": time,
        "citizen.check.visit": mine.time_type,
        "citizen.check.clinic": mine.clinic.name,
        "citizen.rebook.current_clinic": "" if mine.left == mine.clinic else mine.left.name,
    }
    return [SummaryRow(t(lang, key), value) for key, value in facts.items() if value]
