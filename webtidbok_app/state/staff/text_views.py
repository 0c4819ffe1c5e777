"""What the staff's pages about texts, terms, notices and stops show. Frozen, in ready-made words."""

from dataclasses import dataclass, field

from webtidbok_app.i18n import t
from webtidbok_app.state.views import NO_WORDS, Problem, RichView


@dataclass(frozen=True)
class TextRow:
    """One of the clinic's texts in the overview. ``terms_href`` leads to its terms, where it has any."""

    href: str = ""
    title: str = ""
    off: bool = False
    """The case type is turned off: nobody sees its texts."""
    written: str = ""
    terms_href: str = ""
    terms: str = ""


@dataclass(frozen=True)
class NoticeRow:
    """What can carry a notice and be stopped, in the overview."""

    href: str = ""
    title: str = ""
    state: str = ""
    stopped: bool = False


@dataclass(frozen=True)
class TextsView:
    """The overview. An empty ``clinic`` is not fetched yet."""

    clinic: str = ""
    clinic_href: str = ""
    may_change: bool = False
    presentation: RichView = NO_WORDS
    case_types: list[TextRow] = field(default_factory=list)
    notices: list[NoticeRow] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """A text as residents see it, in one language."""

    label: str = ""
    text: RichView = NO_WORDS


@dataclass(frozen=True)
class TextFormView:
    """Texts that are being written. ``written`` is what the boxes begin with, by ``<field>_<language>``."""

    clinic: str = ""
    title: str = ""
    fields: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    previews: list[Preview] = field(default_factory=list)
    may_change: bool = False


@dataclass(frozen=True)
class TermsRow:
    """One version of the terms."""

    version: str = ""
    title: str = ""
    when: str = ""
    accepted: str = ""
    text: RichView = NO_WORDS
    coming: bool = False
    in_force: bool = False


@dataclass(frozen=True)
class TermsFormView:
    """The terms of one case type, and the version that is being written or changed."""

    clinic: str = ""
    case_type: str = ""
    rows: list[TermsRow] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    first_day: str = ""
    heading: str = ""
    save: str = ""
    anew: str = ""
    """That residents accept it anew, and how many have accepted what is in force."""
    may_change: bool = False


@dataclass(frozen=True)
class NoticeView:
    """A notice and a stop. An empty ``about`` is not fetched yet."""

    caption: str = ""
    about: str = ""
    written: dict[str, str] = field(default_factory=dict)
    first_day: str = ""
    last_day: str = ""
    now: str = ""
    preview: list[Preview] = field(default_factory=list)
    stopped: str = ""
    """Who has stopped booking, and when; empty while it goes on."""
    stop_href: str = ""
    may_change: bool = False


@dataclass(frozen=True)
class StopView:
    """What a stop would mean."""

    caption: str = ""
    title: str = ""
    rows: list[str] = field(default_factory=list)
    goes_on: list[str] = field(default_factory=list)
    """What is as ever."""
    back: str = ""


def written_meanwhile(attempt: int) -> Problem:
    """Return that a colleague has written since the page was shown, and that what one has typed stands."""
    return Problem(t("sv", "staff.texts.stale_title"), t("sv", "staff.texts.stale"), key=str(attempt))
