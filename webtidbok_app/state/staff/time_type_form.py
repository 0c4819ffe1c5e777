"""The form for a time type: from its rules to what stands in the fields, and back. Pure functions."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from webtidbok_app.domain import rich_text
from webtidbok_app.domain.opening import Opening
from webtidbok_app.domain.question import QUESTIONS_MAX, Question, Words
from webtidbok_app.domain.visit import Bookable, ReasonRule, VisitForm
from webtidbok_app.i18n import LANGS, Lang, t
from webtidbok_app.journal.port import Text, TimeTypeInfo
from webtidbok_app.services.time_type_rules import TEXTS, UNREAD, Rules, TimeTypeRules
from webtidbok_app.state.input import parse_count, parse_id, parse_wall, ticked, typed, typed_rich
from webtidbok_app.state.present.rules import rules_in_words, span_text
from webtidbok_app.state.staff.setup_views import QuestionForm, TimeTypeForm
from webtidbok_app.state.views import Choice

NOTICES = (0, 15, 30, 60, 120, 240, 720, 1440, 2880, 4320, 10080)
"""Minutes before its start that a time is usually bookable last."""
CANCELS = (0, 1, 2, 4, 12, 24, 48, 72, 168)
"""Hours before its start that a time can usually be cancelled last."""
HAND_OVERS = (1, 2, 4, 8, 24, 48, 72)
"""Hours before its start that a time can be handed over."""
_LINES = ("name_sv", "name_en", "video_url")
_MARKUP = tuple(f"{text}_{lang}" for text in TEXTS for lang in LANGS)
_QUESTION_FIELDS = ("sv", "choices_sv", "choices_en")
IN_ORDER = (
    "name_sv", "name_en", "length_minutes", "visit_form", "video_url",
    "audience_sv", "audience_en", "not_here_sv", "not_here_en", "prepare_sv", "prepare_en",
    "bookable", "min_age", "max_age", "max_active",
    "opens", "earliest_days", "release_weekday", "release_time", "release_weeks", "notice_minutes", "cancel_hours",
    "hand_over_hours", "hand_over_to",
    "reason", *(f"question_{n}_{field}" for n in range(QUESTIONS_MAX) for field in _QUESTION_FIELDS),
)  # fmt: skip
"""The fields in the order of the page."""


class Opens(StrEnum):
    """The ways in which times open, as the form offers them."""

    PUBLISHED = "published"
    DAYS = "days"
    RELEASE = "release"


def form_of(rules: Rules, *, heading: str, key: str, others: Iterable[TimeTypeRules]) -> TimeTypeForm:
    """Return what stands in the fields. ``others`` are the clinic's other time types."""
    opening, questions = rules.opening, list(rules.questions)
    return TimeTypeForm(
        heading=heading,
        key=key,
        **{name: getattr(rules, name) for name in _LINES},
        **{name: rich_text.shown(getattr(rules, name)) for name in _MARKUP},
        length_minutes=str(rules.length_minutes),
        visit_form=rules.visit_form,
        bookable=rules.bookable,
        min_age=_number(rules.min_age),
        max_age=_number(rules.max_age),
        reason=rules.reason,
        questions=[
            _question_form(n, questions[n] if n < len(questions) else None) for n in range(QUESTIONS_MAX)
        ],
        notices=_spans(NOTICES, opening.notice_minutes, 1, "no_notice"),
        notice_minutes=str(opening.notice_minutes),
        opens=_opens(opening),
        earliest_days=_number(opening.earliest_days),
        release_weekday=_number(opening.release_weekday),
        release_time=f"{opening.release_time:%H.%M}" if opening.release_time else "",
        release_weeks=_number(opening.release_weeks),
        cancels=_spans(CANCELS, rules.cancel_hours, 60, "no_cancel"),
        cancel_hours=str(rules.cancel_hours),
        max_active=_number(rules.max_active),
        hand_over_hours=_number(rules.hand_over_hours),
        receivers=[Choice(other.id.hex, other.rules.name_sv) for other in others if other.rules.active],
        hand_over_to=rules.hand_over_to.hex if rules.hand_over_to else "",
        active=rules.active,
    )


