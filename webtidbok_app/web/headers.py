"""Security and caching headers on everything that is sent over HTTP."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webtidbok_app.settings import get_settings
from webtidbok_app.web.built_pages import BUILT, inline_script_hashes, pages

A_YEAR = 365 * 24 * 3600


class SecurityHeaders:
    """Outermost around the whole application."""

    def __init__(self, app: ASGIApp, built: Path = BUILT) -> None:
        self._app = app
        self._built = built

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _security().items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Security-Policy"] = self._policy(scope["path"])
                if "cache-control" not in headers:
                    headers["Cache-Control"] = _caching(scope["path"], message["status"])
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _policy(self, path: str) -> str:
        page = path if path in pages(self._built) else ""  # only a known page is worth remembering
        return content_security_policy(inline_script_hashes(page, self._built))


def _caching(path: str, status: int) -> str:
    """What the build names by its contents keeps for ever; a page or a style sheet is asked for each time."""
    if path.startswith(("/auth/", "/demo/", "/riv/", "/livez", "/readyz")):
        return "no-store"
    if path.startswith("/assets/") and status == 200:
        return f"public, max-age={A_YEAR}, immutable"
    return "no-cache"


@cache
def _security() -> dict[str, str]:
    settings = get_settings()
    headers = {
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }
    if settings.https:
        headers["Strict-Transport-Security"] = f"max-age={A_YEAR}; includeSubDomains"
    return headers


def content_security_policy(script_hashes: Iterable[str]) -> str:
    """Return the policy: our own scripts and the page's inline ones, no eval, nobody may frame us.

    Styles may stand inline, since the framework sets them so. ``form-action`` names the identity providers,
    because browsers apply it to the redirects after a form too.
    """
    settings = get_settings()
    socket = settings.origin.replace("http", "ws", 1)
    providers = sorted(
        {_origin(settings.provider("resident").issuer), _origin(settings.provider("staff").issuer)}
    )
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *(f"'{one}'" for one in script_hashes)],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'", socket],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'", *(one for one in providers if one != settings.origin)],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
