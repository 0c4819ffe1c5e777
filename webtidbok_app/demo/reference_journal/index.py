"""The engagement index: who has something where. It is told by Update, and knows the bookings of this system itself."""

from sqlite3 import Row

from lxml import etree

from webtidbok_app.demo.reference_journal.soap import INDEX_CORE, Call, SoapFault, add, add_all, answer_to
from webtidbok_app.demo.reference_journal.store import Store

DOMAIN = "riv:crm:scheduling"
NOT_APPLICABLE = "NA"
SOURCE = "SE2321000016-REF1"
KEY = {
    "patient": "registeredResidentIdentification",
    "domain": "serviceDomain",
    "categorization": "categorization",
    "logical_address": "logicalAddress",
    "booking": "businessObjectInstanceIdentifier",
    "interest": "clinicalProcessInterestId",
    "source": "sourceSystem",
    "controller": "dataController",
}
"""What tells an engagement from others: all of it but the moment (TKB 1.1.5, 3.4)."""


def update(store: Store, call: Call, _stale: bool) -> etree._Element:
    """Take what a producer tells: what has come or changed, and what has gone."""
    with store.transaction():
        for transaction in call.body.findall(f"{{{call.namespace}}}engagementTransaction"):
            engagement = transaction.find(f"{{{INDEX_CORE}}}engagement")
            if engagement is None:
                raise SoapFault("Client", "engagementTransaction saknar engagement")
            key = {column: _text(engagement, name) for column, name in KEY.items()}
            if not all(key.values()):
                raise SoapFault("Client", "engagement saknar ett obligatoriskt fält")
            if _text(transaction, "deleteFlag") in {"true", "1"}:
                same = " AND ".join(f"{column} = ?" for column in key)
                store.db.execute(f"DELETE FROM told WHERE {same}", list(key.values()))
            else:
                store.put("told", **key, most_recent=_text(engagement, "mostRecentContent") or None)
    answer = answer_to(call)
    add(answer, "ResultCode", "OK")
    return answer


def find_content(store: Store, call: Call, _stale: bool) -> etree._Element:
    """Answer with all that is known of a person in one service domain, and at one unit when that is asked for."""
    patient, domain = call.need("registeredResidentIdentification"), call.need("serviceDomain")
    unit = call.text("logicalAddress").upper()
    answer = answer_to(call)
    rows = store.all("SELECT * FROM told WHERE patient = ? AND domain = ?", patient, domain)
    engagements = [{column: row[column] for column in (*KEY, "most_recent")} for row in rows]
    if domain == DOMAIN:
        now = f"{call.now:%Y%m%d%H%M%S}"
        engagements += [
            _of(row) for row in store.bookings(patient) if not row["starts"] or row["starts"] > now
        ]
    for engagement in engagements:
        if not unit or engagement["logical_address"].upper() == unit:
            _add(answer, engagement)
    return answer


def _of(booking: Row) -> dict[str, str]:
    return {
        "patient": booking["patient"],
        "domain": DOMAIN,
        "categorization": NOT_APPLICABLE,
        "logical_address": booking["unit"],
        "booking": booking["id"],
        "interest": NOT_APPLICABLE,
        "source": SOURCE,
        "controller": booking["care_provider"],
        "most_recent": booking["starts"] or booking["made_at"],
    }


def _add(answer: etree._Element, engagement: dict[str, str]) -> None:
    values: dict[str, object] = {KEY[column]: engagement[column] for column in KEY}
    before = {name: values.pop(name) for name in (KEY["source"], KEY["controller"])}
    values |= {"mostRecentContent": engagement["most_recent"], **before}
    add_all(add(answer, "engagement"), values, ns=INDEX_CORE)


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{{{INDEX_CORE}}}{name}") or "").strip()
