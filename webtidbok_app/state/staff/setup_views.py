"""What the pages show where a clinic sets its timebook up: frozen values of ready-made words."""

from dataclasses import dataclass, field

from webtidbok_app.state.views import Choice


@dataclass(frozen=True)
class SetupRow:
    """A time type or performer in its list. ``off`` says that it is not in use; empty when it is."""

    id: str = ""
    href: str = ""
    name: str = ""
    facts: str = ""
    coming: str = ""
    off: str = ""


@dataclass(frozen=True)
class QuestionForm:
    """One of the questions as it stands in the form. Choices stand one to a line."""

    heading: str = ""
    sv: str = ""
    en: str = ""
    choices_sv: str = ""
    choices_en: str = ""
    required: bool = False


@dataclass(frozen=True)
class TimeTypeForm:
    """A time type as the form begins. ``heading`` is empty before it is fetched; ``said`` is what residents read."""

    heading: str = ""
    key: str = ""
    name_sv: str = ""
    name_en: str = ""
    length_minutes: str = ""
    visit_form: str = ""
    video_url: str = ""
    audience_sv: str = ""
    audience_en: str = ""
    not_here_sv: str = ""
    not_here_en: str = ""
    prepare_sv: str = ""
    prepare_en: str = ""
    bookable: str = ""
    min_age: str = ""
    max_age: str = ""
    reason: str = ""
    questions: list[QuestionForm] = field(default_factory=list)
    notices: list[Choice] = field(default_factory=list)
    notice_minutes: str = ""
    opens: str = ""
    earliest_days: str = ""
    release_weekday: str = ""
    release_time: str = ""
    release_weeks: str = ""
    cancels: list[Choice] = field(default_factory=list)
    cancel_hours: str = ""
    max_active: str = ""
    hand_over_hours: str = ""
    receivers: list[Choice] = field(default_factory=list)
    hand_over_to: str = ""
    active: bool = True
    said: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PerformerForm:
    """A performer as the form begins. ``heading`` is empty when no form is open."""

    heading: str = ""
    key: str = ""
    id: str = ""
    name: str = ""
    title_sv: str = ""
    title_en: str = ""
    hsa_id: str = ""
    active: bool = True
    coming: str = ""
