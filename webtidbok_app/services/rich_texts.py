"""What a clinic writes with bold, italic, lists and links, in Swedish and English, checked and tidied to be kept."""

from collections.abc import Mapping
from typing import NamedTuple

from webtidbok_app.domain import rich_text
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.journal.port import Text


class Written(NamedTuple):
    """What was written in a field: markup from the browser, and how many characters of words it may have."""

    text: Text
    most: int
    required: bool = False


def tidied(fields: Mapping[str, Written]) -> dict[str, Text]:
    """Return the texts as they are kept, by field.

    Raises InvalidInput (``<field>_sv``, ``<field>_en``) for what is too long, missing, or in English only.
    """
    kept = {
        field: Text(rich_text.tidy(one.text.sv), rich_text.tidy(one.text.en)) for field, one in fields.items()
    }
    problems: dict[str, str] = {}
    for field, text in kept.items():
        if not text.sv and (text.en or fields[field].required):
            problems[f"{field}_sv"] = "swedish_missing"
        for lang, words in (("sv", text.sv), ("en", text.en)):
            if len(rich_text.plain(words)) > fields[field].most:
                problems[f"{field}_{lang}"] = "too_long"
    if problems:
        raise InvalidInput(problems)
    return kept
