"""Fields with label, hint and error tied together.

A control's ``name`` is its id, and the id of its problem in the error summary. Controls are uncontrolled:
``value`` is what they start with. There is no validation in the browser; the answer comes after submit.
"""

from collections.abc import Sequence

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.i18n import Lang, t
from webtidbok_app.state.views import Choice, FieldProblem

Text = str | rx.Var[str]
Problems = rx.Var[list[FieldProblem]] | None
Options = rx.Var[list[Choice]] | Sequence[Choice]


def form(*children: rx.Component, on_submit: object, **props: object) -> rx.Component:
    """Return a form whose values go to ``on_submit`` by name."""
    return rx.el.form(*children, on_submit=on_submit, no_validate=True, class_name="form", **props)


def text_field(
    lang: Lang,
    name: str,
    label: Text,
    *,
    hint: Text = "",
    problems: Problems = None,
    value: Text = "",
    optional: bool = False,
    type: str = "text",
    width: str = "full",
    **props: object,
) -> rx.Component:
    """Return a line of text. ``width`` is full, half, short (about a phone number) or tiny (about a clock time)."""
    control = rx.el.input(
        id=_id(name),
        name=name,
        type=type,
        default_value=value,
        class_name=f"input input-{width}",
        **field_ties(name, hint, problems),
        **props,
    )
    return _field(lang, name, label, control, hint=hint, problems=problems, optional=optional)


def textarea_field(
    lang: Lang,
    name: str,
    label: Text,
    *,
    max_chars: int,
    hint: Text = "",
    problems: Problems = None,
    value: Text = "",
    optional: bool = False,
    rows: int = 4,
    **props: object,
) -> rx.Component:
    """Return a box for text that says how many characters are left of ``max_chars``. It never cuts."""
    control = rx.el.textarea(
        id=_id(name),
        name=name,
        default_value=value,
        rows=rows,
        class_name="input input-full",
        data_counter=f"{name}-counter",
        **field_ties(name, hint, problems, f"{name}-limit"),
        **props,
    )
    counter = rx.el.div(
        rx.el.p(t(lang, "common.form.chars_max", max=max_chars), id=f"{name}-limit", class_name="fine"),
        rx.el.p(role="status", class_name="visually-hidden"),
        id=f"{name}-counter",
        class_name="counter",
        data_max=str(max_chars),
        data_left=t(lang, "common.form.chars_left"),
        data_over=t(lang, "common.form.chars_over"),
    )
    return _field(lang, name, label, control, counter, hint=hint, problems=problems, optional=optional)


def select_field(
    lang: Lang,
    name: str,
    label: Text,
    options: Options,
    *,
    hint: Text = "",
    problems: Problems = None,
    value: Text = "",
    optional: bool = False,
    first: Text = "",
    **props: object,
) -> rx.Component:
    """Return a list to choose one from. Its ``first`` line, with the value "", asks to choose if nothing else."""
    control = rx.el.select(
        rx.el.option(first or t(lang, "common.form.choose"), value=""),
        *_each(options, lambda option, _: rx.el.option(option.label, value=option.value, key=option.value)),
        id=_id(name),
        name=name,
        default_value=value,
        class_name="input input-select",
        **field_ties(name, hint, problems),
        **{"key": value} | props,
    )
    return _field(lang, name, label, control, hint=hint, problems=problems, optional=optional)


def checkbox(
    lang: Lang,
    name: str,
    label: Text | rx.Component,
    *,
    hint: Text = "",
    problems: Problems = None,
    checked: bool | rx.Var[bool] = False,
    box: bool = False,
    value: str = "on",
    **props: object,
) -> rx.Component:
    """Return a box to tick, in a frame of its own where ``box``: an agreement."""
    control = rx.el.input(
        id=_id(name),
        name=name,
        type="checkbox",
        value=value,
        default_checked=checked,
        class_name="tick",
        **field_ties(name, hint, problems),
        **props,
    )
    return rx.el.div(
        field_error(lang, name, problems),
        rx.el.div(
            control,
            rx.el.label(label, html_for=name, class_name="tick-label"),
            class_name="tick-row",
        ),
        field_hint(name, hint),
        class_name="field field-tick field-boxed" if box else "field field-tick",
    )


def radio_group(
    lang: Lang,
    name: str,
    legend: Text,
    options: Options,
    *,
    hint: Text = "",
    problems: Problems = None,
    value: Text = "",
    legend_is_heading: bool = False,
    **props: object,
) -> rx.Component:
    """Return choices of which one is made. The first has the id ``name``, so that its problem leads there."""

    def one(option: Choice, index: int) -> rx.Component:
        return _choice(name, "radio", option, index, option.value == value, props)

    return _group(lang, name, legend, [*_each(options, one)], hint, problems, legend_is_heading)


