"""The steps of a booking: the chosen time, the details, the answers to check."""

from webtidbok_app.domain import clock
from webtidbok_app.domain.question import QUESTIONS_MAX
from webtidbok_app.domain.visit import CaseTypeKind, ReasonRule
from webtidbok_app.i18n import Lang, t
from webtidbok_app.journal.port import Hold
from webtidbok_app.services.booking import Progress
from webtidbok_app.services.clinics import ClinicInfo, TimeAtClinic
from webtidbok_app.services.time_types import OldBooking
from webtidbok_app.state import addresses
from webtidbok_app.state.present.rich import rich_view
from webtidbok_app.state.present.rules import rules_in_words
from webtidbok_app.state.present.words import form, held_until, length, listed, moment_text, phone_text, when
from webtidbok_app.state.resident_views import ChosenView, DetailsView, QuestionView, StepView
from webtidbok_app.state.views import NO_WORDS, Choice, SummaryRow

LANGUAGES = (
    "sign", "arabic", "bosnian", "dari", "english", "finnish", "kurmanji", "sorani", "persian", "polish",
    "russian", "somali", "spanish", "thai", "tigrinya", "turkish", "ukrainian",
)  # fmt: skip
NO_INTERPRETER = "none"


def step_view(progress: Progress, lang: Lang, *, back: str = "") -> StepView:
    """Return where in a booking the resident is. ``back`` is the way back; the step before by default."""
    clinic, time_type = progress.clinic, progress.time_type
    clinic_href = addresses.clinic_page(lang, clinic.slug)
    types = clinic_href if progress.single_type else addresses.time_types(lang, clinic.slug)
    booked = progress.booked_id if not progress.hold else None
    old = progress.replaces
    if old:
        clinic_href = types = addresses.booking(lang, old.clinic.slug, old.time.id)
        if old.clinic != clinic:
            types = addresses.step(lang, old.clinic.slug, old.time.time_type_id, rebooks=rebooks_of(old))
    return StepView(
        caption=t(
            lang,
            "citizen.steps.caption",
            clinic=clinic.name,
            visit=listed(time_type.name.in_language(lang), length(time_type, lang)),
        ),
        rules=rules_in_words(time_type, lang, now=clock.now()),
        invitation=rich_view(time_type.prepare, lang, folded=False)
        if clinic.connected and time_type.invitation
        else NO_WORDS,
        back=back or types,
        clinic=clinic.name,
        clinic_href=clinic_href,
        phone=clinic.phone,
        phone_href=addresses.phone_link(clinic.phone),
        hours=clinic.hours.in_language(lang),
        waits=t(lang, "citizen.steps.waits") if clinic.connected else "",
        booked_href=addresses.booking(lang, clinic.slug, booked) if booked else "",
        keeps=_keeps(progress, lang),
        kept_href=addresses.booking(lang, old.clinic.slug, old.time.id) if old else "",
    )


def rebooks_of(old: TimeAtClinic) -> OldBooking:
    """Return how the booking that is to be exchanged is asked for."""
    return OldBooking(old.clinic.slug, old.time.id)


def _keeps(progress: Progress, lang: Lang) -> str:
    """Return that the resident keeps the booked time; empty for who has none to exchange."""
    old = progress.replaces
    if old is None:
        return ""
    key = "keeps" if old.clinic == progress.clinic else "keeps_elsewhere"
    return t(lang, f"citizen.rebook.{key}", when=when(old.time, lang), clinic=old.clinic.name)


def chosen_view(hold: Hold, lang: Lang, *, href: str) -> ChosenView:
    """Return the time that the resident holds. ``href`` is where it leads: to what is left to fill in."""
    return ChosenView(
        id=hold.timeslot.id,
        text=moment_text(hold.timeslot.starts_at, lang),
        until=held_until(hold, lang),
        href=href,
        key=f"{hold.timeslot.id}-{hold.expires_at.timestamp():.0f}",
    )


def details_view(progress: Progress, lang: Lang) -> DetailsView:
    """Return what is asked, and what the resident has typed already."""
    details, book = progress.details, progress.clinic.case_type(CaseTypeKind.BOOK_DIRECT)
    return DetailsView(
        reason_rule=progress.time_type.reason,
        care_info=rich_view(book.care_info, lang) if book else NO_WORDS,
        reason=details.reason,
        phone=phone_text(details.phone or ""),
        email=details.email or "",
        interpreter=details.interpreter,
        access_needs=details.access_needs,
        questions=_questions(progress, lang),
        languages=languages(lang),
        until=held_until(progress.hold, lang) if progress.hold else "",
        overlapping=[
            t(
                lang,
                "citizen.details.overlap_one",
                when=when(time, lang),
                clinic=progress.clinic.name,
                what=time.time_type.in_language(lang),
            )
            for time in progress.overlapping
        ],
    )


def _questions(progress: Progress, lang: Lang) -> list[QuestionView]:
    optional = t(lang, "common.form.optional")
    asked = [
        QuestionView(
            text=question.text.in_language(lang) + ("" if question.required else f" {optional}"),
            choices=[Choice(choice.sv, choice.in_language(lang)) for choice in question.choices],
            value=said,
        )
        for question, said in zip(progress.time_type.questions, progress.said, strict=False)
    ]
    return asked + [QuestionView()] * (QUESTIONS_MAX - len(asked))


