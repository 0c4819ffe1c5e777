"""The clinic's time types (tidstyper) and their rules. Its staff see them; its administrator writes them.

A rule holds from when it is saved, for times that are published already too; what is booked stands.
"""

import re
import unicodedata
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_time_types
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Clinic, Slot, TimeType
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import InvalidInput, NotFound, StaleVersion
from webtidbok_app.domain.opening import ANY_TIME, EARLIEST_DAYS, FIRST_RELEASE_TIME, RELEASE_WEEKS, Opening
from webtidbok_app.domain.question import (
    CHOICE_MAX,
    CHOICES,
    QUESTION_MAX,
    QUESTIONS_MAX,
    Question,
    pack_questions,
    unpack_questions,
)
from webtidbok_app.domain.visit import Bookable, ReasonRule, VisitForm
from webtidbok_app.i18n import LANGS
from webtidbok_app.journal.port import Text
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import ADMINISTERS, administers, as_schedule_staff
from webtidbok_app.services.rich_texts import Written, tidied
from webtidbok_app.timebook.schedule_log import lock_schedule

NAME_MAX = 60
TEXT_MAX = 1000
TEXTS = ("audience", "not_here", "prepare")
"""What residents read of it, with bold, italic, lists and links, in both languages."""
AGES = range(121)
LENGTHS = range(5, 24 * 60 + 1)
NOTICE_MINUTES = range(30 * 24 * 60 + 1)
CANCEL_HOURS = range(30 * 24 + 1)
MAX_ACTIVE = range(1, 21)
HAND_OVER_HOURS = range(1, 169)
UNREAD = -1
"""In place of a number that could not be read."""


@dataclass(frozen=True)
class Rules:
    """All that a clinic decides about a time type, by the names of the table's columns."""

    name_sv: str = ""
    name_en: str = ""
    length_minutes: int = 20
    visit_form: VisitForm = VisitForm.ON_SITE
    video_url: str = ""
    audience_sv: str = ""
    audience_en: str = ""
    not_here_sv: str = ""
    not_here_en: str = ""
    prepare_sv: str = ""
    prepare_en: str = ""
    bookable: Bookable = Bookable.WEB
    min_age: int | None = None
    max_age: int | None = None
    reason: ReasonRule = ReasonRule.OPTIONAL
    questions: tuple[Question, ...] = ()
    opening: Opening = ANY_TIME
    cancel_hours: int = 24
    max_active: int | None = None
    hand_over_hours: int | None = None
    hand_over_to: UUID | None = None
    active: bool = True


@dataclass(frozen=True)
class TimeTypeRules:
    """A time type with its rules. ``version`` is which change of them one has seen."""

    id: UUID
    slug: str
    version: int
    rules: Rules
    coming: int
    """How many published times of it are still to come."""


@dataclass(frozen=True)
class TimeTypes:
    """The clinic's time types in order of name, and whether the one who asked may change them."""

    clinic: str
    time_types: list[TimeTypeRules]
    may_change: bool


async def list_rules(actor: Actor | None) -> TimeTypes:
    """Return the clinic's time types, those too that are not in use."""
    staff, clinic_id = as_schedule_staff(actor)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        coming = await _count_coming(session, clinic_id, clock.now())
        rows = await session.scalars(select(TimeType).where(col(TimeType.clinic_id) == clinic_id))
        found = [_described(row, coming) for row in rows]
    found.sort(key=lambda one: (not one.rules.active, one.rules.name_sv.casefold()))
    return TimeTypes(clinic.name, found, administers(staff))


async def add_time_type(actor: Actor | None, *, rules: Rules) -> TimeTypeRules:
    """Make a time type. Raises NotAllowed for other staff than the administrator, and InvalidInput by field."""
    staff, clinic_id = as_schedule_staff(actor, ADMINISTERS)
    async with get_database().write() as session:
        await lock_schedule(session, clinic_id=clinic_id)
        made = TimeType(
            clinic_id=clinic_id, id=new_id(), slug=await _free_slug(session, clinic_id, rules.name_sv), **_NEW
        )
        _write(made, await _checked(session, made, rules))
        session.add(made)
        audit.record(session, staff, "add_time_type", clinic_id=clinic_id)
        tell_of_time_types(session, clinic_id)
        return _described(made, {})


