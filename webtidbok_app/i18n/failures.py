"""The one place where a failure's code becomes words, for pages and for the HTML that the server itself makes."""

from collections.abc import Mapping
from datetime import date, datetime

from webtidbok_app.domain.errors import WebtidbokError
from webtidbok_app.i18n import Lang, format_day, format_time, t

UNEXPECTED = "unexpected"


def code_of(error: Exception) -> str:
    """Return the stable code of ``error``; what nobody expected has one in common."""
    return error.code if isinstance(error, WebtidbokError) else UNEXPECTED


def words_for(code: str, lang: Lang, facts: Mapping[str, object]) -> tuple[str, str]:
    """Return a title and a text for a failure. A code without words is told as an unexpected one."""
    shown = in_words(facts, lang)
    try:
        return t(lang, f"errors.{code}.title", **shown), t(lang, f"errors.{code}.body", **shown).strip()
    except KeyError:
        return t(lang, f"errors.{UNEXPECTED}.title"), t(lang, f"errors.{UNEXPECTED}.body")


def in_words(facts: Mapping[str, object], lang: Lang) -> dict[str, object]:
    """Return a failure's facts as they are put into texts."""
    return {name: _in_words(fact, lang) for name, fact in facts.items()}


def _in_words(fact: object, lang: Lang) -> object:
    if isinstance(fact, datetime):
        return f"{format_day(lang, fact)} {format_time(lang, fact)}"
    if isinstance(fact, date):
        return format_day(lang, fact)
    if in_language := getattr(fact, "in_language", None):
        return in_language(lang)
    if isinstance(fact, list | tuple):
        return ", ".join(str(_in_words(one, lang)) for one in fact)
    return fact
