"""Assembles the application: pages, the gate in front of every event, what is HTTP and no page. Nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx

from webtidbok_app.auth.gate import Gate
from webtidbok_app.components.layout import page_title
from webtidbok_app.db.engine import get_database
from webtidbok_app.i18n import LANGS, path
from webtidbok_app.logs import set_up_logging
from webtidbok_app.notify.worker import sending
from webtidbok_app.pages.routes import NOT_FOUND, ROUTES
from webtidbok_app.pages.staff.routes import ROUTES as STAFF_ROUTES
from webtidbok_app.services.downtime import writing_lists
from webtidbok_app.services.engagement_index import telling_engagements
from webtidbok_app.services.log_seals import sealing_log
from webtidbok_app.services.retention import clearing
from webtidbok_app.services.settlement import close_connections, settling
from webtidbok_app.settings import get_settings
from webtidbok_app.state.common import SessionState, backend_exception_handler, frontend_exception_handler
from webtidbok_app.timebook.hand_over import handing_over
from webtidbok_app.timebook.keeper import keeping_line
from webtidbok_app.web.built_pages import PlainAddresses
from webtidbok_app.web.headers import SecurityHeaders
from webtidbok_app.web.routes import http_app
from webtidbok_app.web.sockets import keep_tabs

STYLES = ["/tokens.css", "/base.css", "/components.css", "/staff.css", "/print.css"]
ENGLISH = "if(/^\\/en(\\/|$)/.test(location.pathname))document.documentElement.lang='en'"
"""One page serves every address that is not known beforehand, so its language is set as the page opens."""


@asynccontextmanager
async def in_service() -> AsyncIterator[None]:
    """Do what is done beside the requests as long as the server runs; then let go of the database.

    Messages are sent, the line of those who wait moves, times are handed over, lists written and the log
    sealed, what is no longer needed is cleared, what became of changes whose answers were lost is found out, and the
    engagement index is told what is booked.
    """
    database = get_database()
    async with (
        sending(),
        keeping_line(database),
        handing_over(database),
        writing_lists(),
        sealing_log(database),
        clearing(database),
        settling(database),
        telling_engagements(database),
    ):
        yield
    await close_connections()
    await database.dispose()


def assemble() -> rx.App:
    """Return the whole application."""
    set_up_logging(get_settings().log_level)
    app = rx.App(
        html_lang="sv",
        stylesheets=STYLES,
        head_components=[
            rx.el.script(ENGLISH),
            rx.el.script(src="/webtidbok.js", defer=True),
            rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        ],
        reset_style=False,
        api_transformer=[http_app(), PlainAddresses, SecurityHeaders],
        backend_exception_handler=backend_exception_handler,
        frontend_exception_handler=frontend_exception_handler,
        toaster=None,
    )
    app.add_middleware(Gate(SessionState.fail))
    keep_tabs(app)
    app.register_lifespan_task(in_service)
    for lang in LANGS:
        for route, builder, title_key, on_load in ROUTES:
            _add_page(app, builder(lang), path(lang, route), page_title(lang, title_key), on_load)
    for address, staff_page, staff_title, on_load in STAFF_ROUTES:
        _add_page(app, staff_page(), address, page_title("sv", staff_title), on_load)
    app.add_page(NOT_FOUND.builder("sv"), route="404", title=page_title("sv", NOT_FOUND.title_key))
    return app


def _add_page(app: rx.App, page: rx.Component, address: str, title: str, on_load: list[object]) -> None:
    app.add_page(page, route=address, title=title, on_load=[*on_load, SessionState.note_loaded])


app = assemble()
