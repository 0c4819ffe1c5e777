"""Messages as frozen dataclasses: their fields stand in the order of the schema, and become elements in that order.

What a schema does not list is skipped when it is read (``xs:any``); an optional element without a value is left out
when it is written (TKB 1.1.5, 3.7).
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from enum import Enum
from typing import Any, ClassVar, NamedTuple, Self, dataclass_transform

from lxml import etree

DAY = "%Y%m%d"
MOMENT = "%Y%m%d%H%M%S"
"""The contracts' forms of a day and of a moment, which is Swedish local time without an offset (TKB 1.1.5, 5.2)."""
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML has no way of saying (XML 1.0, 2.2), and somebody may have typed."""


class Malformed(ValueError):
    """The XML is not such a message. Its argument says what is wrong, and holds nothing of what the message says."""


def element(
    name: str = "", of: Any = str, *, ns: str = "", many: bool = False, required: bool = False
) -> Any:
    """Return a field that is the element ``name`` (the field's own if empty) of the message's namespace, or ``ns``.

    ``of`` is str, bool, date, datetime (naive, Swedish local time), an Enum of strings or another Message. ``many``
    makes it a tuple. What is neither ``required`` nor ``many`` is None when it is not there.
    """
    facts = {"name": name, "of": of, "ns": ns, "many": many, "required": required}
    if required:
        return field(metadata=facts, kw_only=True)
    return field(default=() if many else None, metadata=facts, kw_only=True)


@dataclass_transform(frozen_default=True, kw_only_default=True)  # ``element`` gives each field its default
class Message:
    """A message, or a part of one. A subclass names its namespace."""

    NS: ClassVar[str]
    PLAN: ClassVar[tuple["_Planned", ...]]
    BY_TAG: ClassVar[dict[str, tuple[str, Callable[[etree._Element], Any], bool]]]
    REQUIRED: ClassVar[tuple[str, ...]]
    PREFIXES: ClassVar[dict[str | None, str]]
    EMPTY: ClassVar[dict[str, Any]]

    def __init_subclass__(cls, *, ns: str) -> None:
        super().__init_subclass__()
        cls.NS = ns
        dataclass(frozen=True, repr=False)(cls)  # a message in a log must tell nothing of anybody
        cls.PLAN = tuple(_planned(cls, one.name, dict(one.metadata)) for one in fields(cls))  # type: ignore[arg-type]
        cls.BY_TAG = {one.tag: (one.attribute, one.read, one.many) for one in cls.PLAN}
        cls.REQUIRED = tuple(one.attribute for one in cls.PLAN if one.required)
        cls.PREFIXES = _prefixes(cls)
        cls.EMPTY = {one.attribute: () if one.many else None for one in cls.PLAN}

    @classmethod
    def tag(cls) -> str:
        """Return the name of its root element."""
        return f"{{{cls.NS}}}{cls.__name__}"

    def to_element(self, tag: str = "") -> etree._Element:
        """Return it as an element, its root unless another ``tag`` is given."""
        root = etree.Element(tag or self.tag(), nsmap=self.PREFIXES)
        self._write(root)
        return root

    def _write(self, into: etree._Element) -> None:
        for one in self.PLAN:
            value = getattr(self, one.attribute)
            for each in value if one.many else () if value is None else (value,):
                child = etree.SubElement(into, one.tag)
                if isinstance(each, Message):
                    each._write(child)  # noqa: SLF001  its own kind
                else:
                    child.text = one.write(each)

    @classmethod
    def from_element(cls, root: etree._Element) -> Self:
        """Return what the element says. Raises Malformed."""
        plan, found = cls.BY_TAG, cls.EMPTY.copy()
        many: defaultdict[str, list[Any]] = defaultdict(list)
        for child in root:
            if one := plan.get(child.tag):
                attribute, read, repeated = one
                if repeated:
                    many[attribute].append(read(child))
                else:
                    found[attribute] = read(child)
        for attribute in cls.REQUIRED:
            if found[attribute] is None:
                raise Malformed(f"{cls.__name__} has no {attribute}")
        found |= {attribute: tuple(values) for attribute, values in many.items()}
        message = cls.__new__(cls)
        message.__dict__.update(found)  # as __init__ would, in a fourth of the time: there may be thousands
        return message


class _Planned(NamedTuple):
    attribute: str
    tag: str
    many: bool
    required: bool
    read: Callable[[etree._Element], Any]
    write: Callable[[Any], str]


def _prefixes(cls: type[Message]) -> dict[str | None, str]:
    """Return the namespaces of the message and its parts, so that each is declared once."""
    others = sorted(_namespaces(cls) - {cls.NS})
    return {None: cls.NS} | {f"m{number}": ns for number, ns in enumerate(others)}


def _namespaces(cls: type[Message]) -> set[str]:
    found = {cls.NS}
    for one in fields(cls):  # type: ignore[arg-type]
        found.add(one.metadata["ns"] or cls.NS)
        if issubclass(one.metadata["of"], Message):
            found |= _namespaces(one.metadata["of"])
    return found


def _planned(cls: type[Message], attribute: str, facts: dict[str, Any]) -> _Planned:
    name, of = facts["name"] or attribute, facts["of"]
    tag = f"{{{facts['ns'] or cls.NS}}}{name}"
    read, write = _reader(of), _WRITERS.get(of, str)
    return _Planned(attribute, tag, facts["many"], facts["required"], read, write)


def _reader(of: Any) -> Callable[[etree._Element], Any]:
    if issubclass(of, Message):
        read: Callable[[etree._Element], Any] = of.from_element
        return read
    if issubclass(of, Enum):
        return lambda element: _try(of, _text(element))
    return _READERS[of]


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _try(make: Callable[[str], Any], text: str) -> Any:
    """Return what the text says, None when it is no such thing: a schema lets 31 February through."""
    try:
        return make(text)
    except ValueError:
        return None


def _day(text: str) -> date:
    """Return what YYYYMMDD says: ``strptime`` takes five times as long, and there are thousands."""
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _moment(text: str) -> datetime:
    return datetime.combine(_day(text), time(int(text[8:10]), int(text[10:12]), int(text[12:14])))


_READERS: dict[Any, Callable[[etree._Element], Any]] = {
    str: lambda element: (element.text or "").strip() or None,
    bool: lambda element: _text(element) in {"true", "1"},
    date: lambda element: _try(_day, _text(element)),
    datetime: lambda element: _try(_moment, _text(element)),
}
_WRITERS: dict[Any, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    date: lambda value: value.strftime(DAY),
    datetime: lambda value: value.strftime(MOMENT),
    str: lambda value: _UNWRITABLE.sub("", value),
}
