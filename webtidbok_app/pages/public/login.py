"""Log in: what is needed, how long it lasts, and two ways in."""

import reflex as rx

from webtidbok_app.components import layout
from webtidbok_app.components.feedback import problem_box
from webtidbok_app.components.native import anchor
from webtidbok_app.i18n import Lang, t
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.login import LoginState

ROUTE = "/logga-in"
TITLE = "auth.login.title"
ON_LOAD = [SessionState.load, LoginState.load]


def page(lang: Lang) -> rx.Component:
    """Return the login page."""
    return layout.page(
        lang,
        rx.el.p(t(lang, "auth.login.intro")),
        _way_in(lang, "resident", "need", "limit", kind="primary"),
        _way_in(lang, "staff", "staff_need", kind="secondary"),
        session=SessionState.session,
        failure=SessionState.failure,
        title_key=TITLE,
        above=problem_box(lang, LoginState.notice),
    )


def _way_in(lang: Lang, who: str, *texts: str, kind: str) -> rx.Component:
    return rx.el.section(
        rx.el.h2(t(lang, f"auth.login.{who}_heading")),
        *(rx.el.p(t(lang, f"auth.login.{text}")) for text in texts),
        # the server answers this address, so the browser itself must go there
        anchor(
            t(lang, f"auth.login.{who}_button"),
            href=f"/auth/login/{who}" + rx.cond(LoginState.errand == "", f"?lang={lang}", LoginState.errand),
            class_name=f"button button-{kind}",
        ),
    )
