"""What a journal system's answers mean, in words for those who set up and follow a connection."""

from collections.abc import Iterable

from webtidbok_app.domain.journal_probe import Probed
from webtidbok_app.i18n import CATALOG, t
from webtidbok_app.state.staff.connection_views import ReportRow

_HTTP = "http_"


def report_rows(report: Iterable[Probed]) -> list[ReportRow]:
    """Return how each contract answered."""
    return [_row(one) for one in report]


def failure_words(code: str) -> str:
    """Return what the code of a failed call means."""
    key = f"staff.connection.failure.{code}"
    if key in CATALOG["sv"]:
        return t("sv", key)
    return t("sv", "staff.connection.failure.http", status=code.removeprefix(_HTTP))


def failure_name(code: str) -> str:
    """Return a failed call's code as those who run journal systems know it, or in a word or two."""
    if code.startswith("VP"):
        return t("sv", "staff.connection.answers", code=code)
    if code.startswith(_HTTP):
        return t("sv", "staff.connection.answers", code=f"HTTP {code.removeprefix(_HTTP)}")
    return t("sv", f"staff.connection.name.{code}")


def _row(one: Probed) -> ReportRow:
    about = t("sv", f"staff.connection.contract.{one.contract}")
    took = t("sv", "staff.connection.took", ms=one.milliseconds) if one.milliseconds else ""
    if not one.failure:
        return ReportRow(one.contract, about, t("sv", "staff.connection.works"), took=took)
    means = failure_words(one.failure)
    if not one.needed:
        means = f"{means} {t('sv', 'staff.connection.not_needed')}"
    kind = "danger" if one.needed else "warn"
    return ReportRow(one.contract, about, failure_name(one.failure), kind, means, took)
