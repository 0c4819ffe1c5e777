"""The catalogues: complete in both languages, and in plain Swedish (ux.md 6; språklagen 11 §)."""

import re
from string import Formatter

import pytest

from webtidbok_app.i18n import CATALOG, LANGS, Lang, path, t, tn

STAFF = ("staff.", "setup.", "permissions.", "common.staff.", "common.layout.staff_nav", "common.week.")
"""Pages for staff are in Swedish only."""

BANNED = {
    "annullera": "avboka",
    "behörighetskontroll": "",
    "e-leg": "e-legitimation",
    "hoppsan": "",
    "ogiltig": "say what it should be",
    "ogiltigt": "say what it should be",
    "oops": "",
    "på webben": "på nätet",
    "slot": "tid",
    "tidlucka": "tid",
    "tyvärr": "",
    "vänligen": "",
    "erhålla": "få",
    "samt": "och",
    "t.ex.": "till exempel",
    "bl.a.": "bland annat",
    "m.m.": "med mera",
    "p.g.a.": "på grund av",
}
LONG_WORD = 6
LIX_AT_MOST = 35
SENTENCE_AT_MOST = 20
HEADING_AT_MOST = 8
BUTTON_AT_MOST = 4
"""Three, and what one logs in with."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_][\w-]*", re.sub(r"\{+\w*\}+", "x", text))


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?:])\s+|\n+", text) if words(part)]


def lix(texts: list[str]) -> float:
    """Words per sentence, plus the share in per cent of words longer than six letters (Björnsson 1968)."""
    all_words = [word for text in texts for word in words(text)]
    count = sum(len(sentences(text)) for text in texts)
    return len(all_words) / count + 100 * sum(len(word) > LONG_WORD for word in all_words) / len(all_words)


def running_text(prefix: str) -> list[str]:
    """Texts of at least two sentences' worth of words: LIX says nothing about labels."""
    return [text for key, text in CATALOG["sv"].items() if key.startswith(prefix) and len(words(text)) >= 7]


AREAS = sorted({key.split(".")[0] for key in CATALOG["sv"]})


def test_every_key__is_in_both_languages__but_those_for_staff() -> None:
    swedish = {key for key in CATALOG["sv"] if not key.startswith(STAFF)}
    assert swedish == set(CATALOG["en"])


def test_every_text__has_the_same_facts_in_both_languages() -> None:
    differs = {
        key: (CATALOG["sv"][key], text)
        for key, text in CATALOG["en"].items()
        if placeholders(text) != placeholders(CATALOG["sv"][key])
    }
    assert not differs


@pytest.mark.parametrize("lang", LANGS)
def test_no_text__is_empty_or_has_space_around_it(lang: Lang) -> None:
    kept = {"common.error_title"}  # stands before a title
    assert not [
        key for key, text in CATALOG[lang].items() if (key not in kept and text != text.strip()) or not text
    ]


def test_every_counting_key__has_one_and_other() -> None:
    for texts in CATALOG.values():
        stems = {key.rsplit(".", 1)[0] for key in texts if key.endswith((".one", ".other"))}
        assert not [stem for stem in stems if not {f"{stem}.one", f"{stem}.other"} <= texts.keys()]


def test_swedish__has_none_of_the_banned_words() -> None:
    found = [
        (key, word)
        for key, text in CATALOG["sv"].items()
        for word in BANNED
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)
    ]
    assert not found


@pytest.mark.parametrize("area", AREAS)
def test_swedish__is_easy_to_read(area: str) -> None:
    text = running_text(f"{area}.")
    if text:
        assert lix(text) <= LIX_AT_MOST


def test_lix__is_the_known_value() -> None:
    assert lix(["Du kan boka en tid. Ring mottagningen."]) == pytest.approx(7 / 2 + 100 / 7)


def test_swedish_sentences__are_short() -> None:
    long = {
        key: sentence
        for key, text in CATALOG["sv"].items()
        for sentence in sentences(text)
        if len(words(sentence)) > SENTENCE_AT_MOST
    }
    assert not long


def test_swedish_headings__have_eight_words_at_most() -> None:
    assert not {
        key: text for key, text in CATALOG["sv"].items()
        if key.endswith((".title", ".heading")) and len(words(text)) > HEADING_AT_MOST
    }  # fmt: skip


def test_swedish_buttons__say_it_in_few_words() -> None:
    is_button = re.compile(r"^common\.action\.|[._]button$")
    assert not {
        key: text
        for key, text in CATALOG["sv"].items()
        if is_button.search(key) and len(words(text)) > BUTTON_AT_MOST
    }


def test_t__puts_facts_in() -> None:
    assert t("sv", "common.page_title", page="Hjälp") == "Hjälp – Webtidbok"


def test_t__refuses_unknown_keys_and_missing_facts() -> None:
    with pytest.raises(KeyError):
        t("sv", "common.no_such_text")
    with pytest.raises(KeyError):
        t("sv", "common.page_title")


def test_tn__tells_one_from_many() -> None:
    assert tn("sv", "staff.week.selected", 1) == "1 tid vald"
    assert tn("sv", "staff.week.selected", 0) == "0 tider valda"


@pytest.mark.parametrize(
    ("lang", "address", "shown"),
    [
        ("sv", "/", "/"),
        ("en", "/", "/en"),
        ("sv", "/mina-tider", "/mina-tider"),
        ("en", "/mina-tider", "/en/mina-tider"),
    ],
)
def test_path__is_under_en_in_english(lang: str, address: str, shown: str) -> None:
    assert path(lang, address) == shown
