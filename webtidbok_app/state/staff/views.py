"""What only the staff's pages show. As in ``state.views``: frozen and in ready-made words."""

from dataclasses import dataclass, field

from webtidbok_app.state.resident_views import MessageView, OfferView
from webtidbok_app.state.views import Choice, SummaryRow


@dataclass(frozen=True)
class Way:
    """A link to the same thing seen in another way: another view, another performer. ``here`` is the one in use."""

    href: str = ""
    label: str = ""
    here: bool = False


@dataclass(frozen=True)
class WeekDay:
    """The head of one day of the schedule as a list; its times are those of the table. ``note`` is a day_note."""

    iso: str = ""
    heading: str = ""
    note: str = ""
    has_times: bool = False
    select_name: str = ""
    selectable: bool = False


@dataclass(frozen=True)
class Stepper:
    """The way to the period before, after and now. ``now`` says that one is there already."""

    previous_href: str = ""
    next_href: str = ""
    now_href: str = ""
    now: bool = False


@dataclass(frozen=True)
class Outcome:
    """What something would do, or did, and the times it is about. An empty ``title`` is nothing to say.

    ``kept`` are the times that it leaves alone, and ``kept_title`` says why.
    """

    title: str = ""
    body: str = ""
    rows: list[str] = field(default_factory=list)
    more: str = ""
    confirm: str = ""
    keep: str = ""
    key: str = ""
    kept_title: str = ""
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PublishForm:
    """The publishing form as it was last filled in; the words are the typed ones."""

    kind: str = "weekly"
    time_type: str = ""
    performer: str = ""
    visit_form: str = ""
    minutes: str = ""
    places: str = "1"
    day: str = ""
    start_time: str = ""
    first_day: str = ""
    last_day: str = ""
    weekdays: list[str] = field(default_factory=lambda: ["0", "1", "2", "3", "4"])
    from_time: str = ""
    to_time: str = ""
    skip_holidays: bool = True


@dataclass(frozen=True)
class PreviewView:
    """What publishing would do. An empty ``confirm`` means that nothing is left to publish."""

    rows: list[SummaryRow] = field(default_factory=list)
    weeks: list[SummaryRow] = field(default_factory=list)
    clashes: Outcome = Outcome()
    holidays: Outcome = Outcome()
    deviating: Outcome = Outcome()
    not_on_clock: Outcome = Outcome()
    passed: Outcome = Outcome()
    confirm: str = ""


@dataclass(frozen=True)
class PublishedView:
    """What was published, where it is seen, and the way to undo it while that can be done."""

    title: str = ""
    body: str = ""
    week_href: str = ""
    undo_href: str = ""
    undo_text: str = ""


@dataclass(frozen=True)
class OpenBookingView:
    """An opened booking. Personal: emptied when the page is left."""

    heading: str = ""
    back_href: str = "/personal/bokningar"
    here_href: str = ""
    cancel_href: str = ""
    rebook_href: str = ""
    time_rows: list[SummaryRow] = field(default_factory=list)
    resident_rows: list[SummaryRow] = field(default_factory=list)
    words_rows: list[SummaryRow] = field(default_factory=list)
    protected: bool = False
    cancellable: bool = False
    consequence: str = ""


@dataclass(frozen=True)
class CopySourceView:
    """The week that is to be copied. An empty ``heading`` is not fetched yet; ``empty`` has nothing to copy."""

    heading: str = ""
    rows: list[SummaryRow] = field(default_factory=list)
    here_href: str = ""
    week_href: str = ""
    save_href: str = ""
    empty: bool = False


@dataclass(frozen=True)
class CopyForm:
    """The weeks to fill as they were last filled in. ``other_week`` is typed, and goes before what is chosen."""

    first_week: str = ""
    other_week: str = ""
    weeks: str = "1"
    every: str = ""
    performers: list[str] = field(default_factory=list)
    skip_holidays: bool = True


@dataclass(frozen=True)
class ChangeRow:
    """One change of the schedule. Without ``undo_href`` it cannot be undone; ``note`` says that it is."""

    id: str = ""
    when: str = ""
    who: str = ""
    what: str = ""
    count: str = ""
    days: str = ""
    note: str = ""
    undo_href: str = ""
    undo_name: str = ""
    removal_href: str = ""
    removal_text: str = ""
    """What is left to do after times were taken away: phoning, or taking back."""
    removal_name: str = ""


