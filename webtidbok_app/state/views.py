"""What pages show: frozen values of ready-made words, the only things that go into state vars.

Words are written by the states in the visitor's language; a component puts them in place and adds none that
depend on data. ``key`` and ``id`` identify an element between two renderings.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SessionView:
    """Who is logged in. ``kind`` is "resident", "staff" or, for nobody, empty."""

    kind: str = ""
    name: str = ""
    clinic: str = ""
    """The clinic, or the superadmin's region."""
    connected: bool = False
    """The clinic's times stand in a journal system of its own."""
    commissions: bool = False
    """Staff who have several commissions, and can change from one to another."""
    unchosen: bool = False
    """They have not chosen one yet."""
    handles_times: bool = False
    handles_cases: bool = False
    administers: bool = False
    superadmin: bool = False
    acts_for: str = ""
    """The child that a guardian acts for."""
    ombud_over: bool = False
    """They may not any more, and have not chosen anybody else yet."""
    can_be_ombud: bool = False
    """There is a population register to say whose guardian somebody is."""


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field. ``field`` is the control's name and id."""

    field: str = ""
    text: str = ""


@dataclass(frozen=True)
class Problem:
    """A message that takes focus. An empty ``title`` means that there is none.

    ``key`` is to change with every attempt, so that the same message is read aloud again. ``bookings_href`` is where
    the resident's booked times are, when the way on goes by them. ``phone`` is the clinic's, where its timebook is what
    failed; ``again`` says that trying once more may help.
    """

    title: str = ""
    body: str = ""
    reference: str = ""
    key: str = ""
    bookings_href: str = ""
    phone: str = ""
    phone_href: str = ""
    again: bool = False


@dataclass(frozen=True)
class Choice:
    """One of several things to choose from."""

    value: str = ""
    label: str = ""
    hint: str = ""


@dataclass(frozen=True)
class RichView:
    """A clinic's own words as safe markup. An empty ``first`` is no text; ``rest`` is what is folded after it.

    ``lang`` is the words' own, and ``note`` says so where it is not the page's.
    """

    first: str = ""
    rest: str = ""
    lang: str = "sv"
    note: str = ""


NO_WORDS = RichView()


@dataclass(frozen=True)
class TimeView:
    """One time. ``label`` is "9.20", ``name`` what is read aloud. Its state is told by ``SinceView``."""

    id: str = ""
    label: str = ""
    name: str = ""
    sub: str = ""


@dataclass(frozen=True)
class DayView:
    """The times of one day. ``key`` is the ISO date; ``grouped`` splits more than twelve at noon.

    Times of a day that is not grouped all stand in ``morning``.
    """

    key: str = ""
    heading: str = ""
    count_text: str = ""
    morning: list[TimeView] = field(default_factory=list)
    afternoon: list[TimeView] = field(default_factory=list)
    grouped: bool = False


@dataclass(frozen=True)
class NextFreeView:
    """The first free time; an empty ``id`` means that there is none. ``taken`` since it was shown, it stays."""

    id: str = ""
    text: str = ""
    taken: bool = False


@dataclass(frozen=True)
class MonthDayView:
    """One cell of the month. An empty ``iso`` is a cell outside it.

    ``text`` is "4 tider" or "inga", ``name`` what is read aloud, ``state`` free, chosen, none (text only) or
    gone: it had times when it was shown, and stays where it is.
    """

    iso: str = ""
    number: str = ""
    count: int = 0
    text: str = ""
    name: str = ""
    state: str = "none"


@dataclass(frozen=True)
class SinceView:
    """What has become of the times that a page shows since it was drawn; all that a change of them sends.

    ``times`` are states by id: taken or chosen, all others are free. ``days`` are the texts of how many are free,
    ``cells`` those of the month, by ISO date; where there is none, what was drawn holds.
    """

    times: dict[str, str] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    cells: dict[str, MonthDayView] = field(default_factory=dict)


@dataclass(frozen=True)
class MonthView:
    """One month in weeks of seven from Monday. ``prev`` and ``next`` are "2026-11" or, for none, empty."""

    title: str = ""
    prev_label: str = ""
    next_label: str = ""
    weeks: list[list[MonthDayView]] = field(default_factory=list)
    prev: str = ""
    next: str = ""


@dataclass(frozen=True)
class SummaryRow:
    """One answer. Without ``change_href`` it cannot be changed; ``change_label`` is "Ändra tid".

    ``href`` makes a link of the value.
    """

    term: str = ""
    value: str = ""
    change_href: str = ""
    change_label: str = ""
    href: str = ""


@dataclass(frozen=True)
class BookingRow:
    """One booking in a list. ``who`` is for staff; ``badge`` says what is out of the ordinary.

    ``starts`` (ISO 8601, UTC) is what lists that grow are in order of.
    """

    id: str = ""
    starts: str = ""
    href: str = ""
    when: str = ""
    clinic: str = ""
    what: str = ""
    how: str = ""
    who: str = ""
    badge: str = ""


@dataclass(frozen=True)
class WeekColumn:
    """One column of the schedule: a day ("tis 1", in full for screen readers) or a performer.

    ``note`` is why the day is not as others: a public holiday, or when it is closed.
    """

    key: str = ""
    label: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class WeekCell:
    """One published time. ``state`` is free, booked, held, withdrawn or past; ``text`` says the same.

    ``sub`` is its time type, and ``who`` whose it is where that is not the same for all. ``name`` is what is read
    aloud. ``selectable`` says that it can be chosen, ``free`` that nobody has it, ``boxed`` that it could be chosen
    when it was shown, so that its box stands. An empty ``id`` is no time at all.
    """

    id: str = ""
    state: str = "free"
    time: str = ""
    text: str = ""
    sub: str = ""
    who: str = ""
    name: str = ""
    free: bool = False
    selectable: bool = False
    boxed: bool = False


@dataclass(frozen=True)
class WeekRow:
    """One line of the schedule with one cell for each column.

    What begins at the same time in the same column lies on several lines, of which the first has the ``label``
    "9.20" for all ``lines`` of them.
    """

    key: str = ""
    label: str = ""
    time: str = ""
    lines: int = 1
    cells: list[WeekCell] = field(default_factory=list)


@dataclass(frozen=True)
class WeekView:
    """One week or day of the schedule. ``caption`` is "Vecka 49, 30 november–6 december 2026, Björkens vårdcentral".

    ``by_performer`` says that the columns are performers, and not days.
    """

    caption: str = ""
    columns: list[WeekColumn] = field(default_factory=list)
    rows: list[WeekRow] = field(default_factory=list)
    by_performer: bool = False


@dataclass(frozen=True)
class TallyView:
    """How many times a day has, one performer's or all, and the way to them; a day without times has no way.

    ``state`` is free, full, none or past, ``lines`` say the same: "12 lediga", "3 bokade". ``note`` is a holiday,
    and ``name`` is read aloud. An empty ``key`` is a day that is not of the month.
    """

    key: str = ""
    number: str = ""
    day: str = ""
    href: str = ""
    state: str = "none"
    lines: list[str] = field(default_factory=list)
    note: str = ""
    name: str = ""
    today: bool = False


@dataclass(frozen=True)
class TallyRow:
    """The days of one performer, or of one week, and the way to them."""

    key: str = ""
    label: str = ""
    href: str = ""
    tallies: list[TallyView] = field(default_factory=list)


@dataclass(frozen=True)
class TallyTable:
    """How many times there are, counted by day. Without rows there is nothing to count."""

    caption: str = ""
    columns: list[WeekColumn] = field(default_factory=list)
    rows: list[TallyRow] = field(default_factory=list)
