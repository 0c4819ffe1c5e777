"""Personal data at rest: sealed with AES-GCM, found again by a keyed hash.

A sealed value is ``<key id>:<base64(nonce + ciphertext)>``. The column's name is bound to it as associated
data, so that a value moved to another column does not open.
"""

import base64
import hashlib
import hmac
import os
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

from webtidbok_app.settings import get_settings

NONCE_BYTES = 12


@cache
def _cipher(key_id: str) -> AESGCM:
    return AESGCM(base64.b64decode(get_settings().encryption_keys[key_id].get_secret_value()))


def seal(text: str, column: str) -> str:
    """Encrypt ``text`` with the first key of the settings."""
    key_id = next(iter(get_settings().encryption_keys))
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + _cipher(key_id).encrypt(nonce, text.encode(), column.encode())
    return f"{key_id}:{base64.b64encode(sealed).decode()}"


def unseal(sealed: str, column: str) -> str:
    """Decrypt what ``seal`` made. Raises cryptography's InvalidTag if it was changed or moved."""
    key_id, _, body = sealed.partition(":")
    raw = base64.b64decode(body)
    return _cipher(key_id).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], column.encode()).decode()


class Sealed(TypeDecorator[str]):
    """A text column that is encrypted on its way to the database. ``name`` says which column it is.

    A row that is older than the column has the empty text there, which nobody has sealed.
    """

    impl = Text
    cache_ok = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else seal(value, self.name)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        return unseal(value, self.name) if value else value


def lookup_hash(text: str) -> str:
    """Return the keyed hash by which a sealed value is found."""
    key = get_settings().lookup_key.get_secret_value().encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
