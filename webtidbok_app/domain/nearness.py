"""How near a text is to what somebody searches for, so that near spellings find it too. Pure Python.

Nearest first: the whole name, how it begins, how its words begin, within its words, and at last words that are
nearly the same ("hamens" is near "Hamnens"). Case, accents and punctuation make no difference.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from typing import TypeVar

NEAR_ENOUGH = 0.8
"""Share of letters that two words have in common, in order: one wrong letter of five, two of eleven."""
SHORTEST_NEAR = 4
"""Shorter words are near too many others."""
NEAR_AT_MOST = 10

T = TypeVar("T")


class Match(IntEnum):
    """In which way a text matches."""

    WHOLE = 0
    BEGINNING = 1
    WORDS = 2
    WITHIN = 3
    NEAR = 4


@dataclass(frozen=True, order=True)
class Nearness:
    """How near: the smaller, the nearer. ``gap`` tells those apart that match in the same way."""

    match: Match
    gap: float = 0


@dataclass(frozen=True)
class Searchable:
    """What is searched: what the thing is called, and what else it may be found by."""

    names: tuple[str, ...]
    about: str = ""


def fold(text: str) -> str:
    """Return the words of the text without case, accents and punctuation: "Björken, BVC" is "bjorken bvc"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(re.findall(r"\w+", plain))


def nearness(words: str, searchable: Searchable) -> Nearness | None:
    """Return how near every one of ``words`` is to the text, or None when one is not near at all."""
    sought, names = fold(words), [fold(name) for name in searchable.names]
    if not sought:
        return None
    if sought in names:
        return Nearness(Match.WHOLE)
    if any(name.startswith(sought) for name in names):
        return Nearness(Match.BEGINNING)
    return _nearness_of_words(sought, " ".join(names), fold(searchable.about))


def rank(words: str, things: Iterable[T], searchable_of: Callable[[T], Searchable]) -> tuple[list[T], bool]:
    """Return the things that have the words, nearest first and otherwise in their order, and False.

    When none has them, return at most ten that are nearly called so, and True.
    """
    found = [(near, thing) for thing in things if (near := nearness(words, searchable_of(thing)))]
    found.sort(key=lambda pair: pair[0])
    sure = [thing for near, thing in found if near.match < Match.NEAR]
    if sure:
        return sure, False
    return [thing for _, thing in found[:NEAR_AT_MOST]], bool(found)


def _nearness_of_words(sought: str, name: str, about: str) -> Nearness | None:
    text = f"{name} {about}"
    parts, name_words, all_words = sought.split(), set(name.split()), set(text.split())
    if all(_begins_any(part, all_words) for part in parts):
        return Nearness(Match.WORDS, sum(not _begins_any(part, name_words) for part in parts))
    if all(part in text for part in parts) or _squeezed(sought) in _squeezed(text):
        return Nearness(Match.WITHIN)
    gaps = [_gap(part, all_words) for part in parts]
    return None if 1 in gaps else Nearness(Match.NEAR, sum(gaps))


def _begins_any(part: str, words: Iterable[str]) -> bool:
    return any(word.startswith(part) for word in words)


def _squeezed(text: str) -> str:
    """Return the text without spaces: "92104" is within "921 04", "vård central" within "vårdcentral"."""
    return text.replace(" ", "")


def _gap(part: str, words: Iterable[str]) -> float:
    """Return how far the nearest word, or beginning of a word, is from ``part``: from 0 to 0.2, or 1 when none is."""
    if _begins_any(part, words):
        return 0
    if len(part) < SHORTEST_NEAR:
        return 1
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(part)
    best = 0.0
    for candidate in {shape for word in words for shape in (word, word[: len(part)])}:
        matcher.set_seq1(candidate)
        if matcher.real_quick_ratio() >= NEAR_ENOUGH and matcher.quick_ratio() >= NEAR_ENOUGH:
            best = max(best, matcher.ratio())
    return 1 - best if best >= NEAR_ENOUGH else 1