def checkbox_group(
    lang: Lang,
    name: str,
    legend: Text,
    options: Options,
    *,
    hint: Text = "",
    problems: Problems = None,
    checked: Sequence[str] | rx.Var[list[str]] = (),
    inline: bool = False,
    **props: object,
) -> rx.Component:
    """Return boxes of which several may be ticked; read with ``rx.form.FormData.getlist(name)``."""

    def one(option: Choice, index: int) -> rx.Component:
        ticked = checked.contains(option.value) if isinstance(checked, rx.Var) else option.value in checked
        return _choice(name, "checkbox", option, index, ticked, props)

    return _group(lang, name, legend, [*_each(options, one)], hint, problems, heading=False, inline=inline)


def fieldset(legend: Text, *children: rx.Component) -> rx.Component:
    """Return fields that belong together under one legend."""
    return rx.el.fieldset(rx.el.legend(legend, class_name="legend"), *children, class_name="fieldset")


submit = buttons.submit


def problem_of(problems: Problems, name: str) -> rx.Var[str]:
    """Return the text of the field's problem, or an empty string."""
    if problems is None:
        return rx.Var.create("")
    return rx.Var(
        f'({problems}.find((problem) => problem["field"] === "{name}")?.["text"] ?? "")',
        _var_type=str,
        _var_data=problems._get_all_var_data(),
    )


def _field(
    lang: Lang,
    name: str,
    label: Text,
    *controls: rx.Component,
    hint: Text,
    problems: Problems,
    optional: bool,
) -> rx.Component:
    note = [" ", rx.el.span(t(lang, "common.form.optional"), class_name="optional")] if optional else []
    return rx.el.div(
        rx.el.label(label, *note, html_for=name, class_name="label"),
        field_hint(name, hint),
        field_error(lang, name, problems),
        *controls,
        class_name="field",
    )


def _group(
    lang: Lang,
    name: str,
    legend: Text,
    choices: list[rx.Component],
    hint: Text,
    problems: Problems,
    heading: bool,
    inline: bool = False,
) -> rx.Component:
    words = rx.el.h1(legend, id="page-heading", tab_index=-1) if heading else legend
    return rx.el.fieldset(
        rx.el.legend(words, class_name="legend"),
        field_hint(name, hint),
        field_error(lang, name, problems),
        rx.el.div(*choices, class_name="choices choices-inline" if inline else "choices"),
        class_name="fieldset field",
        aria_describedby=_described_by(name, hint, problems),
    )


def _choice(
    name: str,
    type: str,
    option: Choice,
    index: int | rx.Var[int],
    checked: bool | rx.Var[bool],
    props: dict[str, object],
) -> rx.Component:
    """Return one choice. Its id is the group's name for the first, then name-1, name-2 and so on."""
    if isinstance(index, rx.Var):
        element_id: Text = rx.cond(index == 0, name, f"{name}-{index}")
    else:
        element_id = _id(f"{name}-{index}" if index else name)
    return rx.el.div(
        rx.el.input(
            id=element_id,
            name=name,
            type=type,
            value=option.value,
            default_checked=checked,
            class_name="tick",
            **props,
        ),
        rx.el.label(
            option.label,
            rx.cond(option.hint != "", rx.el.span(option.hint, class_name="hint")),
            html_for=element_id,
            class_name="tick-label",
        ),
        key=option.value,
        class_name="tick-row",
    )


def _each(options: Options, build: object) -> list[rx.Component]:
    """Return one component for each option, known now or when the page is shown."""
    if isinstance(options, rx.Var):
        return [rx.foreach(options, build)]
    return [build(option, index) for index, option in enumerate(options)]


def _id(name: str) -> rx.Var[str]:
    """Return an id that Reflex makes no ref of: a ref's value would replace what the control submits."""
    return rx.Var.create(name)


def field_hint(name: str, hint: Text) -> rx.Component:
    """Return the hint, tied to the control by its id."""
    given = isinstance(hint, rx.Var) or bool(hint)
    return rx.el.p(hint, id=f"{name}-hint", class_name="hint") if given else rx.fragment()


def field_error(lang: Lang, name: str, problems: Problems) -> rx.Component:
    """Return what is wrong with the field, tied to the control by its id; nothing while nothing is."""
    if problems is None:
        return rx.fragment()
    text = problem_of(problems, name)
    prefix = rx.el.span(t(lang, "common.form.problem_prefix"), " ", class_name="visually-hidden")
    return rx.cond(text != "", rx.el.p(prefix, text, id=f"{name}-error", class_name="field-error"))


def field_ties(name: str, hint: Text, problems: Problems, *more: str) -> dict[str, object]:
    """Return what ties a control to its hint, its problem and what else has an id about it."""
    ties: dict[str, object] = {"aria_describedby": _described_by(name, hint, problems, *more)}
    if problems is not None:
        ties["aria_invalid"] = rx.cond(problem_of(problems, name) != "", "true", "false")
    return ties


def _described_by(name: str, hint: Text, problems: Problems, *more: str) -> Text | None:
    """Return the ids of hint, error and what else is about the control, those that are there."""
    ids = [*([f"{name}-hint"] if isinstance(hint, rx.Var) or hint else []), *more]
    always = " ".join(ids)
    if problems is None:
        return always or None
    with_error = " ".join([f"{name}-error", *ids])
    return rx.cond(problem_of(problems, name) != "", with_error, always or rx.Var("undefined"))