async def change_time_type(actor: Actor | None, *, slug: str, version: int, rules: Rules) -> TimeTypeRules:
    """Change a time type's rules, from now on.

    Raises NotAllowed for other staff than the administrator, NotFound, InvalidInput by field, and StaleVersion when
    somebody has changed it since ``version`` was shown.
    """
    staff, clinic_id = as_schedule_staff(actor, ADMINISTERS)
    async with get_database().write() as session:
        await lock_schedule(session, clinic_id=clinic_id)
        row = await session.scalar(
            select(TimeType).where(col(TimeType.clinic_id) == clinic_id, col(TimeType.slug) == slug)
        )
        if row is None:
            raise NotFound
        if row.version != version:
            raise StaleVersion
        _write(row, await _checked(session, row, rules))
        row.version += 1
        audit.record(session, staff, "change_time_type", clinic_id=clinic_id)
        tell_of_time_types(session, clinic_id)
        await session.flush()
        return _described(row, await _count_coming(session, clinic_id, clock.now()))


_NEW: dict[str, Any] = {"name_sv": "", "name_en": "", "length_minutes": 20}


async def _count_coming(session: AsyncSession, clinic_id: UUID, now: datetime) -> dict[UUID, int]:
    rows = await session.execute(
        select(col(Slot.time_type_id), func.count())
        .where(col(Slot.clinic_id) == clinic_id, col(Slot.starts_at) > now, text("slot.withdrawn_at IS NULL"))
        .group_by(col(Slot.time_type_id))
    )
    return {row[0]: row[1] for row in rows}


def _described(row: TimeType, coming: dict[UUID, int]) -> TimeTypeRules:
    kept = {field.name: getattr(row, field.name) for field in fields(Rules)}
    kept |= {
        "visit_form": VisitForm(row.visit_form),
        "bookable": Bookable(row.bookable),
        "reason": ReasonRule(row.reason),
        "questions": unpack_questions(row.questions),
    }
    rules = Rules(**kept)
    return TimeTypeRules(row.id, row.slug, row.version, rules, coming.get(row.id, 0))


def _write(row: TimeType, rules: Rules) -> None:
    for name, value in (vars(rules) | rules.opening._asdict()).items():
        if name not in {"opening", "questions"}:
            setattr(row, name, value)
    row.questions = pack_questions(rules.questions)


async def _checked(session: AsyncSession, row: TimeType, rules: Rules) -> Rules:
    """Return the rules with their texts tidied. Raises InvalidInput, with all that is to be mended at once."""
    problems = check_rules(rules)
    written = {
        name: Written(Text(getattr(rules, f"{name}_sv"), getattr(rules, f"{name}_en")), TEXT_MAX)
        for name in TEXTS
    }
    kept: dict[str, Text] = {}
    try:
        kept = tidied(written)
    except InvalidInput as error:
        problems |= error.problems
    if not problems and rules.hand_over_to is not None:
        problems = await _check_receiver(session, row, rules.hand_over_to)
    if problems:
        raise InvalidInput(problems)
    return replace(
        rules, **{f"{name}_{lang}": getattr(text, lang) for name, text in kept.items() for lang in LANGS}
    )


