"""From an identity provider's claims to somebody we know."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from webtidbok_app.auth.commissions import commissions_of
from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import Person, StaffRole
from webtidbok_app.domain.actor import Resident, Staff
from webtidbok_app.domain.clock import now
from webtidbok_app.domain.errors import InvalidInput, NotAllowed, WebtidbokError
from webtidbok_app.domain.ids import PersonalNumber, normalise_hsa_id, parse_personal_number
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.settings import get_settings

DEMO_PROTECTED = "urn:webtidbok:demo:protected"
"""The demo provider's own claim. Elsewhere the population register says who has a protected identity."""


class NoAssignment(NotAllowed):
    """The HSA-id has no role at any clinic here. Facts: ``hsa_id``, the visitor's own."""


class UnreadableIdentity(WebtidbokError):
    """The personal number or HSA-id that the provider gave fails its check."""


async def resident_from(claims: Mapping[str, Any]) -> Resident:
    """Return the resident of OIDC Sweden's claims; met for the first time, they are written down.

    The names are the provider's of today. Raises UnreadableIdentity.
    """
    names = get_settings().resident_claims
    number = _number_from(claims)
    given, family = str(claims.get(names.given_name, "")), str(claims.get(names.family_name, ""))
    async with get_database().write() as session:
        person = await _person(session, number, given, family)
        person.given_name, person.family_name = given or person.given_name, family or person.family_name
        if get_settings().demo and DEMO_PROTECTED in claims:
            person.protected = bool(claims[DEMO_PROTECTED])
        return Resident(person.id, number, person.given_name, person.family_name, person.protected)


async def staff_from(claims: Mapping[str, Any]) -> Staff:
    """Return the member of staff of Inera's claims, in the role that we hold for the HSA-id.

    With several commissions it is the one that the provider's claim names by the clinic's HSA-id; without such a
    claim they have to choose one here, and come without a role until then. The name is the provider's of today.
    Raises NoAssignment when there is no commission, or UnreadableIdentity.
    """
    names = get_settings().staff_claims
    try:
        hsa_id = normalise_hsa_id(str(claims.get(names.hsa_id, "")))
    except InvalidInput as error:
        raise UnreadableIdentity from error
    name, named = str(claims.get(names.name, "")), str(claims.get(names.commission_hsa_id, "")).upper()
    async with get_database().write() as session:
        held = await commissions_of(session, hsa_id)
        if name and any(one.staff.name != name for one in held):
            await session.execute(update(StaffRole).where(col(StaffRole.hsa_id) == hsa_id).values(name=name))
    if not held:
        raise NoAssignment(hsa_id=hsa_id)
    known = replace(held[0].staff, name=name or hsa_id)
    if len(held) == 1:
        return known
    chosen = next((one.staff for one in held if named and one.clinic_hsa_id.upper() == named), None)
    return replace(chosen, name=known.name) if chosen else Staff(hsa_id, known.name, None, None)


def _number_from(claims: Mapping[str, Any]) -> PersonalNumber:
    names = get_settings().resident_claims
    text = claims.get(names.personal_number) or claims.get(names.coordination_number)
    try:
        return parse_personal_number(str(text or ""), today=day_of(now()))
    except InvalidInput as error:
        raise UnreadableIdentity from error


async def _person(session: AsyncSession, number: PersonalNumber, given: str, family: str) -> Person:
    number_hash = lookup_hash(number.digits)
    await insert_or_ignore(
        session, Person(number_hash=number_hash, number=number.digits, given_name=given, family_name=family)
    )
    return (await session.execute(select(Person).where(Person.number_hash == number_hash))).scalar_one()