@dataclass(frozen=True)
class UndoView:
    """The change that may be undone, in words."""

    heading: str = ""
    about: str = ""
    week_href: str = ""


@dataclass(frozen=True)
class SettingsView:
    """The clinic's settings. ``may_change`` is about the one who looks."""

    clinic: str = ""
    hold_minutes: str = ""
    hold_text: str = ""
    phone: str = ""
    hours_sv: str = ""
    hours_en: str = ""
    about_text: str = ""
    message_name_sv: str = ""
    message_name_en: str = ""
    reminder_hours: str = ""
    reminder_text: str = ""
    example: str = ""
    case_types: list[Choice] = field(default_factory=list)
    case_types_on: list[str] = field(default_factory=list)
    case_types_text: str = ""
    case_types_not: str = ""
    """The case types that the clinic's timebook cannot do; empty where it can do all."""
    answer_days: str = ""
    rebook_elsewhere: bool = False
    rebook_text: str = ""
    other_units: str = ""
    """The clinics that times can be moved to; empty where there are none."""
    can_watch: bool = False
    watch: bool = False
    watch_notice_hours: str = ""
    watch_minutes: str = ""
    watch_a_day: str = ""
    watch_text: str = ""
    may_change: bool = False


@dataclass(frozen=True)
class UndeliveredRow:
    """A message that did not come through, and where to see whose it was."""

    id: str = ""
    when: str = ""
    what: str = ""
    why: str = ""
    href: str = ""
    link_name: str = ""


@dataclass(frozen=True)
class InboxRowView:
    """One request in the list. ``new`` has not been read."""

    id: str = ""
    href: str = ""
    number: str = ""
    sent: str = ""
    kind: str = ""
    name: str = ""
    status: str = ""
    new: bool = False
    who: str = ""
    open_name: str = ""


@dataclass(frozen=True)
class InboxView:
    """The requests that are looked for. An empty ``clinic`` is not fetched yet; ``waiting`` have come since."""

    clinic: str = ""
    count_text: str = ""
    more: str = ""
    waiting: str = ""
    rows: list[InboxRowView] = field(default_factory=list)


@dataclass(frozen=True)
class StaffCaseView:
    """An opened request. An empty ``heading`` is not fetched yet; ``has`` says who has it, ``mine`` that one does."""

    heading: str = ""
    caption: str = ""
    status: str = ""
    has: str = ""
    take: str = ""
    mine: bool = False
    can_answer: bool = False
    can_offer: bool = False
    offer: OfferView = field(default_factory=OfferView)
    ended: bool = False
    protected: bool = False
    resident_rows: list[SummaryRow] = field(default_factory=list)
    asked_rows: list[SummaryRow] = field(default_factory=list)
    messages: list[MessageView] = field(default_factory=list)


@dataclass(frozen=True)
class OfferableView:
    """Free times to choose among for an offer. ``none`` says that there are none; empty before they are asked for."""

    time_types: list[Choice] = field(default_factory=list)
    time_type: str = ""
    day: str = ""
    slots: list[Choice] = field(default_factory=list)
    none: str = ""


@dataclass(frozen=True)
class TemplateView:
    """A kept answer."""

    id: str = ""
    title: str = ""
    text: str = ""
    remove_name: str = ""


@dataclass(frozen=True)
class PermissionRow:
    """Somebody with a role. ``changed`` says who gave it when; empty when that is not known."""

    id: str = ""
    name: str = ""
    hsa_id: str = ""
    role: str = ""
    role_name: str = ""
    changed: str = ""
    change_name: str = ""
    me: bool = False


@dataclass(frozen=True)
class ConsumerRow:
    """A system that may ask the clinic over the service contracts, and since when."""

    hsa_id: str = ""
    name: str = ""
    since: str = ""
    shut_out_name: str = ""


@dataclass(frozen=True)
class RegionClinicRow:
    """A clinic of the region, with its administrators in a line; ``none`` when it has none."""

    slug: str = ""
    name: str = ""
    city: str = ""
    administrators: str = ""
    none: bool = False
    href: str = ""
    link_name: str = ""
