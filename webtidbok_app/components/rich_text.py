"""A clinic's own words with bold, italic, lists and links: how they are shown, and the field that they are written in.

The field is a box that one types in as it will look. ``assets/rich-text.js`` does the rest: the buttons, links, what is
pasted, and a warning to who is about to leave with something unsaved. What it sends is tidied by the use case.
"""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import notice
from webtidbok_app.components.forms import Problems, Text, field_error, field_hint, field_ties
from webtidbok_app.components.native import markup
from webtidbok_app.i18n import Lang, t
from webtidbok_app.state.views import RichView

COMMANDS = {"bold": "bold", "italic": "italic", "insertUnorderedList": "list", "createLink": "link"}
"""The buttons, by what browsers call it, and their names in the catalogue."""


def rich_text(lang: Lang, view: rx.Var[RichView], *, class_name: str = "") -> rx.Component:
    """Return the words, the end of long ones folded; nothing where there are none."""
    return rx.cond(
        view.first != "",
        rx.el.div(
            rx.cond(view.note != "", rx.el.p(view.note, class_name="fine")),
            markup(view.first, class_name="rich", lang=view.lang),
            rx.cond(
                view.rest != "",
                rx.el.details(
                    rx.el.summary(t(lang, "common.rich.more")),
                    markup(view.rest, class_name="rich prose", lang=view.lang),
                    class_name="folded",
                ),
            ),
            class_name=f"rich-text {class_name}".strip(),
        ),
    )


def not_here(lang: Lang, view: rx.Var[RichView]) -> rx.Component:
    """Return who is to turn elsewhere; nothing where the clinic says nothing of it."""
    return rx.cond(
        view.first != "", notice(rich_text(lang, view), title=t(lang, "common.rich.not_here"), kind="warn")
    )


def rich_text_field(
    name: str,
    label: Text,
    *,
    value: Text,
    max_chars: int,
    hint: Text = "",
    problems: Problems = None,
    optional: bool = False,
    lang: Lang = "sv",
) -> rx.Component:
    """Return a box for a text of at most ``max_chars`` characters, for staff; ``lang`` is what it is written in.

    ``value`` is kept markup (``domain.rich_text.shown``). The form has what is written under ``name``, as markup: read
    it with ``state.input.typed_rich`` and have the use case keep ``services.rich_texts.tidied``. Like other boxes it is
    uncontrolled; give the form a new ``key`` once it is saved.
    """
    note = [" ", rx.el.span(t("sv", "common.form.optional"), class_name="optional")] if optional else []
    return rx.el.div(
        rx.el.span(label, *note, id=f"{name}-label", class_name="label"),
        field_hint(name, hint),
        field_error("sv", name, problems),
        _tools(name),
        markup(
            value,
            id=rx.Var.create(name),
            content_editable=True,
            role="textbox",
            tab_index=0,
            lang=lang,
            class_name="input input-full rich rich-box",
            data_rich="true",
            data_counter=f"{name}-counter",
            aria_multiline="true",
            aria_labelledby=f"{name}-label",
            **field_ties(name, hint, problems, f"{name}-limit"),
        ),
        rx.el.textarea(name=name, default_value=value, hidden=True, read_only=True, data_rich_value="true"),
        rx.el.div(
            rx.el.p(t("sv", "common.form.chars_max", max=max_chars), id=f"{name}-limit", class_name="fine"),
            rx.el.p(role="status", class_name="visually-hidden"),
            id=f"{name}-counter",
            class_name="counter",
            data_max=str(max_chars),
            data_left=t("sv", "common.form.chars_left"),
            data_over=t("sv", "common.form.chars_over"),
        ),
        rx.el.script(src="/rich-text.js", async_=True),
        class_name="field rich-field",
        data_unsaved=t("sv", "staff.rich.unsaved"),
    )


def _tools(name: str) -> rx.Component:
    address = f"{name}-address"
    return rx.el.div(
        rx.el.div(
            *(
                rx.el.button(
                    t("sv", f"staff.rich.{word}"),
                    type="button",
                    class_name=f"rich-tool rich-tool-{word}",
                    data_rich_command=command,
                    aria_controls=name,
                    **({"aria_expanded": "false"} if word == "link" else {"aria_pressed": "false"}),
                )
                for command, word in COMMANDS.items()
            ),
            class_name="rich-buttons",
            role="group",
            aria_label=t("sv", "staff.rich.tools"),
        ),
        rx.el.div(
            rx.el.label(t("sv", "staff.rich.address"), html_for=address, class_name="label"),
            rx.el.p(t("sv", "staff.rich.address_hint"), id=f"{address}-hint", class_name="hint"),
            rx.el.p(id=f"{address}-error", class_name="field-error", role="alert", hidden=True),
            rx.el.input(
                id=rx.Var.create(address),
                name=address,
                class_name="input input-half",
                auto_complete="off",
                aria_describedby=f"{address}-hint {address}-error",
                data_rich_address="true",
            ),
            buttons.button_row(
                buttons.secondary(t("sv", "staff.rich.put_link"), data_rich_link="put"),
                buttons.link_button(t("sv", "staff.rich.take_link"), data_rich_link="take"),
                buttons.link_button(t("sv", "staff.rich.leave_link"), data_rich_link="leave"),
            ),
            class_name="rich-link",
            hidden=True,
            data_wrong=t("sv", "staff.rich.address_wrong"),
        ),
        class_name="rich-tools",
    )
