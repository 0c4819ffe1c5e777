"""Where a journal system may be called: what an administrator writes is called from inside our own network."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

ADDRESS_MAX = 500
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?")
"""A name; its last part begins with a letter, since what does not may be a number in disguise."""


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
    name = host.removesuffix(".")
    try:
        there = ip_address(name)
    except ValueError:
        if not _HOST.fullmatch(name):
            return "journal_address"
        return "journal_own_address" if name.rpartition(".")[2] == "localhost" else ""
    there = getattr(there, "ipv4_mapped", None) or there
    ours = there.is_loopback or there.is_link_local or there.is_unspecified or there.is_multicast
    return "journal_own_address" if ours else ""
