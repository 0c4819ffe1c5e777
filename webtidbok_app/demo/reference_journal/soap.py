"""SOAP 1.1 envelopes and the elements of crm:scheduling 1.1, straight on lxml."""

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
REGISTRY = "urn:riv:itintegration:registry:1"
HEADERS = "urn:riv:interoperability:headers:1"
CORE = "urn:riv:crm:scheduling:1"
CORE_1_1 = "urn:riv:crm:scheduling:1.1"
MONITORING = "urn:riv:itintegration:monitoring:PingForConfigurationResponder:1"
INDEX = "urn:riv:itintegration:engagementindex"
INDEX_CORE = f"{INDEX}:1"
CONTENT_TYPE = "text/xml; charset=UTF-8"
MOMENT, DAY = "%Y%m%d%H%M%S", "%Y%m%d"


class SoapFault(Exception):
    """What is answered with HTTP 500: ``code`` is Client or Server."""

    def __init__(self, code: str, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.code, self.text, self.detail = code, text, detail

    def envelope(self) -> bytes:
        """Return it as a SOAP envelope."""
        fault = etree.Element(f"{{{SOAP}}}Fault", nsmap={"soap": SOAP})
        etree.SubElement(fault, "faultcode").text = f"soap:{self.code}"
        etree.SubElement(fault, "faultstring").text = self.text
        if self.detail:
            etree.SubElement(etree.SubElement(fault, "detail"), "detailString").text = self.detail
        return envelope(fault)


def vp(code: str, text: str) -> SoapFault:
    """Return a fault as the national platform words it."""
    client = code in {"VP001", "VP002", "VP003", "VP004", "VP005", "VP011", "VP013", "VP015"}
    return SoapFault(
        "Client" if client else "Server", f"{code} [Referens] {text}".rstrip(), f"{code} {text}".rstrip()
    )


@dataclass(frozen=True)
class Call:
    """A request: its message, and what its headers say. ``now`` is Swedish local time without an offset."""

    contract: str
    body: etree._Element
    logical_address: str
    actor_id: str
    actor_type: str
    now: datetime

    @property
    def namespace(self) -> str:
        """The namespace of the message."""
        return str(etree.QName(self.body).namespace)

    def text(self, name: str) -> str:
        """Return an optional element of the message, in its own namespace or in its 1.1 extension."""
        found = self.body.findtext(f"{{{self.namespace}}}{name}")
        return (found or self.body.findtext(f"{{{self.namespace}.1}}{name}") or "").strip()

    def texts(self, name: str) -> list[str]:
        """Return a repeated element of the message."""
        wanted = {f"{{{self.namespace}}}{name}", f"{{{self.namespace}.1}}{name}"}
        return [(one.text or "").strip() for one in self.body if one.tag in wanted]

    def need(self, name: str) -> str:
        """Return an element that must be there. Raises SoapFault."""
        if found := self.text(name):
            return found
        raise SoapFault("Client", f"{self.contract} saknar {name}")

    def part(self, name: str) -> dict[str, str]:
        """Return what an element of the message holds, by name; nothing when it is not there."""
        found = self.body.find(f"{{{self.namespace}}}{name}")
        if found is None:
            return {}
        return {str(etree.QName(one).localname): (one.text or "").strip() for one in found}


def read_call(data: bytes, now: datetime) -> Call:
    """Return the request that came. Raises SoapFault."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise vp("VP015", "Meddelandet är inte välformat") from None
    body = next(iter(root.findall(f"{{{SOAP}}}Body/*")), None)
    if root.tag != f"{{{SOAP}}}Envelope" or body is None or root.getroottree().docinfo.doctype:
        raise vp("VP015", "Meddelandet är inget SOAP 1.1-kuvert")

    def header(path: str) -> str:
        return (root.findtext(f"{{{SOAP}}}Header/{path}") or "").strip()

    actor = f"{{{HEADERS}}}Actor/{{{HEADERS}}}"
    return Call(
        contract=str(etree.QName(body).localname),
        body=body,
        logical_address=header(f"{{{REGISTRY}}}LogicalAddress"),
        actor_id=header(f"{actor}actorId"),
        actor_type=header(f"{actor}actorType"),
        now=now,
    )


def envelope(body: etree._Element) -> bytes:
    """Return an envelope around an answer."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    etree.SubElement(root, f"{{{SOAP}}}Body").append(body)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def answer_to(call: Call) -> etree._Element:
    """Return the empty answer of a request."""
    return etree.Element(
        f"{{{call.namespace}}}{call.contract}Response", nsmap={None: call.namespace, "c": CORE}
    )


def add(parent: etree._Element, name: str, value: object = None, *, ns: str = "") -> etree._Element:
    """Add an element in the namespace of its parent, or ``ns``."""
    child = etree.SubElement(parent, f"{{{ns or etree.QName(parent).namespace}}}{name}")
    if isinstance(value, bool):
        child.text = "true" if value else "false"
    elif value is not None:
        child.text = str(value)
    return child


def add_all(parent: etree._Element, values: dict[str, object], *, ns: str) -> None:
    """Add an element for each value; one without a value is left out altogether (TKB 1.1.5, 3.7)."""
    for name, value in values.items():
        if value is not None and value != "":
            add(parent, name, value, ns=ns)
