"""Who asks over the service contracts, as a proxy tells of it: believed only when it comes from the proxy."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.requests import Request

from tests.producer import CONSUMER, certificate, client_cert
from webtidbok_app.settings import Producer
from webtidbok_app.web.client_certificate import consumer_of

SECRET = {"X-Proxy-Secret": "s3cret"}
OURS = Producer(secret="s3cret")
SUBJECT = Producer(secret="s3cret", certificate_form="subject", certificate_header="X-Subject")


def consumer(
    how: Producer, headers: Mapping[str, str], peer: str = "10.1.2.3", twice: str = ""
) -> str | None:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    raw += [(twice.lower().encode(), headers[twice].encode())] if twice else []
    return consumer_of(Request({"type": "http", "headers": raw, "client": (peer, 1234)}), how)


def test_certificate__tells_the_hsa_id__in_upper_case() -> None:
    assert consumer(OURS, SECRET | {"Client-Cert": client_cert()}) == CONSUMER
    assert consumer(OURS, SECRET | {"Client-Cert": client_cert("se5565594230-b9p")}) == CONSUMER
    assert consumer(OURS, SECRET | {"Client-Cert": client_cert("HSASERVICES-106J")}) == "HSASERVICES-106J"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "::",
        ":AAAA:",
        ":not base64!:",
        client_cert().strip(":"),
        client_cert() + ", " + client_cert(),
        client_cert("")[:-9] + ":",
        client_cert(""),
        client_cert("198001012389"),
        client_cert(f"{CONSUMER}+SE5565594230-OTHER"),
    ],
)
def test_header__that_is_no_certificate_with_one_hsa_id__tells_nobody(header: str) -> None:
    assert consumer(OURS, SECRET | {"Client-Cert": header}) is None


def test_header__that_comes_twice__is_not_believed() -> None:
    """A proxy that adds its own beside what came from outside must not let the wrong one be read."""
    assert consumer(OURS, SECRET | {"Client-Cert": client_cert()}, twice="Client-Cert") is None


@pytest.mark.parametrize("secret", ["", "S3cret", "s3cre", "s3cret ", "å"])
def test_secret__that_is_wrong__makes_the_header_worth_nothing(secret: str) -> None:
    assert consumer(OURS, {"X-Proxy-Secret": secret, "Client-Cert": client_cert()}) is None
    assert consumer(OURS, {"Client-Cert": client_cert()}) is None


@pytest.mark.parametrize(
    ("peer", "believed"),
    [("10.1.2.3", True), ("10.2.0.1", False), ("::1", True), ("", False), ("unix", False)],
)
def test_address_of_the_proxy__counts__alone_or_with_the_secret(peer: str, believed: bool) -> None:
    networks = ["10.1.0.0/16", "::1/128"]
    headers = {"Client-Cert": client_cert()}
    alone, both = Producer(proxies=networks), Producer(proxies=networks, secret="s3cret")
    expected = CONSUMER if believed else None
    assert consumer(alone, headers, peer) == expected
    assert consumer(both, headers | SECRET, peer) == expected
    assert consumer(both, headers, peer) is None


@pytest.mark.parametrize(
    "subject",
    [
        f"CN=test,serialNumber={CONSUMER},O=Org,C=SE",
        f"CN=test,SERIALNUMBER={CONSUMER},O=Org,C=SE",
        f"CN=test,2.5.4.5={CONSUMER},O=Org,C=SE",
        f"emailAddress=a@example.org,serialNumber={CONSUMER},L=Umeå",
        certificate().subject.rfc4514_string(),
    ],
)
def test_subject__tells_the_hsa_id_as_servers_write_it(subject: str) -> None:
    header = subject.encode().decode("latin-1")  # as Starlette reads what a proxy sends
    headers = SECRET | {"X-Subject": header if header.isascii() else subject.replace("å", "a")}
    assert consumer(SUBJECT, headers) == CONSUMER


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "CN=test",
        f"/CN=test/serialNumber={CONSUMER}",
        rf"CN=test\,serialNumber={CONSUMER}",
        f'CN="x,serialNumber={CONSUMER}"',
        f"CN=test,serialNumber={CONSUMER},serialNumber=SE5565594230-OTHER",
        base64.b64encode(b"x").decode(),
    ],
)
def test_subject__that_does_not_tell_one_hsa_id__tells_nobody(subject: str) -> None:
    assert consumer(SUBJECT, SECRET | {"X-Subject": subject}) is None


def test_settings__without_a_way_to_know_the_proxy__are_refused() -> None:
    refused: tuple[dict[str, Any], ...] = (
        {},
        {"certificate_header": "X-Cert"},
        {"secret": ""},
        {"proxies": []},
    )
    for nothing in refused:
        with pytest.raises(ValidationError, match="WEBTIDBOK_PRODUCER__SECRET"):
            Producer(**nothing)
