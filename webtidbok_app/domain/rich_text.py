"""Clinics' own texts with bold, italic, lists and links: tidied when they are kept, and again when they are shown.

What is kept is a small part of HTML in one form: paragraphs and lists after each other, in them runs of words that may
be strong, emphasised or a link. Texts from before that are plain; they are shown line by line (``shown``).
"""

import re
from collections.abc import Iterable, Iterator
from html import escape
from html.parser import HTMLParser
from itertools import groupby
from typing import NamedTuple

import nh3

FOLD_AT = 300
"""Characters of a text that are shown at first; the rest is folded, as in the national e-services."""
RAW_MAX = 60_000
"""Characters of markup that are looked at: what a word processor puts on the clipboard is mostly not words."""

_ITEMS = {"ul", "ol"}
_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "tr", "li", *_ITEMS}
_STRONG, _EM = {"b", "strong"}, {"i", "em"}
_SCHEMES = {"https", "tel", "mailto"}
_KEPT = re.compile(r"<(p|ul|ol)>")
_SPACE = re.compile(r"[ \t\r\n\f\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}]+")


class Run(NamedTuple):
    """Words that look the same. A line break is a run of its own."""

    text: str
    strong: bool = False
    em: bool = False
    href: str = ""


class Block(NamedTuple):
    """A paragraph (``p``, of one item), or a list with dots (``ul``) or numbers (``ol``)."""

    tag: str
    items: tuple[tuple[Run, ...], ...]


def tidy(markup: str) -> str:
    """Return markup from anywhere as it is kept: safe, in the one form, and empty when it has no words."""
    return _written(_parsed(markup))


def shown(kept: str) -> str:
    """Return a kept text as safe markup. One from before there was markup gets a paragraph for each line."""
    return _written(_blocks(kept))


def plain(kept: str) -> str:
    """Return the words of a kept text, line by line."""
    return "\n".join("".join(run.text for run in item) for block in _blocks(kept) for item in block.items)


def fold(kept: str, most: int = FOLD_AT) -> tuple[str, str]:
    """Return the first ``most`` characters of a kept text as safe markup, and the rest of it, which may be empty.

    It is parted between words, never in a link, and between the items of a list.
    """
    blocks = _blocks(kept)
    first: list[Block] = []
    for index, block in enumerate(blocks):
        left = most - sum(map(_length, first))
        if _length(block) <= left:
            first.append(block)
            continue
        head, tail = _parted(block, left)
        if head is None and not first:
            head, tail = block, None
        rest = [*([tail] if tail else []), *blocks[index + 1 :]]
        return _written([*first, *([head] if head else [])]), _written(rest)
    return _written(first), ""


def _blocks(kept: str) -> list[Block]:
    if not kept or _KEPT.match(kept):
        return _parsed(kept)
    return [Block("p", ((Run(line.strip()),),)) for line in kept.splitlines() if line.strip()]


def _parsed(markup: str) -> list[Block]:
    reader = _Reader()
    reader.feed(
        nh3.clean(
            markup[:RAW_MAX],
            tags={*_BLOCKS, *_STRONG, *_EM, "a", "br", "td", "th"},
            attributes={"a": {"href"}},
            url_schemes=_SCHEMES,
            url_relative="deny",
            link_rel=None,
        )
    )
    reader.close()
    return reader.blocks()


