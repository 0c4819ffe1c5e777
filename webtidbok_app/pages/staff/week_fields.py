"""The fields of weeks that are to be filled: which, how many and how often, and with whose times."""

import reflex as rx

from webtidbok_app.components import forms
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line, side_by_side
from webtidbok_app.pages.staff.series_fields import skip_holidays
from webtidbok_app.state.staff.copy import StaffCopyState
from webtidbok_app.state.staff.template_use import StaffTemplateUseState
from webtidbok_app.state.views import Choice

State = type[StaffCopyState] | type[StaffTemplateUseState]


def week_fields(
    state: State, *, weeks_hint: str, performers: str, every: list[Choice] | None = None
) -> tuple[rx.Component, ...]:
    """Return the fields; with ``every`` one says how often, otherwise the weeks follow on each other."""
    weeks = line(
        state, "staff.copy", "weeks", state.form.weeks, hint=weeks_hint, width="tiny", input_mode="numeric"
    )
    return (
        side_by_side(
            forms.select_field(
                "sv",
                "first_week",
                t("sv", "staff.copy.first_week"),
                state.weeks,
                value=state.form.first_week,
                problems=state.problems,
            ),
            line(
                state, "staff.copy", "other_week", state.form.other_week, hint=state.week_hint, optional=True
            ),
        ),
        side_by_side(_how_often(state, every), weeks) if every else weeks,
        forms.checkbox_group(
            "sv",
            "performers",
            performers,
            state.performers,
            checked=state.form.performers,
            problems=state.problems,
        ),
        skip_holidays(state.form.skip_holidays),
    )


def _how_often(state: State, every: list[Choice]) -> rx.Component:
    return forms.select_field(
        "sv",
        "every",
        t("sv", "staff.template_use.every"),
        every,
        hint=t("sv", "staff.template_use.every_hint"),
        value=state.form.every,
        problems=state.problems,
    )
