"""What happened, what to mend, and what to wait for."""

import reflex as rx

from webtidbok_app.components.icons import icon
from webtidbok_app.components.native import anchor
from webtidbok_app.i18n import Lang, t
from webtidbok_app.state.views import FieldProblem, Problem

Text = str | rx.Var[str]


def error_summary(
    lang: Lang, problems: rx.Var[list[FieldProblem]], *, attempt: rx.Var[int] | rx.Var[str] | str = ""
) -> rx.Component:
    """Return the list of what to mend, which takes focus; nothing when there is nothing.

    ``attempt`` changes with every submit, so that the list takes focus again. It also puts "Fel:" in the title.
    """
    return rx.cond(
        problems.length() > 0,
        rx.el.section(
            rx.el.h2(t(lang, "common.form.problem_title"), id="error-summary-title"),
            rx.el.ul(rx.foreach(problems, _problem_link)),
            key=attempt,
            class_name="box box-danger error-summary",
            tab_index=-1,
            role="alert",
            aria_labelledby="error-summary-title",
            data_take_focus="true",
            data_error_title=t(lang, "common.error_title"),
        ),
    )


def _problem_link(problem: rx.Var[FieldProblem]) -> rx.Component:
    return rx.el.li(anchor(problem.text, href=f"#{problem.field}", data_jump="true"), key=problem.field)


def problem_box(lang: Lang, problem: rx.Var[Problem], *children: rx.Component) -> rx.Component:
    """Return a conflict or failure, which takes focus; nothing when its title is empty.

    ``children`` stand below the words: the nearest times, a phone number.
    """
    return rx.cond(
        problem.title != "",
        rx.el.section(
            rx.el.h2(problem.title, id="problem-title"),
            rx.cond(problem.body != "", rx.el.p(problem.body)),
            phone_of(problem),
            *children,
            rx.cond(
                problem.reference != "",
                rx.el.p(
                    t(lang, "common.feedback.reference"),
                    " ",
                    rx.el.code(problem.reference),
                    class_name="fine",
                ),
            ),
            key=problem.key,
            class_name="box box-danger",
            tab_index=-1,
            role="alert",
            aria_labelledby="problem-title",
            data_take_focus="true",
        ),
    )


def phone_of(problem: rx.Var[Problem]) -> rx.Component:
    """Return the number to call where a clinic's timebook is what failed."""
    return rx.cond(
        problem.phone != "", rx.el.p(anchor(problem.phone, href=problem.phone_href, class_name="phone"))
    )


def notice(*children: rx.Component | Text, title: Text = "", kind: str = "warn") -> rx.Component:
    """Return something to know. ``kind`` is warn, info, ok or soft."""
    heading = [rx.el.h2(title)] if isinstance(title, rx.Var) or title else []
    symbol = {"ok": "check", "warn": "alert"}.get(kind, "info")
    return rx.el.section(
        icon(symbol),
        rx.el.div(*heading, *(_paragraph(child) for child in children), class_name="notice-text"),
        class_name=f"box box-{kind} notice",
    )


def panel(title: rx.Component, *children: rx.Component | Text) -> rx.Component:
    """Return the green panel of something done. ``title`` is the page's own h1 (see ``layout.heading``)."""
    return rx.el.div(
        rx.el.span(icon("check"), class_name="panel-tick"),
        title,
        *(_paragraph(child) for child in children),
        class_name="panel",
    )


def empty_state(title: Text, *children: rx.Component | Text) -> rx.Component:
    """Return what stands where nothing is, and what to do instead."""
    return rx.el.section(
        rx.el.h2(title), *(_paragraph(child) for child in children), class_name="empty-state"
    )


def skeleton(lang: Lang, rows: int = 4, height: str = "row") -> rx.Component:
    """Return grey rows that keep the place of what is fetched. ``height`` is row, card or month."""
    return rx.el.div(
        rx.el.p(t(lang, "common.feedback.loading"), class_name="skeleton-text"),
        *(rx.el.div(class_name=f"skeleton skeleton-{height}", aria_hidden="true") for _ in range(rows)),
        class_name="skeletons",
        aria_busy="true",
    )


def status(text: Text, **props: object) -> rx.Component:
    """Return a line that is read aloud when it changes: "14 lediga tider, 3–10 december"."""
    return rx.el.p(text, role="status", class_name="status", **props)


def badge(text: Text, kind: str = "neutral") -> rx.Component:
    """Return a word about a state. ``kind`` is neutral, ok, warn or danger."""
    return rx.el.span(text, class_name=f"badge badge-{kind}")


def _paragraph(child: rx.Component | Text) -> rx.Component:
    return child if isinstance(child, rx.Component) else rx.el.p(child)
