"""Who asks over the service contracts: the HSA-id in the client certificate's serialNumber, as a proxy tells of it.

The server that we run on verifies client certificates but does not hand them on, so that TLS ends in a proxy
(docs/adr/0031). What it says is believed only when the request comes from it.
"""

import base64
import binascii
import hmac
from ipaddress import ip_address

from cryptography import x509
from cryptography.x509.oid import NameOID
from starlette.requests import Request

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.ids import normalise_system_id
from webtidbok_app.settings import Producer

_NAMES = {
    "serialNumber": NameOID.SERIAL_NUMBER,
    "SERIALNUMBER": NameOID.SERIAL_NUMBER,
    "emailAddress": NameOID.EMAIL_ADDRESS,
    "GN": NameOID.GIVEN_NAME,
    "SN": NameOID.SURNAME,
    "T": NameOID.TITLE,
    "title": NameOID.TITLE,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}
"""Besides those of RFC 4514, what servers call the attributes of a subject."""


def consumer_of(request: Request, how: Producer) -> str | None:
    """Return the caller's HSA-id in upper case; None when there is none that can be believed."""
    said = request.headers.getlist(how.certificate_header)
    if len(said) != 1 or not _is_from_proxy(request, how):
        return None
    try:
        subject = _subject_of(said[0]) if how.certificate_form == "certificate" else _read_subject(said[0])
        [serial_number] = subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
        return normalise_system_id(str(serial_number.value))
    except (ValueError, InvalidInput):
        return None


def _is_from_proxy(request: Request, how: Producer) -> bool:
    secret, said = how.secret.get_secret_value(), request.headers.get(how.secret_header, "")
    if secret and not hmac.compare_digest(secret.encode(), said.encode()):
        return False
    if not how.proxies:
        return bool(secret)
    try:
        peer = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return any(peer in network for network in how.proxies)


def _subject_of(header: str) -> x509.Name:
    """Return the subject of a certificate as RFC 9440 has it: DER in base64 between colons. Raises ValueError."""
    if not (header.startswith(":") and header.endswith(":")):
        raise ValueError("no byte sequence")
    try:
        der = base64.b64decode(header[1:-1], validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    return x509.load_der_x509_certificate(der).subject


def _read_subject(header: str) -> x509.Name:
    return x509.Name.from_rfc4514_string(header, _NAMES)
