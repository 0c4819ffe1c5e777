"""What the pages about connections to journal systems show. Frozen and in ready-made words."""

from dataclasses import dataclass, field

from webtidbok_app.state.views import Choice, SummaryRow


@dataclass(frozen=True)
class TimebookRow:
    """A clinic of the region in the list, and its timebook."""

    slug: str = ""
    name: str = ""
    city: str = ""
    timebook: str = ""
    kind: str = "neutral"
    """How its badge looks."""
    href: str = ""
    link_name: str = ""


@dataclass(frozen=True)
class ReportRow:
    """How one contract answered a test call. ``kind`` is the badge's look."""

    contract: str = ""
    about: str = ""
    answer: str = ""
    kind: str = "ok"
    means: str = ""
    took: str = ""


@dataclass(frozen=True)
class ConnectionView:
    """A clinic's connection as its form shows it. An empty ``name`` is none yet."""

    name: str = ""
    now: str = ""
    connected: bool = False
    logical_address: str = ""
    address: str = ""
    own_addresses: dict[str, str] = field(default_factory=dict)
    """Single contracts' own addresses, by all their names."""
    has_own_addresses: bool = False
    certificate: str = ""
    certificates: list[Choice] = field(default_factory=list)
    abilities: list[str] = field(default_factory=list)
    saved: bool = False
    """It is written down, and can be tested."""
    tested: str = ""
    passed: bool = False
    report: list[ReportRow] = field(default_factory=list)
    switch_href: str = ""


@dataclass(frozen=True)
class SwitchView:
    """What it would mean to turn the connection on or off. An empty ``confirm`` means that it cannot be done now."""

    title: str = ""
    name: str = ""
    why_not: str = ""
    rows: list[str] = field(default_factory=list)
    confirm: str = ""
    back: str = ""


@dataclass(frozen=True)
class ConnectionStateView:
    """How it is with the connection, for the clinic's staff."""

    name: str = ""
    now: str = ""
    kind: str = "ok"
    body: str = ""
    facts: list[SummaryRow] = field(default_factory=list)
    cannot: list[str] = field(default_factory=list)
    unsettled: str = ""
    sent: list[str] = field(default_factory=list)
    given_up: str = ""


@dataclass(frozen=True)
class FaultRow:
    """A fault that is on in the demo's journal system; ``id`` is where it stands in the list."""

    id: str = ""
    what: str = ""
    where: str = ""
    how_long: str = ""
    off_name: str = ""


@dataclass(frozen=True)
class CallRow:
    """A call to the demo's journal system."""

    id: str = ""
    when: str = ""
    contract: str = ""
    unit: str = ""
    what: str = ""
