"""The login page: why one is here, and where to go after."""

from urllib.parse import quote

import reflex as rx

from webtidbok_app.auth.permissions import public
from webtidbok_app.i18n import t
from webtidbok_app.logs import is_reference
from webtidbok_app.state.common import lang_of, query
from webtidbok_app.state.views import Problem

NOTICES = {"utgangen": "expired", "behorighet": "forbidden", "andrad": "changed"}


class LoginState(rx.State):
    """What the login page says and links to. Nothing here is trusted: /auth/login checks ``vidare`` itself."""

    notice: Problem = Problem()
    errand: str = ""
    """The links' query: the language, and the page to come back to."""

    @rx.event
    @public
    async def load(self) -> None:
        """Read why the visitor is here from the address."""
        lang = lang_of(self)
        after = query(self, "vidare")
        self.errand = f"?lang={lang}" + (f"&vidare={quote(after, safe='')}" if after else "")
        why = NOTICES.get(query(self, "skal"))
        reference = query(self, "referens")
        self.notice = Problem() if why is None else Problem(
            title=t(lang, f"auth.login.{why}_title"), body=t(lang, f"auth.login.{why}_body"),
            reference=reference if is_reference(reference) else "", key=why,
        )  # fmt: skip
