"""Every visible text, in Swedish and English, and how dates and times are written.

The catalogues are ``catalog/<area>.<lang>.toml``; a key is written out in full in them, as
``[area.section]`` and ``name = "text"``. Facts are put in by ``str.format``. A text that counts has the keys
``.one`` and ``.other``. They are read once, at import.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from webtidbok_app.i18n.dates import (
    format_clock,
    format_day,
    format_day_span,
    format_month,
    format_short_day,
    format_span,
    format_time,
    format_weekday,
)

__all__ = [
    "CATALOG",
    "LANGS",
    "Lang",
    "format_clock",
    "format_day",
    "format_day_span",
    "format_month",
    "format_short_day",
    "format_span",
    "format_time",
    "format_weekday",
    "other_lang",
    "path",
    "read_catalog",
    "t",
    "tn",
]

Lang = Literal["sv", "en"]
LANGS: tuple[Lang, ...] = ("sv", "en")


def read_catalog(lang: Lang) -> dict[str, str]:
    """Return every key and text of ``lang``. Raises ValueError when a file holds another area's key."""
    texts: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / "catalog").glob(f"*.{lang}.toml")):
        area = file.name.split(".")[0]
        for key, text in _flat(tomllib.loads(file.read_text("utf-8"))):
            if not key.startswith(f"{area}."):
                raise ValueError(f"{file.name}: {key} belongs in another file")
            texts[key] = text
    return texts


def t(lang: Lang, key: str, **facts: object) -> str:
    """Return the text ``key`` in ``lang`` with ``facts`` put in. Raises KeyError for an unknown key or fact."""
    return CATALOG[lang][key].format(**facts)


def tn(lang: Lang, key: str, count: int, **facts: object) -> str:
    """Return the text for ``count`` things: ``key.one`` for one, otherwise ``key.other``."""
    return t(lang, f"{key}.{'one' if count == 1 else 'other'}", count=count, **facts)


def path(lang: Lang, address: str) -> str:
    """Return the address of a page in ``lang``: English pages are the Swedish ones under ``/en``."""
    if lang == "sv":
        return address
    return f"/en{address}".rstrip("/")


def other_lang(lang: Lang) -> Lang:
    """Return the language to change to."""
    return "en" if lang == "sv" else "sv"


def _flat(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


CATALOG: dict[Lang, dict[str, str]] = {lang: read_catalog(lang) for lang in LANGS}