def languages(lang: Lang) -> list[Choice]:
    """Return the languages to choose an interpreter in. The value is in Swedish, for the staff who read it."""
    named = [
        Choice(t("sv", f"citizen.languages.{name}"), t(lang, f"citizen.languages.{name}"))
        for name in LANGUAGES
    ]
    sign, *spoken = named
    none = Choice(NO_INTERPRETER, t(lang, "citizen.details.no_interpreter"))
    return [none, *sorted(spoken, key=lambda choice: choice.label), sign]


def language(value: str, lang: Lang) -> str:
    """Return the interpreter's language, as it is kept, in the words of ``lang``."""
    return next((choice.label for choice in languages(lang) if choice.value == value), value)


def is_language(value: str) -> bool:
    """Whether an interpreter can be chosen by this name."""
    return any(value == t("sv", f"citizen.languages.{name}") for name in LANGUAGES)


def check_rows(progress: Progress, hold: Hold, lang: Lang, *, child: str = "") -> list[SummaryRow]:
    """Return the answers to check, each with the way to change it. ``child`` is for whom a guardian books."""
    whose = [_row("whose", child, lang)] if child else []
    if progress.replaces:
        return [*whose, *_rows_to_rebook(progress, progress.replaces, hold, lang)]
    clinic, time_type, details = progress.clinic, progress.time_type, progress.details
    to_times = addresses.step(lang, clinic.slug, time_type.id)
    to_types = "" if progress.single_type else addresses.time_types(lang, clinic.slug)
    visit = listed(time_type.name.in_language(lang), form(hold.timeslot.visit_form, lang))
    answers = [
        *whose,
        _row("clinic", _place(clinic), lang),
        _row("visit", visit, lang, to_types, "change_visit"),
        _row("time", when(hold.timeslot, lang), lang, to_times, "change_time"),
    ]
    if hold.timeslot.performer:
        answers.append(_row("performer", hold.timeslot.performer, lang))
    to_details = addresses.step(lang, clinic.slug, time_type.id, "uppgifter")
    if time_type.reason != ReasonRule.NONE:
        answers.append(_row("reason", details.reason, lang, to_details, "change_reason"))
    answers += _answer_rows(progress, lang, to_details)
    interpreter = language(details.interpreter, lang) or t(lang, "citizen.check.no_interpreter")
    return [
        *answers,
        _row("phone", phone_text(details.phone or ""), lang, to_details, "change_phone"),
        _row("email", details.email or "", lang, to_details, "change_email"),
        _row("interpreter", interpreter, lang, to_details, "change_interpreter"),
        _row("access", details.access_needs, lang, to_details, "change_access"),
    ]


def _answer_rows(progress: Progress, lang: Lang, href: str) -> list[SummaryRow]:
    """Return the clinic's questions with what is answered, each with the way to change it."""
    answered = {one.question: one.answer.in_language(lang) for one in progress.details.answers}
    return [
        SummaryRow(
            question.text.in_language(lang),
            answered.get(question.text, ""),
            href,
            t(lang, "citizen.check.change_answer", question=question.text.in_language(lang)),
        )
        for question in progress.time_type.questions
    ]


def _rows_to_rebook(progress: Progress, old: TimeAtClinic, hold: Hold, lang: Lang) -> list[SummaryRow]:
    """Return the old time and the new, and the old clinic where it is another. What else there is comes along."""
    clinic, new, rebooks = progress.clinic, hold.timeslot, rebooks_of(old)
    to_times = addresses.step(lang, clinic.slug, progress.time_type.id, rebooks=rebooks)
    visit = listed(progress.time_type.name.in_language(lang), form(new.visit_form, lang))
    rows = [
        SummaryRow(t(lang, "citizen.rebook.current"), when(old.time, lang)),
        SummaryRow(
            t(lang, "citizen.rebook.new"), when(new, lang), to_times, t(lang, "citizen.check.change_time")
        ),
        _row("visit", visit, lang),
        *([_row("performer", new.performer, lang)] if new.performer else []),
    ]
    if old.clinic == clinic:
        return [*rows, _row("clinic", _place(clinic), lang)]
    to_home = addresses.step(lang, old.clinic.slug, old.time.time_type_id, rebooks=rebooks)
    change = t(lang, "citizen.rebook.change_clinic")
    return [
        *rows,
        SummaryRow(t(lang, "citizen.rebook.current_clinic"), _place(old.clinic)),
        SummaryRow(t(lang, "citizen.rebook.new_clinic"), _place(clinic), to_home, change),
    ]


def _place(clinic: ClinicInfo) -> str:
    return f"{clinic.name}, {clinic.street}, {clinic.city}"


def _row(name: str, value: str, lang: Lang, href: str = "", change: str = "") -> SummaryRow:
    label = t(lang, f"citizen.check.{change}") if change else ""
    return SummaryRow(t(lang, f"citizen.check.{name}"), value, href, label)
