"""What the public and the residents' pages show. Like ``views``: frozen values of ready-made words."""

from dataclasses import dataclass, field

from webtidbok_app.domain.question import QUESTIONS_MAX
from webtidbok_app.state.views import NO_WORDS, Choice, RichView, SummaryRow


@dataclass(frozen=True)
class ClinicRow:
    """A clinic among those found."""

    href: str = ""
    name: str = ""
    kind: str = ""
    place: str = ""


@dataclass(frozen=True)
class NextFreeRow:
    """A time type at a clinic and its next free time, in words. ``free`` says whether there is one to tell."""

    href: str = ""
    clinic: str = ""
    place: str = ""
    time_type: str = ""
    facts: str = ""
    next_free: str = ""
    free: bool = False


@dataclass(frozen=True)
class CaseTypeView:
    """A case type that can be used at the clinic. ``hint`` says that one logs in first, if one does."""

    href: str = ""
    title: str = ""
    text: RichView = NO_WORDS
    closed: str = ""
    """That it cannot be used for now; there is no ``href`` then."""


@dataclass(frozen=True)
class ClinicView:
    """A clinic's own page. An empty ``name`` means that it is not fetched."""

    name: str = ""
    href: str = ""
    kind: str = ""
    street: str = ""
    place: str = ""
    phone: str = ""
    phone_href: str = ""
    for_children: bool = True
    """Guardians can act for their children here."""
    hours: str = ""
    text: RichView = NO_WORDS
    notice: RichView = NO_WORDS
    booking: RichView = NO_WORDS
    """What can be booked directly, in the clinic's words."""
    not_here: RichView = NO_WORDS
    """Who is not to book directly."""
    case_types: list[CaseTypeView] = field(default_factory=list)


@dataclass(frozen=True)
class TimeTypeView:
    """A time type. With ``refusals`` it cannot be booked, and ``href`` is empty."""

    id: str = ""
    href: str = ""
    name: str = ""
    facts: str = ""
    audience: RichView = NO_WORDS
    not_here: RichView = NO_WORDS
    notice: RichView = NO_WORDS
    refusal: str = ""


@dataclass(frozen=True)
class StepView:
    """Where in a booking one is: what is above the heading, and the ways out."""

    caption: str = ""
    rules: list[str] = field(default_factory=list)
    """What the clinic says of booking this time type, a sentence each."""
    invitation: RichView = NO_WORDS
    """What the clinic says to who is invited."""
    back: str = ""
    clinic: str = ""
    clinic_href: str = ""
    phone: str = ""
    phone_href: str = ""
    hours: str = ""
    waits: str = ""
    """That a journal system is asked as one books, which takes its time; empty where the timebook is our own."""
    booked_href: str = ""
    """The booking that this one became already."""
    keeps: str = ""
    kept_href: str = ""
    """That booked time's own page."""
    """Which booked time is to be exchanged, and that it stays until then; empty when a new one is booked."""


@dataclass(frozen=True)
class TermsView:
    """The terms to accept."""

    intro: str = ""
    text: RichView = NO_WORDS


@dataclass(frozen=True)
class ChosenView:
    """The time that is held. An empty ``id`` means that none is; ``key`` changes when it is held anew.

    ``lost`` says in words that it is held no longer; empty while it is.
    """

    id: str = ""
    text: str = ""
    until: str = ""
    href: str = ""
    key: str = ""
    lost: str = ""


@dataclass(frozen=True)
class WishView:
    """What is wished of a time, as a form. Lists that are empty are not asked; weekdays are "1" to "7"."""

    performers: list[Choice] = field(default_factory=list)
    performer: str = ""
    forms: list[Choice] = field(default_factory=list)
    form: str = ""
    part: str = ""
    weekdays: list[str] = field(default_factory=list)
    summary: str = ""
    active: bool = False


@dataclass(frozen=True)
class NoTimesView:
    """What to do when there is no free time. An empty ``intro`` means that there are times."""

    intro: str = ""
    opens: str = ""
    """When new times are released next, where they are."""
    request_href: str = ""
    """Where the clinic is asked for a time instead; empty where it takes no such requests."""
    watch_href: str = ""
    """Where one waits for a time to become free; empty where the timebook cannot hold one."""
    compare_href: str = ""
    others: list[TimeTypeView] = field(default_factory=list)
    elsewhere: list[TimeTypeView] = field(default_factory=list)


@dataclass(frozen=True)
class QuestionView:
    """One of the clinic's own questions, with the answers to choose among, if any. Without ``text`` there is none."""

    text: str = ""
    choices: list[Choice] = field(default_factory=list)
    value: str = ""


@dataclass(frozen=True)
class DetailsView:
    """What is asked, and what is typed already. ``reason_rule`` is none, optional or required."""

    reason_rule: str = "none"
    care_info: RichView = NO_WORDS
    """What the clinic wants one to think of when writing the reason."""
    reason: str = ""
    phone: str = ""
    email: str = ""
    interpreter: str = ""
    access_needs: str = ""
    questions: list[QuestionView] = field(default_factory=lambda: [QuestionView()] * QUESTIONS_MAX)
    """As many as there can be, so that the page has a place for each."""
    languages: list[Choice] = field(default_factory=list)
    until: str = ""
    overlapping: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class BookingView:
    """A booked time. ``status`` is coming, cancelled or past; empty before it is fetched.

    ``cancel`` is yes, late, never (not on the web), closed (not at this clinic) or no. ``replaces`` is the time that
    was exchanged for this one, ``newer_href`` the one that this was exchanged for.
    """

    status: str = ""
    when: str = ""
    note: str = ""
    replaces: str = ""
    prepare: RichView = NO_WORDS
    waits: str = ""
    """As in ``StepView``."""
    result: str = ""
    """What the clinic's journal system wants the resident to know."""
    unclear_href: str = ""
    """What is known of a change of it whose answer was lost."""
    cancel: str = "no"
    cancel_text: str = ""
    cancel_href: str = ""
    rebook_href: str = ""
    newer_href: str = ""
    request_href: str = ""
    """Where the clinic is asked to change it, as it cannot be done directly."""
    again_href: str = ""
    href: str = ""
    calendar_href: str = ""
    phone: str = ""
    phone_href: str = ""


