"""Elements as the browser knows them.

``rx.el.a`` is a link of the client-side router and ``rx.el.form`` never leaves the page: right between pages,
wrong for what the server answers itself and for links within a page.
"""

import reflex as rx
from reflex.utils.imports import ImportVar
from reflex.vars import VarData
from reflex_components_core.el.elements.base import BaseHTML

HERE: rx.Var[str] = rx.Var(
    "hereLocation.pathname",
    _var_data=VarData(
        hooks={"const hereLocation = useLocation()": None},
        imports={"react-router": [ImportVar(tag="useLocation")]},
    ),
)
"""The path that the browser shows at this moment, before the server has heard of it."""


class Anchor(BaseHTML):
    """A plain link: within the page, or to an address that is no page of the app."""

    tag = "a"

    href: rx.Var[str]
    href_lang: rx.Var[str]


class PostForm(BaseHTML):
    """A plain form, sent to an address that is no page of the app."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


class Markup(BaseHTML):
    """HTML that is written by ``domain.rich_text`` and by nobody else."""

    tag = "div"

    dangerouslySetInnerHTML: rx.Var[dict[str, str]]  # noqa: N815  as React calls it


def markup(safe: str | rx.Var[str], **props: object) -> rx.Component:
    """Return a clinic's own words. ``safe`` is of a ``RichView``: it has been tidied as it was read."""
    return Markup.create(dangerouslySetInnerHTML={"__html": safe}, **props)


def anchor(
    *children: rx.Component | rx.Var[str] | str, href: str | rx.Var[str], **props: object
) -> rx.Component:
    """Return a plain link: a full page load, or a jump within the page."""
    return Anchor.create(*children, href=href, **props)


def post_form(*children: rx.Component, action: str, **props: object) -> rx.Component:
    """Return a form that the browser itself posts to ``action`` (under /auth)."""
    return PostForm.create(*children, action=action, method="post", **props)


def dialog(
    *children: rx.Component, id: str, title: rx.Component, about: str, **props: object
) -> rx.Component:
    """Return a native modal, closed until a script opens it. ``title`` carries the id ``<id>-title``."""
    return rx.el.dialog(
        title,
        *children,
        id=id,
        class_name="dialog",
        aria_labelledby=f"{id}-title",
        aria_describedby=about,
        **props,
    )


def noscript(text: str) -> rx.Component:
    """Return what is shown where scripts do not run."""
    return rx.el.noscript(rx.el.p(text, class_name="noscript"))