class _Reader(HTMLParser):
    """Reads cleaned HTML: well formed, and with no more than the tags and links that were let through."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._done: list[Block] = []
        self._runs: list[Run] = []
        self._lists: list[str] = []
        self._new_list = False
        self._strong = self._em = 0
        self._href = ""

    def blocks(self) -> list[Block]:
        """Return what was read."""
        self._end_block()
        return self._done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._end_block()
        if tag in _ITEMS:
            self._new_list |= not self._lists
            self._lists.append(tag)
        self._strong += tag in _STRONG
        self._em += tag in _EM
        if tag == "a":
            self._href = dict(attrs).get("href") or ""
        elif tag == "br":
            self._runs.append(Run("\n"))
        elif tag in {"td", "th"}:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_block()
        if tag in _ITEMS and self._lists:
            self._lists.pop()
        self._strong -= tag in _STRONG
        self._em -= tag in _EM
        if tag == "a":
            self._href = ""

    def handle_data(self, data: str) -> None:
        self._runs.append(Run(_SPACE.sub(" ", data), self._strong > 0, self._em > 0, self._href))

    def _end_block(self) -> None:
        items = list(_tidied_lines(self._runs, keep_breaks=bool(self._lists)))
        self._runs = []
        for item in items:
            tag = self._lists[0] if self._lists else "p"
            if self._lists and not self._new_list and self._done and self._done[-1].tag == tag:
                self._done[-1] = Block(tag, (*self._done[-1].items, item))
            else:
                self._done.append(Block(tag, (item,)))
            self._new_list = False


def _tidied_lines(runs: list[Run], *, keep_breaks: bool) -> Iterator[tuple[Run, ...]]:
    """Yield the runs without spaces and breaks around; where an empty line parts them, as several."""
    parts: list[list[Run]] = [[]]
    breaks = 0
    for run in runs:
        if run.text == "\n":
            breaks += 1
        elif run.text.strip() or (run.text and parts[-1] and not breaks):
            if breaks > 1 and not keep_breaks:
                parts.append([])
            elif breaks and parts[-1]:
                parts[-1].append(Run("\n"))
            breaks = 0
            parts[-1].append(run)
    yield from filter(None, map(_tidied, parts))


def _tidied(runs: list[Run]) -> tuple[Run, ...]:
    merged: list[Run] = []
    for look, same in groupby(runs, key=lambda run: run[1:] if run.text != "\n" else None):
        text = "".join(run.text for run in same)
        if look is None:
            merged += [Run("\n")] if merged else []
        else:
            starts_line = not merged or merged[-1].text.endswith(("\n", " "))
            merged.append(Run(_SPACE.sub(" ", text.lstrip() if starts_line else text), *look))
    while merged and not merged[-1].text.strip():
        merged.pop()
    if merged:
        merged[-1] = merged[-1]._replace(text=merged[-1].text.rstrip())
    return tuple(run for run in merged if run.text)


def _length(block: Block) -> int:
    return sum(len(run.text) for item in block.items for run in item)


def _parted(block: Block, left: int) -> tuple[Block | None, Block | None]:
    """Return what of the block has room in ``left`` characters, and the rest. A numbered list is not parted."""
    if block.tag == "p":
        head, tail = _parted_runs(block.items[0], left)
        return (Block("p", (head,)), Block("p", (tail,))) if head else (None, block)
    count, used = 0, 0
    for item in block.items:
        used += sum(len(run.text) for run in item)
        if used > left or block.tag == "ol":
            break
        count += 1
    if not count:
        return None, block
    return Block(block.tag, block.items[:count]), Block(block.tag, block.items[count:])


def _parted_runs(runs: tuple[Run, ...], left: int) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Part the runs at the last space outside links within ``left`` characters; nothing comes first without one."""
    signs = [(sign, bool(run.href)) for run in runs for sign in run.text]
    spaces = [
        at for at, (sign, linked) in enumerate(signs[: max(left, 0) + 1]) if sign.isspace() and not linked
    ]
    if not spaces:
        return (), runs
    end = start = spaces[-1]
    while end and signs[end - 1][0].isspace():
        end -= 1
    while start < len(signs) and signs[start][0].isspace():
        start += 1
    return _ending_in_dots(_slice(runs, 0, end)), _slice(runs, start, len(signs))


def _slice(runs: tuple[Run, ...], start: int, end: int) -> tuple[Run, ...]:
    """Return what of the runs stands from ``start`` to ``end``, counted in characters."""
    found, at = [], 0
    for run in runs:
        found.append(run._replace(text=run.text[max(start - at, 0) : max(end - at, 0)]))
        at += len(run.text)
    return _tidied([run for run in found if run.text])


def _ending_in_dots(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    return (*runs, Run(" …")) if runs else ()


def _written(blocks: Iterable[Block]) -> str:
    return "".join(_block(block) for block in blocks)


def _block(block: Block) -> str:
    items = ["".join(map(_run, item)) for item in block.items]
    if block.tag == "p":
        return f"<p>{items[0]}</p>"
    return f"<{block.tag}>{''.join(f'<li>{item}</li>' for item in items)}</{block.tag}>"


def _run(run: Run) -> str:
    words = escape(run.text, quote=False).replace("\n", "<br>")
    if run.em:
        words = f"<em>{words}</em>"
    if run.strong:
        words = f"<strong>{words}</strong>"
    return f'<a href="{escape(run.href)}" rel="noopener">{words}</a>' if run.href else words
