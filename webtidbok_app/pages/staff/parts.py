"""What several of the staff's pages are made of."""

import reflex as rx

from webtidbok_app.components.icons import icon
from webtidbok_app.state.staff_views import Outcome, Stepper

Text = str | rx.Var[str]


def stepper(steps: rx.Var[Stepper], *, label: str, previous: str, following: str, now: str) -> rx.Component:
    """Return the links to the period before, the one after, and back to now."""
    return rx.el.nav(
        _step(steps.previous_href, icon("back"), previous),
        _step(steps.next_href, following, icon("forward")),
        _step(steps.now_href, now, aria_current=rx.cond(steps.now, "true", "false")),
        aria_label=label,
        class_name="stepper",
    )


def _step(href: rx.Var[str], *words: rx.Component | str, **props: object) -> rx.Component:
    return rx.el.a(*words, href=href, class_name="button button-secondary", **props)


def outcome_box(outcome: rx.Var[Outcome], name: str, *buttons: rx.Component, kind: str) -> rx.Component:
    """Return what would happen or has happened, which takes focus; nothing while there is nothing to say."""
    return rx.cond(
        outcome.title != "",
        rx.el.section(
            rx.el.h2(outcome.title, id=f"{name}-title"),
            outcome_body(outcome),
            *buttons,
            key=outcome.key,
            class_name=f"box box-{kind}",
            tab_index=-1,
            aria_labelledby=f"{name}-title",
            data_take_focus="true",
        ),
    )


def outcome_body(outcome: rx.Var[Outcome]) -> rx.Component:
    """Return the words and the times of an outcome."""
    return rx.fragment(
        rx.cond(outcome.body != "", rx.el.p(outcome.body)),
        rx.cond(
            outcome.rows.length() > 0,
            rx.el.ul(rx.foreach(outcome.rows, lambda row: rx.el.li(row, key=row)), class_name="outcome-rows"),
        ),
        rx.cond(outcome.more != "", rx.el.p(outcome.more, class_name="fine")),
    )