@dataclass(frozen=True)
class OutcomeView:
    """What is known of a change whose answer was lost. An empty ``title`` is not fetched yet.

    ``state`` is waiting, done, not_done or given_up.
    """

    state: str = ""
    title: str = ""
    body: str = ""
    told: str = ""
    """What the clinic's journal system said, when it said no."""
    rows: list[SummaryRow] = field(default_factory=list)
    reference: str = ""
    phone: str = ""
    phone_href: str = ""
    onward: str = ""
    onward_href: str = ""
    booking_href: str = ""
    unread: bool = False
    """It is settled, and not put away."""


@dataclass(frozen=True)
class MessagesView:
    """How messages go. An empty ``now`` is not fetched yet; ``code_sent`` tells of a code that is awaited."""

    now: str = ""
    possible: bool = False
    on: bool = False
    code_sent: str = ""
    address: str = ""
    protected: bool = False
    consented: bool = False
    inbox_href: str = ""


@dataclass(frozen=True)
class BookingCard:
    """A coming time with everything there is to know about it, and what can be done. Links not offered are empty."""

    id: str = ""
    when: str = ""
    href: str = ""
    facts: list[SummaryRow] = field(default_factory=list)
    prepare: RichView = NO_WORDS
    unclear_href: str = ""
    change_text: str = ""
    cancel_href: str = ""
    cancel_label: str = ""
    rebook_href: str = ""
    rebook_label: str = ""
    calendar_href: str = ""
    calendar_label: str = ""


@dataclass(frozen=True)
class RequestView:
    """A request that is being written. An empty ``caption`` is not fetched yet; ``times`` are booked ones to choose."""

    caption: str = ""
    intro: str = ""
    about: RichView = NO_WORDS
    not_here: RichView = NO_WORDS
    care_info: RichView = NO_WORDS
    back: str = ""
    times: list[Choice] = field(default_factory=list)
    times_unknown: str = ""
    booking: str = ""
    which: str = ""
    wish: str = ""
    reason: str = ""
    can_come: str = ""
    contact: str = ""
    phone: str = ""


@dataclass(frozen=True)
class ErrandRow:
    """A case or a watch in a list. ``badge`` says how far it has come; ``news`` that there is something to answer."""

    href: str = ""
    title: str = ""
    about: str = ""
    badge: str = ""
    news: bool = False


@dataclass(frozen=True)
class MessageView:
    """One message in a case: who wrote it, when, and what. ``own`` is the reader's side, ``note`` staff's own."""

    id: str = ""
    who: str = ""
    when: str = ""
    text: str = ""
    own: bool = False
    note: bool = False


@dataclass(frozen=True)
class OfferView:
    """Times that are held. An empty ``until`` means that none were; ``stands`` that one can be taken still.

    The hint of a time is the name of the button that books it.

    ``news`` says what has become of them, and ``booked_href`` leads to the one that was taken.
    """

    until: str = ""
    stands: bool = False
    times: list[Choice] = field(default_factory=list)
    news: str = ""
    booked_href: str = ""


@dataclass(frozen=True)
class CaseView:
    """A case as it is now. An empty ``title`` is not fetched yet; ``sent`` is the moment right after sending."""

    title: str = ""
    caption: str = ""
    body: str = ""
    sent: bool = False
    ended: bool = False
    asked: list[SummaryRow] = field(default_factory=list)
    messages: list[MessageView] = field(default_factory=list)
    offer: OfferView = OfferView()
    exchanges: bool = False
    """Taking an offered time gives up the booked one that it is about."""
    unsent: str = ""
    """What the resident was writing when it ended."""
    phone: str = ""
    phone_href: str = ""


@dataclass(frozen=True)
class WatchFormView:
    """What one can watch for. An empty ``caption`` is not fetched yet; days are ISO 8601, as the field wants them."""

    caption: str = ""
    back: str = ""
    performers: list[Choice] = field(default_factory=list)
    performer: str = ""
    part: str = ""
    first_day: str = ""
    last_day: str = ""
    running: bool = False
    reached: bool = True
    """The resident gets messages; without them there is nothing to watch with."""
    messages_href: str = ""
    """Where to choose them, and to come back from."""


@dataclass(frozen=True)
class ReservedView:
    """The time that is held for who watches. An empty ``id`` means that none is.

    ``chosen_href`` leads to where it is booked, once it is taken.
    Each of ``exchanges`` is a booked time that it can be taken instead of; the label names the button.
    """

    id: str = ""
    when: str = ""
    who: str = ""
    until: str = ""
    chosen_href: str = ""
    exchanges: list[Choice] = field(default_factory=list)


@dataclass(frozen=True)
class WatchView:
    """A watch as it is now. An empty ``title`` is not fetched yet."""

    title: str = ""
    body: str = ""
    caption: str = ""
    waiting: bool = False
    reached: bool = True
    ahead: str = ""
    reserved: ReservedView = ReservedView()
    news: str = ""
    rows: list[SummaryRow] = field(default_factory=list)
    change_href: str = ""
    times_href: str = ""
