"""/personal/vardgivare: who or what the clinic's times are with."""

from functools import partial

import reflex as rx

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import badge, empty_state, error_summary, problem_box, skeleton
from webtidbok_app.i18n import t
from webtidbok_app.pages.staff.fields import line
from webtidbok_app.pages.staff.parts import outcome_box
from webtidbok_app.pages.staff.settings.frame import settings_frame
from webtidbok_app.state.staff.performers import StaffPerformersState as State
from webtidbok_app.state.staff.setup_views import SetupRow

_line = partial(line, State, "setup.performers", width="half")


def performers_page() -> rx.Component:
    """Return the performers, and the form for one of them."""
    return settings_frame(
        rx.cond(
            State.clinic != "",
            rx.fragment(
                rx.el.p(t("sv", "setup.performers.intro")),
                rx.cond(State.form.heading != "", _form()),
                rx.cond(
                    State.rows.length() > 0,
                    rx.el.ul(rx.foreach(State.rows, _row), class_name="booking-list"),
                    empty_state(t("sv", "setup.performers.empty")),
                ),
                rx.cond(
                    State.may_change,
                    rx.cond(
                        State.form.heading == "",
                        buttons.button_row(
                            buttons.primary(t("sv", "setup.performers.add"), on_click=State.open_form(""))
                        ),
                    ),
                    rx.el.p(t("sv", "setup.administrators_only"), class_name="fine"),
                ),
            ),
            rx.cond(State.problem.title == "", skeleton("sv", rows=3, height="card")),
        ),
        part="performers",
        title_key="setup.performers.title",
        caption=State.clinic,
        above=rx.fragment(
            problem_box("sv", State.problem),
            error_summary("sv", State.problems, attempt=State.attempts),
            outcome_box(State.done, "done", kind="ok"),
        ),
    )


def _row(row: rx.Var[SetupRow]) -> rx.Component:
    return rx.el.li(
        rx.el.h2(row.name, class_name="card-title"),
        rx.cond(row.facts != "", rx.el.p(row.facts)),
        rx.el.p(row.coming, class_name="fine"),
        rx.cond(row.off != "", rx.el.p(badge(row.off))),
        rx.cond(
            State.may_change,
            buttons.link_button(
                t("sv", "setup.performers.change"),
                on_click=State.open_form(row.id),
                aria_label=rx.Var.create(t("sv", "setup.performers.change")) + " " + row.name,
            ),
        ),
        key=row.id,
        class_name="card booking-card",
    )


def _form() -> rx.Component:
    form = State.form
    return forms.form(
        rx.el.h2(form.heading, tab_index=-1, data_take_focus="true"),
        rx.el.input(type="hidden", name="performer", value=form.id, read_only=True),
        _line("name", form.name, hint=t("sv", "setup.performers.name_hint")),
        _line("title_sv", form.title_sv, optional=True),
        _line("title_en", form.title_en, optional=True),
        _line("hsa_id", form.hsa_id, hint=t("sv", "setup.performers.hsa_id_hint"), optional=True),
        forms.checkbox(
            "sv",
            "active",
            t("sv", "setup.performers.active"),
            hint=t("sv", "setup.performers.active_hint"),
            checked=form.active,
        ),
        rx.cond(form.coming != "", rx.el.p(form.coming, class_name="fine")),
        buttons.button_row(
            forms.submit(t("sv", "setup.save")),
            buttons.link_button(t("sv", "setup.leave"), on_click=State.close_form),
        ),
        on_submit=State.save,
        key=form.key,
    )
