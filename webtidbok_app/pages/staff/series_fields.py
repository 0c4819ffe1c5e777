"""The fields of times that follow on each other: what they are, on which weekdays, and between which clock times."""

import reflex as rx

from webtidbok_app.components import forms
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line, side_by_side
from webtidbok_app.state.staff.series_form import SeriesForm
from webtidbok_app.state.views import Choice

State = type[SeriesForm]
"""A state with such a form, and ``problems``."""


def what_fields(state: State) -> rx.Component:
    """Return what the times are, at whom and how long."""
    visit_forms = [Choice(form.value, t("sv", f"staff.visit_form.{form}")) for form in VisitForm]
    form = state.form
    return forms.fieldset(
        t("sv", "staff.publish.what"),
        side_by_side(
            _choice(state, "time_type", state.time_types, form.time_type, on_change=state.choose_time_type),
            _choice(state, "performer", state.performers, form.performer),
        ),
        _choice(state, "visit_form", visit_forms, form.visit_form, key=state.filled),
        side_by_side(
            short_line(state, "minutes", form.minutes, input_mode="numeric", key=state.filled),
            short_line(state, "places", form.places, input_mode="numeric"),
        ),
    )


def weekday_fields(state: State) -> rx.Component:
    """Return on which weekdays the times are, and between which clock times."""
    weekdays = [Choice(str(number), t("sv", f"staff.publish.weekday_{number}")) for number in range(7)]
    return rx.fragment(
        forms.checkbox_group(
            "sv",
            "weekdays",
            t("sv", "staff.publish.weekdays"),
            weekdays,
            checked=state.form.weekdays,
            problems=state.problems,
            inline=True,
        ),
        side_by_side(
            short_line(state, "from_time", state.form.from_time),
            short_line(state, "to_time", state.form.to_time),
        ),
    )


def skip_holidays(checked: rx.Var[bool]) -> rx.Component:
    """Return the box that leaves public holidays alone."""
    return forms.checkbox(
        "sv",
        "skip_holidays",
        t("sv", "staff.publish.skip_holidays"),
        hint=t("sv", "staff.publish.skip_holidays_hint"),
        checked=checked,
    )


def short_line(state: State, name: str, value: rx.Var[str], **props: object) -> rx.Component:
    """Return a short line of the form, with its hint."""
    hint = t("sv", f"staff.publish.{name}_hint")
    return line(state, "staff.publish", name, value, hint=hint, width="tiny", **props)


def _choice(
    state: State, name: str, options: rx.Var[list[Choice]] | list[Choice], value: rx.Var[str], **props: object
) -> rx.Component:
    return forms.select_field(
        "sv", name, t("sv", f"staff.publish.{name}"), options, value=value, problems=state.problems, **props
    )
