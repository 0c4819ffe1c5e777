"""The access log in the field's own terms: why something was done, and what a check of the log found."""

from enum import StrEnum


class Purpose(StrEnum):
    """Why somebody did something with a person's data, or with the clinic's own."""

    OWN = "own"
    """A resident about themselves, or a guardian about their child."""
    CARE = "care"
    """Staff, to book and give care (PDL 2 kap. 4 § 1)."""
    SEARCH = "search"
    """Staff looked for a person, and said why."""
    ADMINISTRATION = "administration"
    """Staff changed the clinic's set-up or schedule: about nobody in particular."""
    LOG_CHECK = "log_check"
    """A check of the log (HSLF-FS 2016:40 4 kap. 9 §)."""
    EXTRACT = "extract"
    """An extract of the log that the person has asked for (PDL 8 kap. 5 §)."""
    SYSTEM = "system"
    """A job, on nobody's behalf."""


class Judgement(StrEnum):
    """What a check says of one line of the log."""

    JUSTIFIED = "justified"
    INVESTIGATE = "investigate"


READING = ("open_", "search_", "print_", "draw_", "extract_")
"""How the names of acts begin that only show something; all others change something."""


class ActKind(StrEnum):
    """Which acts to look at."""

    ALL = "all"
    READ = "read"
    CHANGED = "changed"
