"""One frontend build for every address: the browser talks to whatever origin served the page."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import reflex as rx
from reflex_base.plugins.base import PostBuildContext
from typing_extensions import Unpack

HTTP_ORIGIN = "${location.origin}"
WEBSOCKET_ORIGIN = '${location.origin.replace(/^http/,"ws")}'


class SameOrigin(rx.plugins.Plugin):
    """Reflex writes the address of its backend into the build; put the page's own origin there instead."""

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        """Rewrite the build. Runs before compression. Raises RuntimeError when there was nothing to rewrite."""
        follow_the_page(context["static_dir"], rx.config.get_config().api_url)


def follow_the_page(static_dir: Path, api_url: str) -> None:
    """Replace every ``http(s)://`` and ``ws(s)://`` address on ``api_url``'s host in the build's scripts.

    Raises RuntimeError when an address stays behind, or when no websocket address was found: then Reflex
    has changed how it writes them, and the build would work on one address only.
    """
    host = re.escape(urlsplit(api_url).netloc)
    address = re.compile(rf"""([`"'])(http|ws)s?://{host}((?:/[^`"']*)?)\1""")
    followed: set[str] = set()

    def follow(match: re.Match[str]) -> str:
        followed.add(match[2])
        return f"`{WEBSOCKET_ORIGIN if match[2] == 'ws' else HTTP_ORIGIN}{match[3]}`"

    for script in sorted(static_dir.rglob("*.js")):
        before = script.read_text(encoding="utf-8")
        after = address.sub(follow, before)
        if re.search(rf"(?:http|ws)s?://{host}(?![\w.:-])", after):
            raise RuntimeError(f"{script.name} still holds the build's own address {api_url}")
        if after != before:
            script.write_text(after, encoding="utf-8")
    if "ws" not in followed:
        raise RuntimeError(f"no websocket address of {api_url} was found in {static_dir}")
