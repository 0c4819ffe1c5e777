"""Fields as the staff's forms have them."""

import reflex as rx

from webtidbok_app.components import forms
from webtidbok_app.i18n import t


def line(
    state: type[rx.State],
    area: str,
    name: str,
    value: str | rx.Var[str] = "",
    *,
    label: str = "",
    **props: object,
) -> rx.Component:
    """Return a line of a state's form, with words of the catalogue's ``area``; the browser fills nothing in."""
    return forms.text_field(
        "sv",
        name,
        t("sv", f"{area}.{label or name}"),
        value=value,
        problems=state.problems,
        **{"auto_complete": "off"} | props,
    )


def side_by_side(*fields: rx.Component) -> rx.Component:
    """Return fields beside each other where there is room."""
    return rx.el.div(*fields, class_name="field-grid")
