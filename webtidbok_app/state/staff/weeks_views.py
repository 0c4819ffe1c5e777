"""What the pages of week templates and deviating times show. As in ``state.views``: frozen and in ready-made words."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TemplateCard:
    """A week template in the list. Without times it cannot be used, and has no ``use_href``."""

    id: str = ""
    name: str = ""
    href: str = ""
    facts: str = ""
    changed: str = ""
    use_href: str = ""
    use_name: str = ""


@dataclass(frozen=True)
class SeriesRow:
    """Times of a template that follow on each other. ``off`` says that they are not published any more."""

    key: str = ""
    times: str = ""
    what: str = ""
    off: str = ""
    remove_name: str = ""


@dataclass(frozen=True)
class TemplateDay:
    """A weekday of a template."""

    heading: str = ""
    rows: list[SeriesRow] = field(default_factory=list)


@dataclass(frozen=True)
class WeekTemplateView:
    """An opened template. An empty ``name`` is not fetched yet; without ``days`` it has no times."""

    name: str = ""
    facts: str = ""
    href: str = ""
    days: list[TemplateDay] = field(default_factory=list)
    use_href: str = ""
    remove_href: str = ""


@dataclass(frozen=True)
class DeviationRow:
    """A deviation. ``there`` says what is published in it, and ``impact_href`` leads to taking that away."""

    id: str = ""
    when: str = ""
    what: str = ""
    who: str = ""
    there: str = ""
    impact_href: str = ""
    impact_name: str = ""
    remove_name: str = ""


@dataclass(frozen=True)
class DeviationForm:
    """The form of a deviation as it was last filled in."""

    first_day: str = ""
    last_day: str = ""
    from_time: str = ""
    to_time: str = ""
    performer: str = ""
    reason: str = ""
