"""The demo's clinics that have a journal system of their own: the reference journal system, told over HTTP."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.tables import Clinic, JournalConnection
from webtidbok_app.demo.personas import RESIDENTS
from webtidbok_app.domain import clock, swedish_time

DATA = Path(__file__).parent / "connected.toml"
PATIENCE = 20
"""Seconds that the journal system may take to write its coming weeks."""


def read_clinics() -> list[dict[str, Any]]:
    """Return the clinics, with the units that they are in the journal system."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    types = {group["name"]: group["time_types"] for group in data["time_types"]}
    for clinic in data["clinic"]:
        clinic["unit"]["time_types"] = types[clinic["unit"]["time_types"]]
    clinics: list[dict[str, Any]] = data["clinic"]
    return [{"journal": "rivta", "time_type": [], "performer": [], **clinic} for clinic in clinics]


async def connect(session: AsyncSession, clinics: list[dict[str, Any]], address: str) -> None:
    """Connect the clinics that are not, and let all of them be reached at ``address``."""
    for facts in clinics:
        clinic = await session.scalar(select(Clinic).where(col(Clinic.slug) == facts["slug"]))
        assert clinic is not None
        connection = await session.get(JournalConnection, clinic.id)
        if connection is None:
            connection = JournalConnection(
                clinic_id=clinic.id, logical_address=clinic.hsa_id, address="", **facts.get("connection", {})
            )
            session.add(connection)
        connection.address = f"{address}/riv/{{contract}}"


async def fill_journal(clinics: list[dict[str, Any]], address: str) -> None:
    """Give the journal system its units with times for the coming weeks, and what its staff have booked."""
    async with httpx2.AsyncClient(base_url=address, trust_env=False, timeout=PATIENCE) as journal:
        for facts in clinics:
            unit = {
                "hsa_id": facts["hsa_id"],
                "name": facts["name"],
                "care_provider": facts["care_provider"],
                **facts["unit"],
            }
            (await journal.post("/units", json=unit)).raise_for_status()
            there = await journal.get("/bookings", params={"unit": facts["hsa_id"]})
            for wanted in facts.get("booked", []):
                booking = _booking(facts["hsa_id"], wanted)
                if not any(_is_such(one, booking) for one in there.json()):
                    (await journal.post("/bookings", json=booking)).raise_for_status()


def _booking(unit: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what the unit's staff book: a time so many days ahead, or an invitation to choose one."""
    person = next(one for one in RESIDENTS if one.key == wanted["resident"])
    booking = {
        "unit": unit,
        "patient": person.number.digits,
        "time_type": wanted["time_type"],
        "invitation": wanted.get("invitation", False),
        "purpose": wanted.get("purpose", "").strip(),
    }
    if "days_ahead" in wanted:
        day = swedish_time.day_of(clock.now()) + timedelta(days=wanted["days_ahead"])
        booking["after"] = f"{day:%Y%m%d}"
    return booking


def _is_such(booked: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a booking is coming, of the same kind, and the same resident's."""
    now = swedish_time.local(clock.now())
    return (
        booked["patient"] == wanted["patient"]
        and booked["time_type"] == wanted["time_type"]
        and not booked["cancelled_at"]
        and bool(booked["invited"]) == wanted["invitation"]
        and (booked["starts"] is not None) == ("after" in wanted)
        and (booked["starts"] is None or booked["starts"] > f"{now:%Y%m%d%H%M%S}")
    )
