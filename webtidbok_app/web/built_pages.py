"""The pages that the build has made: where each one lies, and which scripts stand inline in it."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.datastructures import URL
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from webtidbok_app.settings import ROOT

BUILT = ROOT / ".web" / "build" / "client"
FALLBACKS = ("__spa-fallback", "404")
"""What is served for an address with a part of its own, such as a clinic's, and for none of ours."""
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


class PlainAddresses:
    """Gives each page one address, without a slash at its end.

    The static server would send ``/hjalp`` on to ``/hjalp/``: a detour at each load, and two addresses for one
    page. Here ``/hjalp`` is ``hjalp.html`` at once, and ``/hjalp/`` is sent to ``/hjalp``.
    """

    def __init__(self, app: ASGIApp, built: Path = BUILT) -> None:
        self._app = app
        self._built = built

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            path: str = scope["path"]
            known = pages(self._built)
            if path in known and path != "/":
                scope = {**scope, "path": f"{path}.html", "raw_path": f"{path}.html".encode()}
            elif path.removesuffix("/") in known and path != "/":
                there = URL(scope=scope).replace(path=path.removesuffix("/"))
                await RedirectResponse(f"{there.path}?{there.query}".rstrip("?"), 308)(scope, receive, send)
                return
        await self._app(scope, receive, send)


@cache
def pages(built: Path) -> dict[str, Path]:
    """Return the file of each page by its address; empty when there is no build."""
    found = {f"/{file.relative_to(built).with_suffix('').as_posix()}": file for file in built.rglob("*.html")}
    beside = {
        path: file
        for path, file in found.items()
        if not path.endswith("/index") and path[1:] not in FALLBACKS
    }
    return beside | ({"/": found["/index"]} if "/index" in found else {})


@cache
def inline_script_hashes(path: str, built: Path) -> tuple[str, ...]:
    """Return the hash sources of the inline scripts of the page at ``path``, or of what is served in its place."""
    page = pages(built).get(path)
    files = [page] if page else [file for name in FALLBACKS if (file := built / f"{name}.html").exists()]
    scripts = {script for file in files for script in _INLINE_SCRIPT.findall(file.read_text("utf-8"))}
    return tuple(sorted(_hash_source(script) for script in scripts))


def _hash_source(script: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
