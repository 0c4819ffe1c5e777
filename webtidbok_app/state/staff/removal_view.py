"""Taking times away in words: what it would do, what has changed since, what it did. Pure functions."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from webtidbok_app.domain.errors import TooManyToRemove
from webtidbok_app.domain.removal import CallBecause, Decision
from webtidbok_app.domain.removal import Choice as Fate
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, format_short_day, format_span, format_time, t, tn
from webtidbok_app.services.removal_impact import AbsentChoice, BookedVisit, Option, RemovalImpact
from webtidbok_app.services.removed import RemovalDone, RemovedVisit
from webtidbok_app.state.staff.preview_view import moment_words
from webtidbok_app.state.staff.week_view import week_href, with_title
from webtidbok_app.state.staff.withdraw_view import lines_of, more_of
from webtidbok_app.state.views import Choice, FieldProblem, Problem

PAGE = "/personal/ta-bort"
EVERYBODY = "alla"
"""What the address says for all performers."""
FATES = tuple(Fate)


@dataclass(frozen=True)
class VisitView:
    """A booked visit and what is to become of it. Personal: emptied when the page is left."""

    id: str = ""
    name: str = ""
    when: str = ""
    what: str = ""
    href: str = ""
    open_name: str = ""
    protected: bool = False
    choice: str = ""
    choices: list[Choice] = field(default_factory=list)
    choice_name: str = ""
    target: str = ""
    options: list[Choice] = field(default_factory=list)
    to_name: str = ""
    problem: str = ""
    to_problem: str = ""


@dataclass(frozen=True)
class ImpactView:
    """What taking the times away would do. Without a ``heading`` there is nothing to show."""

    heading: str = ""
    free_title: str = ""
    free: list[str] = field(default_factory=list)
    more: str = ""
    kept_title: str = ""
    kept: list[str] = field(default_factory=list)
    some: bool = False
    booked: bool = False


@dataclass(frozen=True)
class PhoneView:
    """Somebody who is to be phoned. ``phoned`` says by whom and when it is done."""

    id: str = ""
    name: str = ""
    phone: str = ""
    guardian: str = ""
    protected: bool = False
    """No number stands here: it is in the booking, at ``href``."""
    href: str = ""
    open_name: str = ""
    about: str = ""
    why: str = ""
    phoned: str = ""
    mark_name: str = ""


@dataclass(frozen=True)
class BecameView:
    """What became of one booked visit."""

    id: str = ""
    when: str = ""
    name: str = ""
    became: str = ""
    href: str = ""
    open_name: str = ""


@dataclass(frozen=True)
class DoneView:
    """What was done. ``wait`` says until when it can be taken back, and is empty when it cannot."""

    heading: str = ""
    body: str = ""
    by: str = ""
    wait: str = ""
    phone_title: str = ""
    phone_body: str = ""
    phone: list[PhoneView] = field(default_factory=list)
    left_title: str = ""
    left: list[str] = field(default_factory=list)
    rows: list[BecameView] = field(default_factory=list)
    week_href: str = ""


def performer_words(one: AbsentChoice) -> str:
    """Return "Anna Berg, sjuksköterska", and that she is not in use any more if so."""
    name = with_title(one.performer)
    return name if one.active else t("sv", "staff.removal.not_in_use", name=name)


def too_many(error: TooManyToRemove, key: str) -> Problem:
    """Return how many there are, and how many are taken away at once."""
    booked, times, most = (int(str(error.facts[name])) for name in ("booked", "times", "most"))
    what, count = ("booked", booked) if booked > most else ("times", times)
    body = tn("sv", f"staff.removal.too_many_{what}", count, most=most)
    return Problem(t("sv", "staff.removal.too_many"), body, key=key)


def impact_view(impact: RemovalImpact) -> ImpactView:
    """Return what goes and what stays, whoever keeps their time."""
    if not impact.times:
        return ImpactView(t("sv", "staff.removal.none"), **_kept(impact))
    count = len(impact.booked)
    booked = tn("sv", "staff.removal.booked", count) if count else t("sv", "staff.removal.booked_none")
    return ImpactView(
        heading=f"{tn('sv', 'staff.removal.heading', impact.times)} {booked}",
        free_title=tn("sv", "staff.removal.free", len(impact.free)) if impact.free else "",
        free=lines_of(impact.free),
        more=more_of(len(impact.free)),
        some=True,
        booked=count > 0,
        **_kept(impact),
    )


def _kept(impact: RemovalImpact) -> dict[str, object]:
    if not impact.kept:
        return {}
    counts = Counter("held" if slot.held else "arrived" for slot in impact.kept)
    what = ", ".join(tn("sv", f"staff.removal.kept_{why}", count) for why, count in sorted(counts.items()))
    return {"kept_title": t("sv", "staff.removal.kept", what=what), "kept": lines_of(impact.kept)}


def visit_views(
    impact: RemovalImpact,
    chosen: Mapping[UUID, Fate],
    to: Mapping[UUID, UUID],
    problems: Iterable[FieldProblem] = (),
) -> list[VisitView]:
    """Return the booked visits with what is chosen for each, and what is wrong with that."""
    wrong = {problem.field: problem.text for problem in problems}
    return [
        _visit_view(visit, chosen.get(visit.booking_id), to.get(visit.booking_id), wrong)
        for visit in impact.booked
    ]


def _visit_view(
    visit: BookedVisit, chosen: Fate | None, to: UUID | None, wrong: Mapping[str, str]
) -> VisitView:
    when = when_words(visit.starts_at, visit.ends_at)
    facts = {"name": visit.name, "when": when}
    can = {
        Fate.KEEP: True,
        Fate.MOVE: bool(visit.options),
        Fate.INVITE: visit.can_be_invited,
        Fate.CANCEL: True,
    }
    return VisitView(
        id=visit.booking_id.hex,
        name=visit.name,
        when=when,
        what=f"{visit.time_type}, {visit.performer}",
        href=f"/personal/bokning/{visit.booking_id.hex}",
        open_name=t("sv", "staff.removal.open_name", **facts),
        protected=visit.protected,
        choice=chosen or "",
        choices=[Choice(fate.value, t("sv", f"staff.removal.{fate}")) for fate in FATES if can[fate]],
        choice_name=t("sv", "staff.removal.choice_name", **facts),
        target=str(to) if to and chosen == Fate.MOVE else "",
        options=[_option(one) for one in visit.options] if chosen == Fate.MOVE else [],
        to_name=t("sv", "staff.removal.to_name", **facts),
        problem=wrong.get(f"choice-{visit.booking_id.hex}", ""),
        to_problem=wrong.get(f"to-{visit.booking_id.hex}", ""),
    )


def may_be(visit: BookedVisit, fate: Fate) -> bool:
    """Whether that can become of the visit: a time to move to is suggested, or its resident could book."""
    return {Fate.MOVE: visit.suggested is not None, Fate.INVITE: visit.can_be_invited}.get(fate, True)


def tally(impact: RemovalImpact, chosen: Mapping[UUID, Fate]) -> str:
    """Return "Av de bokade: 2 flyttas, 1 avbokas."."""
    counts = Counter(chosen.get(visit.booking_id, "left") for visit in impact.booked)
    parts = [tn("sv", f"staff.removal.tally_{one}", counts[one]) for one in ("left", *FATES) if counts[one]]
    return t("sv", "staff.removal.tally", parts=", ".join(parts)) if parts else ""


def going(impact: RemovalImpact, chosen: Mapping[UUID, Fate]) -> int:
    """Return how many times go as things are chosen."""
    staying = {visit.slot_id for visit in impact.booked if chosen.get(visit.booking_id) == Fate.KEEP}
    return len(impact.free) + len({visit.slot_id for visit in impact.booked} - staying)


def problems_of(
    impact: RemovalImpact, chosen: Mapping[UUID, Fate], to: Mapping[UUID, UUID]
) -> list[FieldProblem]:
    """Return what is not chosen yet, and who are on their way to the same place."""
    problems, taken = [], Counter[UUID]()
    for visit in impact.booked:
        identity, fate = visit.booking_id, chosen.get(visit.booking_id)
        facts = {"name": visit.name, "when": when_words(visit.starts_at, visit.ends_at)}
        if fate is None:
            words = t("sv", "staff.removal.not_chosen", **facts)
            problems.append(FieldProblem(f"choice-{identity.hex}", words))
        if fate == Fate.MOVE and (slot := to.get(identity)):
            taken[slot] += 1
            if taken[slot] > next((one.left for one in visit.options if one.slot_id == slot), 0):
                words = t("sv", "staff.removal.twice", name=visit.name)
                problems.append(FieldProblem(f"to-{identity.hex}", words))
    return problems


def decisions_of(
    impact: RemovalImpact, chosen: Mapping[UUID, Fate], to: Mapping[UUID, UUID]
) -> list[Decision]:
    """Return what is chosen, for the use case."""
    return [
        Decision(visit.booking_id, fate, to.get(visit.booking_id) if fate == Fate.MOVE else None)
        for visit in impact.booked
        if (fate := chosen.get(visit.booking_id))
    ]


def differences(before: RemovalImpact, after: RemovalImpact, lost: Iterable[BookedVisit]) -> list[str]:
    """Return what has changed since ``before`` was shown. Those ``lost`` cannot have the time chosen for them."""
    old = {visit.booking_id: visit for visit in before.booked}
    new = {visit.booking_id: visit for visit in after.booked}
    lines = [_about("diff_new", visit) for key, visit in new.items() if key not in old]
    lines += [_about("diff_gone", visit) for key, visit in old.items() if key not in new]
    lines += [t("sv", "staff.removal.diff_to", name=visit.name) for visit in lost]
    ids = [{slot.id for slot in impact.free} for impact in (before, after)]
    for name, count in (("diff_free", len(ids[0] - ids[1])), ("diff_more", len(ids[1] - ids[0]))):
        lines += [tn("sv", f"staff.removal.{name}", count)] if count else []
    return lines


def _about(key: str, visit: BookedVisit) -> str:
    return t("sv", f"staff.removal.{key}", name=visit.name, when=when_words(visit.starts_at, visit.ends_at))


def _option(one: Option) -> Choice:
    when = f"{format_short_day('sv', one.starts_at)} {format_span('sv', one.starts_at, one.ends_at)}"
    return Choice(str(one.slot_id), t("sv", "staff.removal.option", when=when, who=one.performer))


def when_words(starts_at: datetime, ends_at: datetime) -> str:
    """Return "tisdag 1 december kl. 9.00–9.20"."""
    return f"{format_day('sv', starts_at, year=False)} {format_span('sv', starts_at, ends_at)}"


def done_view(done: RemovalDone, now: datetime) -> DoneView:
    """Return what was done and who is to be phoned, or that it is taken back."""
    back = done.taken_back_at is not None
    to_phone = [visit for visit in done.visits if visit.call_because]
    left = [visit for visit in done.visits if visit.left_as_wished] if back else []
    waiting = sum(visit.phoned_at is None for visit in to_phone)
    key = "phone" if waiting else "phone_done"
    return DoneView(
        heading=tn("sv", "staff.removed.back_heading" if back else "staff.removed.heading", done.times),
        body=_body(done, back=back),
        by=_by(done, now),
        wait=_wait(done, now),
        phone_title=(tn("sv", "staff.removed.phone", waiting) if waiting else t("sv", f"staff.removed.{key}"))
        if to_phone
        else "",
        phone_body=t(
            "sv", "staff.removed.phone_body_back" if back and not left else "staff.removed.phone_body"
        ),
        phone=[_phone_view(visit, now, back=back) for visit in to_phone],
        left_title=tn("sv", "staff.removed.left", len(left)) if left else "",
        left=[f"{visit.name}, {when_words(visit.starts_at, visit.ends_at)}" for visit in left],
        rows=[_became_view(visit, back=back) for visit in done.visits],
        week_href=week_href(day_of(done.first_start)),
    )


def _body(done: RemovalDone, *, back: bool) -> str:
    if back:
        return t("sv", "staff.removed.none_told")
    counts = Counter(visit.choice for visit in done.visits) + Counter({Fate.KEEP: done.kept})
    parts = [
        tn("sv", f"staff.removed.did_{fate}", counts[fate])
        for fate in (Fate.MOVE, Fate.INVITE, Fate.CANCEL, Fate.KEEP)
        if counts[fate]
    ]
    return t("sv", "staff.removed.did", parts=", ".join(parts)) if parts else ""


def _by(done: RemovalDone, now: datetime) -> str:
    by = t("sv", "staff.removed.by", name=done.done_by, when=moment_words(done.done_at, now))
    if done.taken_back_at is None:
        return by
    when = moment_words(done.taken_back_at, now)
    return f"{by} {t('sv', 'staff.removed.back_by', name=done.taken_back_by, when=when)}"


def _wait(done: RemovalDone, now: datetime) -> str:
    if not done.can_be_taken_back(now):
        return ""
    key = "wait" if done.visits else "wait_none"
    return t("sv", f"staff.removed.{key}", time=format_time("sv", done.until))


def _phone_view(visit: RemovedVisit, now: datetime, *, back: bool) -> PhoneView:
    when_it_was = when_words(visit.starts_at, visit.ends_at)
    phoned = ""
    if visit.phoned_at is not None:
        when = moment_words(visit.phoned_at, now)
        phoned = t("sv", "staff.removed.phoned_by", name=visit.phoned_by, when=when)
    key = "not_phoned_name" if phoned else "phoned_name"
    guardian = t("sv", "staff.removed.guardian", name=visit.guardian) if visit.guardian else ""
    return PhoneView(
        id=str(visit.id),
        name=visit.name,
        phone=visit.phone,
        guardian=guardian,
        protected=visit.protected,
        href=_href(visit, back=back),
        open_name=t("sv", "staff.removal.open_name", name=visit.name, when=when_it_was),
        about=f"{when_it_was}. {_became(visit)}.",
        why=t("sv", f"staff.removed.because_{CallBecause(visit.call_because)}"),
        phoned=phoned,
        mark_name=t("sv", f"staff.removed.{key}", name=visit.name),
    )


def _became_view(visit: RemovedVisit, *, back: bool) -> BecameView:
    when = when_words(visit.starts_at, visit.ends_at)
    became = _became(visit)
    if back:
        became = t("sv", "staff.removed.became_left" if visit.left_as_wished else "staff.removed.became_back")
    return BecameView(
        id=str(visit.id),
        when=when,
        name=visit.name,
        became=became,
        href=_href(visit, back=back),
        open_name=t("sv", "staff.removal.open_name", name=visit.name, when=when),
    )


def _href(visit: RemovedVisit, *, back: bool) -> str:
    """Return the address of the booking that holds now, or that was cancelled."""
    booking = visit.booking_id if back else visit.new_booking_id or visit.booking_id
    return f"/personal/bokning/{booking}"


def _became(visit: RemovedVisit) -> str:
    if visit.call_because == CallBecause.TAKEN_BACK:
        return t("sv", "staff.removed.became_back")
    facts = {}
    if visit.new_starts_at and visit.new_ends_at:
        facts = {"when": when_words(visit.new_starts_at, visit.new_ends_at), "who": visit.new_performer}
    return t("sv", f"staff.removed.became_{visit.choice}", **facts)
