"""The access log in words: for those who follow it up, and for the patient whose data it is about."""

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime

from webtidbok_app.domain.access import Purpose
from webtidbok_app.i18n import format_day_span, format_short_day, t
from webtidbok_app.i18n.dates import format_clock
from webtidbok_app.services.export import safe_cell
from webtidbok_app.services.log_checks import Check, CheckRow, Judged
from webtidbok_app.services.log_follow_up import Extract
from webtidbok_app.services.log_lines import LogLine, Span
from webtidbok_app.state.present.words import moment_text
from webtidbok_app.state.views import SummaryRow

PAGE = "/personal/logg"
CHECKS = f"{PAGE}/stickprov"


@dataclass(frozen=True)
class LogRowView:
    """One act in the log. ``href`` leads to what it was about, where that can be opened."""

    id: str = ""
    at: str = ""
    who: str = ""
    act: str = ""
    person: str = ""
    about: str = ""
    why: str = ""
    href: str = ""
    link: str = ""
    link_name: str = ""


@dataclass(frozen=True)
class ExtractView:
    """What a patient is given. An empty ``caption`` is not made yet."""

    caption: str = ""
    facts: list[SummaryRow] = field(default_factory=list)
    rows: list[LogRowView] = field(default_factory=list)
    protected: bool = False
    cut: bool = False


@dataclass(frozen=True)
class CheckRowView:
    """One sample in the list."""

    id: str = ""
    number: str = ""
    span: str = ""
    count: str = ""
    drawn: str = ""
    state: str = ""
    done: bool = False
    href: str = ""
    open_name: str = ""


@dataclass(frozen=True)
class JudgedView:
    """One line of a sample, and the names of the controls that judge it."""

    row: LogRowView = field(default_factory=LogRowView)
    heading: str = ""
    judgement: str = ""
    judgement_text: str = ""
    note: str = ""
    judgement_name: str = ""
    justified_id: str = ""
    investigate_id: str = ""
    note_name: str = ""
    problem: str = ""


@dataclass(frozen=True)
class CheckView:
    """A sample. An empty ``heading`` is not fetched yet; a ``signed`` one can only be read."""

    heading: str = ""
    clinic: str = ""
    facts: list[SummaryRow] = field(default_factory=list)
    left: str = ""
    signed: bool = False
    lines: list[JudgedView] = field(default_factory=list)


def span_words(span: Span) -> str:
    """Return "1–30 november 2026"."""
    return format_day_span("sv", span.first, span.last)


def row_of(line: LogLine, number: int = 0) -> LogRowView:
    """Return a line as those see it who follow up the log. ``number`` is its place on the page."""
    why = t("sv", f"staff.log.purpose.{line.purpose}")
    return LogRowView(
        id=line.id,
        at=f"{format_short_day('sv', line.at)} {line.at.year} {format_clock(line.at)}",
        who=_who(line, "staff.log.who_was.resident"),
        act=t("sv", f"staff.log.acts.{line.action}"),
        person=line.person,
        about=_about(line),
        why=t("sv", "staff.log.reason_of", purpose=why, reason=line.reason) if line.reason else why,
        **_way(line, number),
    )


def row_to_patient(line: LogLine) -> LogRowView:
    """Return a line as the patient reads it. Of reasons only why somebody searched for them."""
    why = t("sv", f"staff.log.purpose.{line.purpose}")
    tells = line.reason and line.purpose == Purpose.SEARCH
    return LogRowView(
        id=line.id,
        at=moment_text(line.at, "sv"),
        who=_who(line, "staff.log_extract.resident"),
        act=t("sv", f"staff.log.to_patient.{line.action}"),
        about=_about(line),
        why=t("sv", "staff.log.reason_of", purpose=why, reason=line.reason) if tells else why,
    )


def extract_view(made: Extract, hsa_id: str) -> ExtractView:
    """Return the extract in words. ``hsa_id`` is who made it."""
    facts = {
        "person": made.number,
        **({"name": made.name} if made.name else {}),
        "clinic": made.clinic,
        "care_provider": made.care_provider,
        "span": span_words(made.span),
        "made": t("sv", "staff.log_extract.made_by", when=moment_text(made.made_at, "sv"), hsa_id=hsa_id),
    }
    return ExtractView(
        caption=made.clinic,
        facts=[SummaryRow(t("sv", f"staff.log_extract.{name}"), value) for name, value in facts.items()],
        rows=[row_to_patient(line) for line in made.lines],
        protected=made.protected,
        cut=made.cut,
    )


