"""What a clinic asks of those who book a time type, and what they answer."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

QUESTIONS_MAX = 5
"""Questions that a time type can have: each one more loses somebody on the way."""
QUESTION_MAX = 150
"""Characters of a question."""
CHOICES = range(2, 9)
"""How many answers there can be to choose among."""
CHOICE_MAX = 60
ANSWER_MAX = 300
"""Characters of an answer in one's own words."""


class Words(NamedTuple):
    """The same words in both languages; the Swedish ones where there are no English."""

    sv: str
    en: str = ""

    def in_language(self, lang: str) -> str:
        """Return the words in ``lang``."""
        return (self.en if lang == "en" else self.sv) or self.sv


class Question(NamedTuple):
    """A question, to be answered by one of ``choices`` or, without any, in the resident's own words."""

    text: Words
    choices: tuple[Words, ...] = ()
    required: bool = False


class Answer(NamedTuple):
    """What was asked and answered, as it was said then."""

    question: Words
    answer: Words


def answer_all(questions: Sequence[Question], said: Sequence[str]) -> tuple[Answer, ...]:
    """Return the answers that are there. ``said`` follows the questions: own words, or a choice in Swedish."""
    return tuple(
        Answer(question.text, _chosen(question, words))
        for question, words in zip(questions, said, strict=False)
        if words
    )


def find_problems(questions: Sequence[Question], said: Sequence[str]) -> dict[int, str]:
    """Return what has to be mended: the question's number from 0, and the code of the text that says so."""
    problems: dict[int, str] = {}
    for number, question in enumerate(questions):
        words = said[number] if number < len(said) else ""
        if not words and question.required:
            problems[number] = "choice_missing" if question.choices else "answer_missing"
        elif question.choices and words and words not in {choice.sv for choice in question.choices}:
            problems[number] = "choice_missing"
        elif len(words) > ANSWER_MAX:
            problems[number] = "too_long"
    return problems


def pack_questions(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """Return the questions as they are kept in the database."""
    return [
        {
            "text": list(one.text),
            "choices": [list(choice) for choice in one.choices],
            "required": one.required,
        }
        for one in questions
    ]


def unpack_questions(kept: Iterable[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Return the questions that ``pack_questions`` made."""
    return tuple(
        Question(Words(*one["text"]), tuple(Words(*choice) for choice in one["choices"]), one["required"])
        for one in kept
    )


def pack_answers(answers: Iterable[Answer]) -> str:
    """Return the answers as they are kept with a booking; empty without any."""
    kept = [[*one.question, *one.answer] for one in answers]
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def unpack_answers(kept: str) -> tuple[Answer, ...]:
    """Return the answers that ``pack_answers`` made."""
    return tuple(Answer(Words(*one[:2]), Words(*one[2:])) for one in json.loads(kept or "[]"))


def _chosen(question: Question, words: str) -> Words:
    return next((choice for choice in question.choices if choice.sv == words), Words(words))
