"""The description of a service contract (WSDL 1.1 with its schemas in it), made of the messages themselves.

Names of portType, binding, service and interaction namespace are those of RIV-TA Basic Profile 2.1. What is read
skips elements that it does not know, so that ``xs:any`` is not said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Any
from xml.sax.saxutils import quoteattr

from webtidbok_app.rivta.codec import Message
from webtidbok_app.rivta.contracts import Contract
from webtidbok_app.rivta.soap import HEADERS, REGISTRY

Prefixes = Mapping[str, str]
"""What each namespace is called."""

_DIGITS = {date: 8, datetime: 14}
_HEADERS = {
    REGISTRY: '<xs:element name="LogicalAddress" type="xs:string"/>',
    HEADERS: """<xs:element name="Actor"><xs:complexType><xs:sequence>
<xs:element name="actorId" type="xs:string"/>
<xs:element name="actorType"><xs:simpleType><xs:restriction base="xs:string">
<xs:enumeration value="subject_of_care"/><xs:enumeration value="subject_of_care_agent"/>
</xs:restriction></xs:simpleType></xs:element>
</xs:sequence></xs:complexType></xs:element>""",
}
_DESCRIPTION = """<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="{name}Interaction" targetNamespace="{own}" xmlns:tns="{own}"
 xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:xs="http://www.w3.org/2001/XMLSchema"{prefixes}>
<wsdl:types>
{schemas}
</wsdl:types>
<wsdl:message name="{name}Request">
<wsdl:part name="LogicalAddress" element="{registry}:LogicalAddress"/>
<wsdl:part name="Actor" element="{headers}:Actor"/>
<wsdl:part name="parameters" element="{body}:{name}"/>
</wsdl:message>
<wsdl:message name="{name}Response"><wsdl:part name="parameters" element="{body}:{name}Response"/></wsdl:message>
<wsdl:portType name="{name}ResponderInterface">
<wsdl:operation name="{name}">
<wsdl:input message="tns:{name}Request"/><wsdl:output message="tns:{name}Response"/>
</wsdl:operation>
</wsdl:portType>
<wsdl:binding name="{name}ResponderBinding" type="tns:{name}ResponderInterface">
<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
<wsdl:operation name="{name}">
<soap:operation soapAction="{action}" style="document"/>
<wsdl:input>
<soap:header use="literal" message="tns:{name}Request" part="LogicalAddress"/>
<soap:header use="literal" message="tns:{name}Request" part="Actor"/>
<soap:body use="literal" parts="parameters"/>
</wsdl:input>
<wsdl:output><soap:body use="literal"/></wsdl:output>
</wsdl:operation>
</wsdl:binding>
<wsdl:service name="{name}ResponderService">
<wsdl:port name="{name}ResponderPort" binding="tns:{name}ResponderBinding">
<soap:address location={address}/>
</wsdl:port>
</wsdl:service>
</wsdl:definitions>
"""


def describe(contract: Contract, address: str) -> bytes:
    """Return the WSDL of a contract that is answered at ``address``."""
    roots = (contract.request, contract.answer)
    kinds = list(dict.fromkeys(part for root in roots for part in _parts(root)))
    prefix = {ns: f"m{number}" for number, ns in enumerate(dict.fromkeys([*_namespaces(kinds), *_HEADERS]))}
    defined = _defined(kinds, prefix) | {ns: [element] for ns, element in _HEADERS.items()}
    for root in roots:
        kind = f"{prefix[root.NS]}:{root.__name__}Type"
        defined[root.NS].append(f'<xs:element name="{root.__name__}" type="{kind}"/>')
    return _DESCRIPTION.format(
        name=contract.name,
        own=contract.request.NS.replace("Responder:", ":") + ":rivtabp21",
        prefixes="".join(f' xmlns:{short}="{ns}"' for ns, short in prefix.items()),
        schemas="\n".join(_schema(ns, lines, prefix) for ns, lines in defined.items()),
        registry=prefix[REGISTRY],
        headers=prefix[HEADERS],
        body=prefix[contract.request.NS],
        action=contract.soap_action,
        address=quoteattr(address),
    ).encode()


def _parts(kind: type[Message]) -> Iterator[type[Message]]:
    yield kind
    for one in fields(kind):  # type: ignore[arg-type]
        if issubclass(one.metadata["of"], Message):
            yield from _parts(one.metadata["of"])


def _namespaces(kinds: Iterable[type[Message]]) -> Iterator[str]:
    for kind in kinds:
        yield kind.NS
        yield from (one.metadata["ns"] for one in fields(kind) if one.metadata["ns"])  # type: ignore[arg-type]


def _defined(kinds: Iterable[type[Message]], prefix: Prefixes) -> dict[str, list[str]]:
    """Return the types of each namespace, and the elements that types of others borrow."""
    found: dict[str, list[str]] = {ns: [] for ns in _namespaces(kinds)}
    for kind in kinds:
        elements = []
        for one in fields(kind):  # type: ignore[arg-type]
            facts = one.metadata
            name, of, ns = facts["name"] or one.name, facts["of"], facts["ns"] or kind.NS
            often = "" if facts["required"] else ' minOccurs="0"'
            often += ' maxOccurs="unbounded"' if facts["many"] else ""
            if ns == kind.NS:
                elements.append(_element(name, of, prefix, often))
            else:
                elements.append(f'<xs:element ref="{prefix[ns]}:{name}"{often}/>')
                found[ns].append(_element(name, of, prefix))
        sequence = f"<xs:sequence>{''.join(elements)}</xs:sequence>"
        found[kind.NS].append(f'<xs:complexType name="{kind.__name__}Type">{sequence}</xs:complexType>')
    return found


def _element(name: str, of: Any, prefix: Prefixes, often: str = "") -> str:
    if issubclass(of, Message):
        return f'<xs:element name="{name}" type="{prefix[of.NS]}:{of.__name__}Type"{often}/>'
    if of in _DIGITS:
        rule = f'<xs:pattern value="[0-9]{{{_DIGITS[of]}}}"/>'
    elif issubclass(of, Enum):
        rule = "".join(f'<xs:enumeration value="{one.value}"/>' for one in of)
    else:
        return f'<xs:element name="{name}" type="xs:{"boolean" if of is bool else "string"}"{often}/>'
    restricted = f'<xs:simpleType><xs:restriction base="xs:string">{rule}</xs:restriction></xs:simpleType>'
    return f'<xs:element name="{name}"{often}>{restricted}</xs:element>'


def _schema(ns: str, lines: Iterable[str], prefix: Prefixes) -> str:
    others = "".join(f'<xs:import namespace="{one}"/>' for one in prefix if one != ns)
    inside = "\n".join(dict.fromkeys(lines))
    return (
        f'<xs:schema targetNamespace="{ns}" elementFormDefault="qualified">{others}\n{inside}\n</xs:schema>'
    )
