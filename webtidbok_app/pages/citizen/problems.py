"""Clinics whose times cannot be shown now; the others' are."""

import reflex as rx

from webtidbok_app.components.feedback import notice


def clinic_problems(lines: rx.Var[list[str]]) -> rx.Component:
    """Return a line for each clinic that does not answer; nothing when all do."""
    return rx.cond(
        lines.length() > 0,
        notice(rx.el.div(rx.foreach(lines, lambda line: rx.el.p(line, key=line))), kind="warn"),
    )
