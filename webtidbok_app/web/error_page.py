"""Small HTML pages that the server makes itself, for the moments when no page of the application is at hand."""

from html import escape

from starlette.responses import HTMLResponse

from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.i18n.failures import code_of, words_for
from webtidbok_app.logs import report

_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{document_title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/tokens.css">
<link rel="stylesheet" href="/base.css">
<link rel="stylesheet" href="/components.css">
</head>
<body>
<div class="site site-resident">
<header class="header"><div class="header-inner">
<a class="brand" href="{home}"><img class="mark" src="/favicon.svg" alt="" width="32" height="32">{service}</a>
</div></header>
<main id="main" class="main">
<h1>{title}</h1>
{body}
</main>
</div>
</body>
</html>
"""


def html_page(lang: Lang, *, title: str, body: str, status: int = 200) -> HTMLResponse:
    """Return a whole page. ``title`` is text; ``body`` is HTML whose texts are already escaped."""
    page = _PAGE.format(
        lang=lang,
        title=escape(title),
        document_title=escape(t(lang, "common.page_title", page=title)),
        body=body,
        home=path(lang, "/"),
        service=escape(t(lang, "common.service")),
    )
    return HTMLResponse(page, status, headers={"Cache-Control": "no-store"})


def failure_page(error: Exception, lang: Lang, *, status: int, again: str) -> HTMLResponse:
    """Log ``error`` and return a page that says what happened, what to do, and the reference for support.

    ``again`` is the local address that tries once more.
    """
    reference = report(error)
    title, text = words_for(code_of(error), lang, getattr(error, "facts", {}))
    keys = ("auth.failed.again", "auth.failed.help", "common.feedback.reference")
    words = {key: escape(t(lang, key)) for key in keys}
    body = f"""<p>{escape(text)}</p>
<p><a class="button button-primary" href="{escape(again)}">{words["auth.failed.again"]}</a></p>
<p><a href="{path(lang, "/hjalp")}">{words["auth.failed.help"]}</a></p>
<p class="fine">{words["common.feedback.reference"]} <code>{reference}</code></p>"""
    return html_page(lang, title=title, body=body, status=status)
