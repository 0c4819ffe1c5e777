"""Signatures of the access log, with a key that the database does not hold.

Whoever can write in the database but has not the settings can neither change a line nor make one.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

from webtidbok_app.db.tables import AccessLog, LogSeal
from webtidbok_app.settings import get_settings

_FORM = 1
"""Which form of a line is signed. A new column makes a new form, and old lines keep theirs."""


def mac_of(line: AccessLog | SimpleNamespace) -> str:
    """Return the signature that the line is to have, by what it says when it is opened.

    Instead of a line, something with its values will do: many lines are verified quicker so.
    """
    return sign(
        "line",
        _FORM,
        line.id,
        line.at,
        line.actor_kind,
        line.actor_id,
        line.actor_name,
        line.actor_role,
        line.action,
        line.purpose,
        line.reason,
        line.clinic_id,
        line.person_id,
        line.booking_id,
        line.case_id,
    )


def mac_of_seal(seal: LogSeal) -> str:
    """Return the signature that a batch's seal is to have."""
    return sign(
        "seal",
        _FORM,
        seal.chain,
        seal.number,
        seal.lines,
        seal.digest,
        seal.next_from,
        seal.sealed_at,
        seal.previous,
    )


def sign(*facts: str | int | UUID | datetime | None) -> str:
    """Return the keyed hash (HMAC-SHA-256) of facts, in a form that no other facts have."""
    said = json.dumps([_plain(fact) for fact in facts], separators=(",", ":"))
    return hmac.new(_key(), said.encode(), hashlib.sha256).hexdigest()


def digest_of(macs: Sequence[str]) -> str:
    """Return the hash of lines' signatures, in the order given."""
    return hashlib.sha256("\n".join(macs).encode()).hexdigest()


def _plain(fact: str | int | UUID | datetime | None) -> str | int | None:
    if isinstance(fact, UUID):
        return fact.hex
    if isinstance(fact, datetime):
        return fact.astimezone(UTC).isoformat(timespec="microseconds")
    return fact


def _key() -> bytes:
    """Return a key of its own for the log, derived from one that cannot be changed either."""
    key = get_settings().lookup_key.get_secret_value().encode()
    return hmac.new(key, b"webtidbok access log", hashlib.sha256).digest()
