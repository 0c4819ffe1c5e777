"""SOAP 1.1 envelopes as RIV-TA Basic Profile 2.1 has them, read as what comes from strangers.

No document type, no entities, no network, at most ``MOST`` bytes, and no deeper than libxml2's own 256 levels.
"""

from dataclasses import dataclass
from typing import TypeVar

from lxml import etree

from webtidbok_app.rivta.codec import Malformed, Message

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
REGISTRY = "urn:riv:itintegration:registry:1"
HEADERS = "urn:riv:interoperability:headers:1"
CONTENT_TYPE = "text/xml; charset=UTF-8"
MOST = 10_000_000
"""How many bytes an envelope can have: some fifteen thousand times."""

M = TypeVar("M", bound=Message)


class Fault(Exception):
    """A SOAP fault: ``code`` is Client or Server, the words are the other side's and may hold anything."""

    def __init__(self, code: str, text: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.text, self.detail = code, text, detail


@dataclass(frozen=True)
class Envelope:
    """What came: the first element of the body, and who it is for and of."""

    body: etree._Element
    logical_address: str = ""
    actor_id: str = ""
    actor_type: str = ""

    @property
    def contract(self) -> str:
        """The name of the message, without its namespace."""
        return str(etree.QName(self.body).localname)

    def read(self, kind: type[M]) -> M:
        """Return the message. Raises Fault when it is one, and Malformed when it is another message."""
        if self.body.tag == f"{{{ENVELOPE}}}Fault":
            raise _fault_in(self.body)
        if self.body.tag != kind.tag():
            raise Malformed(f"not a {kind.__name__}")
        return kind.from_element(self.body)


def wrap(message: Message, *, logical_address: str = "", actor_id: str = "") -> bytes:
    """Return the envelope of a request, or of an answer, which has no headers.

    ``actor_id`` is the patient's number: the actor is the ``subject_of_care`` (TKB 1.1.5, 3.5).
    """
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    if logical_address:
        header = etree.SubElement(envelope, f"{{{ENVELOPE}}}Header")
        to = etree.SubElement(header, f"{{{REGISTRY}}}LogicalAddress", nsmap={None: REGISTRY})
        to.text = logical_address
        if actor_id:
            actor = etree.SubElement(header, f"{{{HEADERS}}}Actor", nsmap={None: HEADERS})
            etree.SubElement(actor, f"{{{HEADERS}}}actorId").text = actor_id
            etree.SubElement(actor, f"{{{HEADERS}}}actorType").text = "subject_of_care"
    etree.SubElement(envelope, f"{{{ENVELOPE}}}Body").append(message.to_element())
    return _bytes(envelope)


def wrap_fault(fault: Fault) -> bytes:
    """Return the envelope of a fault; it goes with HTTP 500 (SOAP 1.1, 6.2)."""
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
    element = etree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(element, "faultcode").text = f"soap:{fault.code}"
    etree.SubElement(element, "faultstring").text = fault.text
    if fault.detail:
        etree.SubElement(etree.SubElement(element, "detail"), "detailString").text = fault.detail
    return _bytes(envelope)


def unwrap(data: bytes) -> Envelope:
    """Return what an envelope holds. Raises Malformed."""
    root = parse(data)
    body = root.find(f"{{{ENVELOPE}}}Body")
    first = None if body is None else next(body.iterchildren(etree.Element), None)
    if root.tag != f"{{{ENVELOPE}}}Envelope" or first is None:
        raise Malformed("not a SOAP 1.1 envelope")
    header = root.find(f"{{{ENVELOPE}}}Header")
    if header is None:
        return Envelope(first)
    actor = f"{{{HEADERS}}}Actor/{{{HEADERS}}}"
    return Envelope(
        first,
        _find(header, f"{{{REGISTRY}}}LogicalAddress"),
        _find(header, f"{actor}actorId"),
        _find(header, f"{actor}actorType"),
    )


def parse(data: bytes) -> etree._Element:
    """Return the root of what comes from a stranger. Raises Malformed."""
    if len(data) > MOST:
        raise Malformed("too large")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Malformed("not well-formed XML") from error
    if root.getroottree().docinfo.doctype:
        raise Malformed("a document type is declared")
    return root


def _bytes(envelope: etree._Element) -> bytes:
    return bytes(etree.tostring(envelope, xml_declaration=True, encoding="UTF-8"))


def _find(header: etree._Element, path: str) -> str:
    return (header.findtext(path) or "").strip()


def _fault_in(element: etree._Element) -> Fault:
    code = (element.findtext("faultcode") or "Server").rpartition(":")[2]
    detail = element.find("detail")
    words = "" if detail is None else " ".join(text.strip() for text in detail.itertext())
    return Fault(code, (element.findtext("faultstring") or "").strip(), words.strip())
