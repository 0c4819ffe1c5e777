"""Week templates in words. Pure functions."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.i18n import format_day, t, tn
from webtidbok_app.services.week_templates import TemplateFacts, TemplateRow, TemplateSeries
from webtidbok_app.state.staff.deviation_words import minute_words
from webtidbok_app.state.staff.week_view import written_week
from webtidbok_app.state.staff.weeks_views import SeriesRow, TemplateCard, TemplateDay, WeekTemplateView
from webtidbok_app.state.views import Choice

PAGE = "/personal/veckomallar"


def template_href(template_id: object) -> str:
    """Return the address of a template."""
    return f"{PAGE}/{template_id}"


def save_href(monday: date) -> str:
    """Return the address where the week is saved as a template."""
    return f"{PAGE}/ny?vecka={written_week(monday)}"


def card_of(row: TemplateRow) -> TemplateCard:
    """Return a template as the list shows it."""
    times = tn("sv", "staff.week_templates.times", row.times)
    people = tn("sv", "staff.week_templates.performers", row.performers)
    href = template_href(row.id)
    return TemplateCard(
        id=row.id.hex,
        name=row.name,
        href=href,
        facts=f"{times}, {people}" if row.times else times,
        changed=t(
            "sv", "staff.week_templates.changed", name=row.changed_by, day=format_day("sv", row.changed_at)
        ),
        use_href=f"{href}/anvand" if row.times else "",
        use_name=t("sv", "staff.template_use.link_name", name=row.name),
    )


def template_view(template: TemplateFacts) -> WeekTemplateView:
    """Return a template weekday by weekday."""
    days = [
        TemplateDay(t("sv", f"staff.publish.weekday_{weekday}"), [_series_row(one) for one in series])
        for weekday, series in groupby(template.series, key=lambda one: one.times[0].weekday)
    ]
    href = template_href(template.id)
    times = tn("sv", "staff.week_templates.times", sum(len(one.times) for one in template.series))
    return WeekTemplateView(template.name, times, href, days, f"{href}/anvand", f"{href}/ta-bort")


def series_key(series: TemplateSeries) -> str:
    """Return what tells a series of a template from its others."""
    first = series.times[0]
    return f"{first.weekday}-{first.start}-{first.performer_id.hex}"


def performers_of(template: TemplateFacts) -> list[Choice]:
    """Return those whose times the template has, each with how many a week."""
    return [
        Choice(str(key), tn("sv", "staff.copy.performer", times, name=name))
        for key, name, times in template.performers
    ]


def every_choices(numbers: Sequence[int]) -> list[Choice]:
    """Return how often a week can be filled."""
    return [Choice(str(number), t("sv", f"staff.template_use.every_{number}")) for number in numbers]


def _series_row(series: TemplateSeries) -> SeriesRow:
    first, last = series.times[0], series.times[-1]
    span = f"{minute_words(first.start)}–{minute_words((last.start + last.length - 1) % 1440 + 1)}"
    said = [
        series.performer,
        series.time_type,
        t("sv", "staff.week_template.length", minutes=first.length),
        tn("sv", "staff.preview.count_value", len(series.times)),
    ]
    if first.visit_form != VisitForm.ON_SITE:
        said.append(t("sv", f"staff.visit_form.{first.visit_form}"))
    if first.places > 1:
        said.append(t("sv", "staff.week_template.places", places=first.places))
    weekday = t("sv", f"staff.publish.weekday_{first.weekday}").lower()
    return SeriesRow(
        key=series_key(series),
        times=span,
        what=" · ".join(said),
        off="" if series.in_use else t("sv", "staff.week_template.off"),
        remove_name=t(
            "sv", "staff.week_template.remove_name", weekday=weekday, times=span, who=series.performer
        ),
    )