def read_rules(form: Any) -> Rules:
    """Return the rules that the form means. A number that cannot be read is ``UNREAD``: the use case tells of it."""
    chosen = {
        "visit_form": _one_of(VisitForm, typed(form, "visit_form"), VisitForm.ON_SITE),
        "bookable": _one_of(Bookable, typed(form, "bookable"), Bookable.WEB),
        "reason": _one_of(ReasonRule, typed(form, "reason"), ReasonRule.OPTIONAL),
    }
    hand_over_to = parse_id(typed(form, "hand_over_to"))
    return Rules(
        **{name: typed(form, name) for name in _LINES},
        **_read_markup(form),
        **chosen,
        length_minutes=_count(form, "length_minutes") or 0,
        min_age=_count(form, "min_age"),
        max_age=_count(form, "max_age"),
        questions=tuple(_read_questions(form)),
        opening=_read_opening(form),
        cancel_hours=_count(form, "cancel_hours") or 0,
        max_active=_count(form, "max_active"),
        hand_over_hours=_count(form, "hand_over_hours"),
        hand_over_to=hand_over_to,
        active="on" in ticked(form, "active"),
    )


def said_to_residents(rules: Rules, lang: Lang, *, now: datetime) -> list[str]:
    """Return the rules in the words that residents read."""
    info = TimeTypeInfo(
        id="",
        name=Text(rules.name_sv, rules.name_en),
        length_minutes=rules.length_minutes,
        visit_form=rules.visit_form,
        min_age=rules.min_age,
        max_age=rules.max_age,
        bookable=rules.bookable,
        reason=rules.reason,
        opening=rules.opening,
        cancel_hours=rules.cancel_hours,
        max_active=rules.max_active,
    )
    return rules_in_words(info, lang, now=now)


def _read_markup(form: Any) -> dict[str, str]:
    written = {name: typed_rich(form, name) for name in TEXTS}
    return {f"{name}_{lang}": getattr(text, lang) for name, text in written.items() for lang in LANGS}


def _read_opening(form: Any) -> Opening:
    opening = Opening(_count(form, "notice_minutes") or 0)
    match typed(form, "opens"):
        case Opens.DAYS:
            days = _count(form, "earliest_days")
            return opening._replace(earliest_days=UNREAD if days is None else days)
        case Opens.RELEASE:
            weekday = _count(form, "release_weekday")
            return opening._replace(
                release_weekday=UNREAD if weekday is None else weekday,
                release_time=parse_wall(typed(form, "release_time")),
                release_weeks=_count(form, "release_weeks"),
            )
    return opening


def _read_questions(form: Any) -> Iterable[Question]:
    """Yield the questions that anything is written for, in order."""
    for n in range(QUESTIONS_MAX):
        name = f"question_{n}"
        text = Words(typed(form, f"{name}_sv"), typed(form, f"{name}_en"))
        swedish, english = _lines(form, f"{name}_choices_sv"), _lines(form, f"{name}_choices_en")
        if any((*text, *swedish, *english)):
            choices = tuple(Words(*pair) for pair in zip_longest(swedish, english, fillvalue=""))
            yield Question(text, choices, required="on" in ticked(form, f"{name}_required"))


def _question_form(number: int, question: Question | None) -> QuestionForm:
    heading = t("sv", "setup.types.question", number=number + 1)
    if question is None:
        return QuestionForm(heading)
    return QuestionForm(
        heading=f"{heading}: {question.text.sv}",
        sv=question.text.sv,
        en=question.text.en,
        choices_sv="\n".join(choice.sv for choice in question.choices),
        choices_en="\n".join(choice.en for choice in question.choices).strip(),
        required=question.required,
    )


def _opens(opening: Opening) -> Opens:
    if opening.release_weekday is not None:
        return Opens.RELEASE
    return Opens.PUBLISHED if opening.earliest_days is None else Opens.DAYS


def _spans(usual: Iterable[int], now: int, minutes: int, none: str) -> list[Choice]:
    """Return the usual spans, and the one that is set already, from the shortest."""
    return [
        Choice(str(one), span_text(one * minutes, "sv") if one else t("sv", f"setup.types.{none}"))
        for one in sorted({*usual, now})
    ]


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _count(form: Any, name: str) -> int | None:
    """Return the number in a field, None when it is empty."""
    text = typed(form, name)
    found = parse_count(text)
    return UNREAD if text and found is None else found


def _lines(form: Any, name: str) -> list[str]:
    return [line.strip() for line in typed(form, name).splitlines() if line.strip()]


def _one_of(kind: type[Any], value: str, otherwise: Any) -> Any:
    return kind(value) if value in set(kind) else otherwise
