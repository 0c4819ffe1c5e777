"""Sealed columns: nobody reads them without the key, nobody moves them, and keys can be changed."""

import base64
import os

import pytest
from cryptography.exceptions import InvalidTag

from webtidbok_app.db import crypto
from webtidbok_app.settings import Settings


def _key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def settings(monkeypatch):
    """Lets a test put keys in place, and clears what was remembered of them."""

    def put(**keys: str) -> None:
        made = Settings(demo=True, encryption_keys=keys)
        monkeypatch.setattr(crypto, "get_settings", lambda: made)
        crypto._cipher.cache_clear()

    yield put
    crypto._cipher.cache_clear()


def test_seal__hides_and_opens_again():
    sealed = crypto.seal("Ont i knät", "booking.reason")
    assert "knät" not in sealed
    assert crypto.unseal(sealed, "booking.reason") == "Ont i knät"
    assert crypto.seal("Ont i knät", "booking.reason") != sealed


def test_unseal__refuses_what_was_moved_or_changed():
    sealed = crypto.seal("Ont i knät", "booking.reason")
    with pytest.raises(InvalidTag):
        crypto.unseal(sealed, "booking.access_needs")
    key_id, _, body = sealed.partition(":")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    with pytest.raises(InvalidTag):
        crypto.unseal(f"{key_id}:{base64.b64encode(bytes(raw)).decode()}", "booking.reason")


def test_keys__a_new_one_seals_and_the_old_one_still_opens(settings):
    old, new = _key(), _key()
    settings(k1=old)
    sealed = crypto.seal("hemligt", "x")
    settings(k2=new, k1=old)
    assert crypto.unseal(sealed, "x") == "hemligt"
    assert crypto.seal("hemligt", "x").startswith("k2:")


def test_lookup_hash__is_the_same_each_time_and_differs_between_people():
    assert crypto.lookup_hash("191212121212") == crypto.lookup_hash("191212121212")
    assert crypto.lookup_hash("191212121212") != crypto.lookup_hash("191212121220")
