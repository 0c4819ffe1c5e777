"""Invitation texts in DocBook 5, of which purpose holds a small part (TKB 1.1.5, 5.2), as our own rich text."""

from html import escape

from lxml import etree

from webtidbok_app.domain import rich_text
from webtidbok_app.rivta import soap
from webtidbok_app.rivta.codec import Malformed

_HREF = ("url", "{http://www.w3.org/1999/xlink}href")


def to_rich_text(purpose: str) -> str:
    """Return the words of a purpose as they are kept with us. What is no DocBook is plain words."""
    if not purpose.lstrip().startswith("<"):
        return rich_text.tidy(_paragraphs(purpose))
    try:
        root = soap.parse(purpose.encode())
    except Malformed:
        return rich_text.tidy(_paragraphs(purpose))
    return rich_text.tidy(_block(root))


def _paragraphs(words: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in words.splitlines())


def _block(element: etree._Element) -> str:
    """Return paragraphs for what the element holds; elements that are not known give their words alone."""
    name = _name(element)
    if name == "title":
        return f"<p><strong>{_inline(element)}</strong></p>"
    if name in {"para", "simpara", "ulink", "link"}:
        return f"<p>{_inline(element)}</p>"
    inside = "".join(
        _block(child) + escape(child.tail or "") for child in element.iterchildren(etree.Element)
    )
    return f"<div>{escape(element.text or '')}{inside}</div>"


def _inline(element: etree._Element) -> str:
    inside = escape(element.text or "") + "".join(
        _inline_in(child) + escape(child.tail or "") for child in element.iterchildren(etree.Element)
    )
    return inside if inside.strip() or _name(element) not in {"ulink", "link"} else escape(_target(element))


def _inline_in(child: etree._Element) -> str:
    words = _inline(child)
    if _name(child) in {"ulink", "link"} and (target := _target(child)):
        return f'<a href="{escape(target)}">{words}</a>'
    return words


def _target(element: etree._Element) -> str:
    return next((str(element.get(name)) for name in _HREF if element.get(name)), "")


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
