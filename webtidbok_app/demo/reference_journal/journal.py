"""The whole journal system: which address does what, and what goes wrong on demand."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

from lxml import etree

from webtidbok_app.demo.reference_journal import control, index, reading, writing
from webtidbok_app.demo.reference_journal.clock import Clock
from webtidbok_app.demo.reference_journal.faults import Fault, Faults
from webtidbok_app.demo.reference_journal.http import Lost, Reply, Request
from webtidbok_app.demo.reference_journal.soap import (
    CONTENT_TYPE,
    Call,
    SoapFault,
    add,
    answer_to,
    envelope,
    read_call,
    vp,
)
from webtidbok_app.demo.reference_journal.store import Store, Taken

VERSION = "1.1"
CALLS_KEPT = 500
Handler: TypeAlias = "Callable[[Store, Call, bool], etree._Element]"
CONTRACTS: dict[str, Handler] = {
    "GetAllTimeTypes": reading.get_all_time_types,
    "GetAllCareTypes": reading.get_all_care_types,
    "GetAllPerformers": reading.get_all_performers,
    "GetAllHealthcareFacilities": reading.get_all_healthcare_facilities,
    "GetAvailableDates": reading.get_available_dates,
    "GetAvailableTimeslots": reading.get_available_timeslots,
    "GetSubjectOfCareSchedule": reading.get_subject_of_care_schedule,
    "GetBookingDetails": reading.get_booking_details,
    "MakeBooking": writing.make_booking,
    "UpdateBooking": writing.update_booking,
    "CancelBooking": writing.cancel_booking,
}
WRITES = {"MakeBooking", "UpdateBooking", "CancelBooking"}
INDEX: dict[str, Handler] = {"Update": index.update, "FindContent": index.find_content}


class Journal:
    """A journal system and an engagement index, with the means to have them misbehave."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.faults = Faults()
        self.calls: deque[dict[str, Any]] = deque(maxlen=CALLS_KEPT)

    async def answer(self, request: Request) -> Reply:
        """Answer one request over HTTP. Raises Lost when there is to be no answer."""
        folder, _, name = request.path.strip("/").partition("/")
        if folder == "livez" and request.method == "GET":
            return Reply(200, b"ok", "text/plain")
        if request.method == "POST" and (
            (folder == "riv" and name in {*CONTRACTS, "PingForConfiguration"})
            or (folder == "ei" and name in INDEX)
        ):
            return await self._contract(name, request)
        return self._control(f"{request.method} /{folder}", name, request)

    async def _contract(self, name: str, request: Request) -> Reply:
        noted = {
            "at": self.clock.now().isoformat(),
            "contract": name,
            "unit": "",
            "headers": request.headers,
            "body": request.body.decode("utf-8", "replace"),
            "fault": "",
            "status": 0,
        }
        self.calls.append(noted)
        try:
            call = read_call(request.body, self.clock.now())
            noted["unit"] = call.logical_address
            fault = self.faults.meet(name, call.logical_address)
            noted["fault"] = fault.kind if fault else ""
            reply = await self._answered(name, call, fault)
        except SoapFault as soap_fault:
            reply = Reply(500, soap_fault.envelope(), CONTENT_TYPE)
        noted["status"] = reply.status
        return reply

    async def _answered(self, name: str, call: Call, fault: Fault | None) -> Reply:
        if fault is None:
            return self._done(name, call)
        await asyncio.sleep(fault.seconds)
        return self._instead(name, call, fault) or self._spoilt(name, call, fault)

    def _instead(self, name: str, call: Call, fault: Fault) -> Reply | None:
        """Return what comes instead of an answer, so that nothing is done; None for another fault."""
        match fault.kind:
            case "lost_before":
                raise Lost
            case "500":
                return Reply(500, b"<html><body>Internal Server Error</body></html>", "text/html")
            case "vp":
                raise vp(fault.code, fault.text or "Fel i anropet")
            case "error":
                return self._refused(name, call, fault.text or "Det gick inte. Ring mottagningen.")
        return None

    def _spoilt(self, name: str, call: Call, fault: Fault) -> Reply:
        """Do what was asked, and return what becomes of the answer."""
        reply = self._done(
            name, call, stale=fault.kind == "stale", info=fault if fault.kind == "info" else None
        )
        match fault.kind:
            case "lost_after":
                raise Lost
            case "cut":
                raise Lost(reply)
            case "garbage":
                return Reply(200, b"\x00\x01 <soap:Envelope <<<", CONTENT_TYPE)
        return reply

    def _done(self, name: str, call: Call, *, stale: bool = False, info: Fault | None = None) -> Reply:
        if call.contract != name:
            raise SoapFault("Client", f"Här finns bara {name}")
        if name == "PingForConfiguration":
            answer = self._ping(call)
        else:
            if name in CONTRACTS:
                self._check_address(name, call)
            answer = (CONTRACTS.get(name) or INDEX[name])(self.store, call, stale)
        if info and name in WRITES:
            _say_info(answer, info.text or "Kom tio minuter före.")
        return Reply(200, envelope(answer), CONTENT_TYPE)

    def _refused(self, name: str, call: Call, text: str) -> Reply:
        if name not in WRITES:
            raise SoapFault("Server", text)
        answer = answer_to(call)
        add(answer, "resultCode", "ERROR")
        add(answer, "resultText", text)
        return Reply(200, envelope(answer), CONTENT_TYPE)

    def _ping(self, call: Call) -> etree._Element:
        answer = answer_to(call)
        add(answer, "version", VERSION)
        add(answer, "pingDateTime", f"{call.now:%Y%m%d%H%M%S}")
        configuration = add(answer, "configuration")
        add(configuration, "name", "system")
        add(configuration, "value", "Referensjournal")
        return answer

    def _check_address(self, name: str, call: Call) -> None:
        """See to it that the call has come to the right unit (TKB 1.1.5, 3.2), in HSA-ids compared without case."""
        if not call.logical_address:
            raise vp("VP003", "Logisk adress saknas")
        unit = self.store.unit(call.logical_address)
        if unit is None or name in unit["without"].split():
            raise vp("VP004", f"Ingen mottagare för {name} hos {call.logical_address}")
        asked = call.text("healthcare_facility_med") or call.text("healthcare_facility")
        asked = call.part("requestedTimeslot").get("healthcare_facility", asked)
        if asked.upper() != call.logical_address.upper():
            raise SoapFault("Client", "healthcare_facility är en annan enhet än den som anropet gäller")

    def _control(self, what: str, name: str, request: Request) -> Reply:
        try:
            return self._controlled(what, name, request)
        except Taken:
            return _json({"error": "the time is taken"}, 409)
        except (KeyError, TypeError, ValueError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)

    def _controlled(self, what: str, name: str, request: Request) -> Reply:
        now = self.clock.now()
        actions: dict[str, Callable[[], object]] = {
            "GET /faults": self.faults.told,
            "PUT /faults": lambda: self.faults.set(request.json()),
            "DELETE /faults": lambda: self.faults.set({}),
            "GET /calls": lambda: list(self.calls),
            "DELETE /calls": self.calls.clear,
            "PUT /clock": lambda: self.clock.set(request.json()["now"]),
            "POST /reset": self._reset,
            "GET /units": lambda: control.list_units(self.store, now),
            "POST /units": lambda: control.put_unit(self.store, request.json(), now),
            "GET /bookings": lambda: control.list_bookings(self.store, request.query.get("unit", "")),
            "POST /bookings": lambda: control.book(self.store, request.json(), now),
            "DELETE /bookings": lambda: control.cancel(self.store, name, now),
        }
        action = actions.get(what)
        return _json({"error": "not found"}, 404) if action is None else _json(action())

    def _reset(self) -> None:
        self.store.empty()
        self.faults.set({})
        self.calls.clear()
        self.clock.set(None)


def _json(value: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), "application/json")


def _say_info(answer: etree._Element, text: str) -> None:
    """Make INFO of OK, with words for the patient."""
    code = answer.find("{*}resultCode")
    if code is None or code.text != "OK":
        return
    code.text = "INFO"
    add(answer, "resultText", text)
