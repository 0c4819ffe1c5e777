"""Where a journal system may be called: what an administrator writes is called from inside our own network."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

ADDRESS_MAX = 500
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def problem_of(address: str, *, demo: bool) -> str:
    """Return what is wrong with an address, as a key under ``errors.fields``; empty when nothing is.

    Outside the demo it must be https, and lead to no address of this machine or its link (loopback, link-local).
    ``{contract}`` may stand in it.
    """
    try:
        parts = urlsplit(address.replace("{contract}", "Contract"))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "journal_address"
    plain = parts.scheme in {"http", "https"} and not parts.fragment and parts.username is None and port != 0
    if (
        not plain
        or len(address) > ADDRESS_MAX
        or not address.isascii()
        or not address.isprintable()
        or " " in address
    ):
        return "journal_address"
    if parts.scheme != "https" and not demo:
        return "journal_https"
    return "" if demo else _problem_of_host(host)


def _problem_of_host(host: str) -> str:
    try:
        there = ip_address(host)
    except ValueError:
        named = _HOST.fullmatch(host) and not host.replace(".", "").isdigit()
        own = host == "localhost" or host.endswith(".localhost")
        return "" if named and not own else "journal_address" if not named else "journal_own_address"
    mapped = getattr(there, "ipv4_mapped", None) or there
    ours = mapped.is_loopback or mapped.is_link_local or mapped.is_unspecified or mapped.is_multicast
    return "journal_own_address" if ours else ""