def extract_file(view: ExtractView) -> str:
    """Return the extract as a file that spreadsheets read (CSV, RFC 4180; semicolons and a mark as in Sweden)."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerows([fact.term, safe_cell(fact.value)] for fact in view.facts)
    writer.writerow([])
    writer.writerow(t("sv", f"staff.log_extract.{name}") for name in ("at", "who", "act", "about", "why"))
    writer.writerows(map(safe_cell, (row.at, row.who, row.act, row.about, row.why)) for row in view.rows)
    return f"\N{BYTE ORDER MARK}{file.getvalue()}"


def check_row(row: CheckRow) -> CheckRowView:
    """Return a sample as the list shows it."""
    left = row.lines - row.judged
    state = t("sv", f"staff.log_check.left.{'one' if left == 1 else 'other'}", count=left)
    if row.signed_at:
        day = format_short_day("sv", row.signed_at)
        state = t("sv", "staff.log_check.signed", day=day, name=row.signed_by)
    return CheckRowView(
        id=row.id,
        number=str(row.number),
        span=span_words(row.span),
        count=str(row.lines),
        drawn=t(
            "sv", "staff.log_check.drawn_by", day=format_short_day("sv", row.drawn_at), name=row.drawn_by
        ),
        state=state,
        done=row.signed_at is not None,
        href=f"{CHECKS}/{row.id}",
        open_name=t("sv", "staff.log_check.open_name", number=row.number),
    )


def check_view(check: Check) -> CheckView:
    """Return a sample with its lines."""
    row = check.row
    words = {
        "span": span_words(row.span),
        "count": t("sv", "staff.log_check.of_words", lines=row.lines, out_of=check.out_of),
        "drawn": _by(row.drawn_at, row.drawn_by),
    }
    left = row.lines - row.judged
    if row.signed_at:
        justified = row.lines - row.to_investigate
        words["result"] = t(
            "sv", "staff.log_check.result_words", justified=justified, investigate=row.to_investigate
        )
        words["conclusion_row"] = check.conclusion
        words["state"] = t(
            "sv",
            "staff.log_check.signed_body",
            name=row.signed_by,
            when=moment_text(row.signed_at, "sv"),
        )
    return CheckView(
        heading=t("sv", "staff.log_check.heading", number=row.number),
        clinic=check.clinic,
        facts=[SummaryRow(t("sv", f"staff.log_check.{name}"), value) for name, value in words.items()],
        left=t("sv", f"staff.log_check.left.{'one' if left == 1 else 'other'}", count=left),
        signed=row.signed_at is not None,
        lines=[judged_view(one) for one in check.lines],
    )


def judged_view(one: Judged) -> JudgedView:
    """Return a line of a sample with the names of its controls."""
    number = one.position
    return JudgedView(
        row=row_of(one.line, number),
        heading=t("sv", "staff.log_check.line", number=number),
        judgement=one.judgement or "",
        judgement_text=t("sv", f"staff.log_check.{one.judgement or 'unjudged'}"),
        note=one.note,
        judgement_name=f"judgement-{number}",
        justified_id=f"judgement-{number}-justified",
        investigate_id=f"judgement-{number}-investigate",
        note_name=f"note-{number}",
    )


def _by(moment: datetime, name: str) -> str:
    return t("sv", "staff.log_check.drawn_words", when=moment_text(moment, "sv"), name=name)


def _who(line: LogLine, resident: str) -> str:
    if line.actor_kind == "resident":
        return t("sv", resident)
    if line.actor_kind != "staff":
        return t("sv", f"staff.log.who_was.{line.actor_kind}")
    role = t("sv", f"staff.log.role.{line.role or 'unknown'}")
    return ", ".join(part for part in (line.actor_name, role, line.actor_id) if part)


def _about(line: LogLine) -> str:
    if line.booking_starts_at:
        return t("sv", "staff.log.booking", when=moment_text(line.booking_starts_at, "sv"))
    return t("sv", "staff.log.case", number=line.case_number) if line.case_number else ""


def _way(line: LogLine, number: int) -> dict[str, str]:
    """Return the link to what it was about: opening that is an act of its own, which is logged."""
    if line.booking_starts_at:
        when = moment_text(line.booking_starts_at, "sv")
        return {
            "href": f"/personal/bokning/{line.booking_id}",
            "link": t("sv", "staff.log.open_booking"),
            "link_name": t("sv", "staff.log.open_booking_name", when=when, number=number),
        }
    if line.case_id:
        return {
            "href": f"/personal/forfragningar/{line.case_id}",
            "link": t("sv", "staff.log.open_case"),
            "link_name": t("sv", "staff.log.open_case_name", number=line.case_number, line=number),
        }
    return {}
