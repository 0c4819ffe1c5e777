"""The rules of a time type in words, as residents are told them and as staff see that they are."""

from datetime import datetime, timedelta

from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.opening import Opening
from webtidbok_app.domain.visit import Bookable, ReasonRule
from webtidbok_app.i18n import Lang, format_day, format_time, format_weekday, t, tn
from webtidbok_app.journal.port import TimeTypeInfo

_HOUR = 60
_DAY = 24 * _HOUR


def rules_in_words(time_type: TimeTypeInfo, lang: Lang, *, now: datetime) -> list[str]:
    """Return a sentence for each rule that the time type has, in the order that one meets them."""
    opening, most = time_type.opening, time_type.max_active
    said = [
        t(lang, "rules.invitation") if time_type.bookable is Bookable.INVITATION else "",
        age_text(time_type.min_age, time_type.max_age, lang),
        _opens(opening, lang, now),
        t(lang, "rules.latest", span=span_text(opening.notice_minutes, lang))
        if opening.notice_minutes
        else "",
        tn(lang, "rules.most", most) if most else "",
        t(lang, "rules.reason") if time_type.reason is ReasonRule.REQUIRED else "",
        _change(time_type.cancel_hours, lang),
    ]
    return [one for one in said if one]


def age_text(low: int | None, high: int | None, lang: Lang) -> str:
    """Return for which ages it is; empty for all."""
    if low is None and high is None:
        return ""
    if low is None or high is None:
        key = "age_to" if low is None else "age_from"
    else:
        key = "age_exact" if low == high else "age_span"
    return t(lang, f"citizen.types.{key}", min_age=low, max_age=high)


def next_release_text(opening: Opening, lang: Lang, *, now: datetime) -> str:
    """Return when new times are released next; empty where they open day by day, or as they are published."""
    coming = opening.next_opening(now)
    if opening.release_weekday is None or coming is None:
        return ""
    return t(
        lang, "rules.release_next", day=format_day(lang, coming, year=False), time=format_time(lang, coming)
    )


def span_text(minutes: int, lang: Lang) -> str:
    """Return "30 minuter", "2 timmar" or "3 dagar". One day is 24 hours: the hour counts."""
    if minutes % _DAY == 0 and minutes > _DAY:
        return tn(lang, "rules.span.days", minutes // _DAY)
    if minutes % _HOUR == 0 and minutes:
        return tn(lang, "rules.span.hours", minutes // _HOUR)
    return tn(lang, "rules.span.minutes", minutes)


def _opens(opening: Opening, lang: Lang, now: datetime) -> str:
    if opening.release_weekday is not None:
        coming = opening.next_opening(now)
        assert coming is not None
        weekday = format_weekday(lang, swedish_time.day_of(coming))
        release = t(lang, "rules.release", weekday=weekday, time=format_time(lang, coming))
        ahead = tn(lang, "rules.release_ahead", opening.release_weeks or 0)
        return f"{release} {ahead} {next_release_text(opening, lang, now=now)}"
    return tn(lang, "rules.earliest", opening.earliest_days) if opening.earliest_days else ""


def _change(hours: int | None, lang: Lang) -> str:
    if hours is None:
        return ""
    if not hours:
        return t(lang, "rules.change_any")
    span = span_text(int(timedelta(hours=hours).total_seconds()) // 60, lang)
    return t(lang, "rules.change", span=span)