def check_rules(rules: Rules) -> dict[str, str]:
    """Return what has to be mended: the field, and the code of the text that says so."""
    names = {"name_sv": rules.name_sv, "name_en": rules.name_en}
    problems = {field: "name_too_long" for field, name in names.items() if len(name) > NAME_MAX}
    if not rules.name_sv:
        problems["name_sv"] = "name_missing"
    within = {
        "length_minutes": (rules.length_minutes, LENGTHS),
        "min_age": (rules.min_age, AGES),
        "max_age": (rules.max_age, AGES),
        "notice_minutes": (rules.opening.notice_minutes, NOTICE_MINUTES),
        "earliest_days": (rules.opening.earliest_days, EARLIEST_DAYS),
        "release_weeks": (rules.opening.release_weeks, RELEASE_WEEKS),
        "cancel_hours": (rules.cancel_hours, CANCEL_HOURS),
        "max_active": (rules.max_active, MAX_ACTIVE),
        "hand_over_hours": (rules.hand_over_hours, HAND_OVER_HOURS),
    }
    problems |= {field: field for field, (n, allowed) in within.items() if n is not None and n not in allowed}
    if rules.min_age is not None and rules.max_age is not None and rules.min_age > rules.max_age >= 0:
        problems["max_age"] = "max_age_below"
    if rules.video_url and not re.fullmatch(r"https://[^\s<>\"]+", rules.video_url):
        problems["video_url"] = "video_url"
    return (
        problems | _check_release(rules.opening) | _check_hand_over(rules) | _check_questions(rules.questions)
    )


def _check_release(opening: Opening) -> dict[str, str]:
    if opening.release_weekday is None:
        return {}
    problems = {} if opening.release_weekday in range(7) else {"release_weekday": "release_weekday"}
    if opening.release_time is None or opening.release_time < FIRST_RELEASE_TIME:
        problems["release_time"] = "release_time"
    if opening.release_weeks is None:
        problems["release_weeks"] = "release_weeks"
    return problems


def _check_hand_over(rules: Rules) -> dict[str, str]:
    if (rules.hand_over_hours is None) == (rules.hand_over_to is None):
        return {}
    return {"hand_over_to" if rules.hand_over_to is None else "hand_over_hours": "hand_over_both"}


def _check_questions(questions: tuple[Question, ...]) -> dict[str, str]:
    problems = {"question_0_sv": "questions_many"} if len(questions) > QUESTIONS_MAX else {}
    for number, question in enumerate(questions):
        if not question.text.sv:
            problems[f"question_{number}_sv"] = "question_missing"
        elif max(map(len, question.text)) > QUESTION_MAX:
            problems[f"question_{number}_sv"] = "question_too_long"
        words = [choice.sv for choice in question.choices]
        english = [choice.en for choice in question.choices if choice.en]
        if words and (len(words) not in CHOICES or len(set(words)) < len(words)):
            problems[f"question_{number}_choices_sv"] = "choices"
        elif any(len(one) > CHOICE_MAX for one in (*words, *english)):
            problems[f"question_{number}_choices_sv"] = "choice_too_long"
        elif english and len(english) != len(words):
            problems[f"question_{number}_choices_en"] = "choices_en"
    asked = [question.text.sv for question in questions]
    repeated = [number for number, text_sv in enumerate(asked) if text_sv and text_sv in asked[:number]]
    return problems | {f"question_{number}_sv": "question_repeated" for number in repeated}


async def _check_receiver(session: AsyncSession, giver: TimeType, receiver_id: UUID) -> dict[str, str]:
    """Times are handed over once at the most: who receives hands nothing over, and who hands over receives nothing."""
    receiver = await session.get(TimeType, (giver.clinic_id, receiver_id))
    if receiver is None or receiver.id == giver.id:
        return {"hand_over_to": "hand_over_to"}
    receives = await session.scalar(
        select(func.count()).where(
            col(TimeType.clinic_id) == giver.clinic_id, col(TimeType.hand_over_to) == giver.id
        )
    )
    return {"hand_over_to": "hand_over_chain"} if receiver.hand_over_to or receives else {}


async def _free_slug(session: AsyncSession, clinic_id: UUID, name: str) -> str:
    """Return what the time type is called in addresses, for ever: its first name, and a number if that is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "tidstyp"
    taken = set(await session.scalars(select(col(TimeType.slug)).where(col(TimeType.clinic_id) == clinic_id)))
    return next(
        slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken
    )
