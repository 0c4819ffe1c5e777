"""When the next time is free, at several clinics side by side. For standalone timebooks only."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.nearness import Searchable, rank
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import Timeslot, TimeTypeInfo
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.booking import HORIZON_DAYS, may_book
from webtidbok_app.services.clinics import (
    ClinicInfo,
    RegionInfo,
    list_clinics,
    regions_of,
    searchable_clinic,
    swedish_order,
)

STANDALONE = "standalone"
MOST_COMPARED = 40
AT_ONCE = 8


class Order(StrEnum):
    """What the compared times are sorted by."""

    TIME = "time"
    NAME = "name"


@dataclass(frozen=True)
class NextFree:
    """A clinic's time type and its next free time, if there is any.

    Without ``time_type`` the clinic's timebook is another system, which is asked when the resident opens it.
    """

    clinic: ClinicInfo
    time_type: TimeTypeInfo | None
    timeslot: Timeslot | None = None


@dataclass(frozen=True)
class Comparison:
    """What a comparison found. ``only_near``: nothing has the words, but these are nearly called so."""

    rows: list[NextFree] = field(default_factory=list)
    only_near: bool = False
    more: bool = False
    """More than can be compared at once had the words; these are the nearest."""
    regions: list[RegionInfo] = field(default_factory=list)
    """All regions where there is something to book, whatever was searched for."""


async def compare_next_free(
    actor: Actor | None, *, words: str, region: str = "", order: Order = Order.TIME
) -> Comparison:
    """Return the next free time of every time type that has the words and that the resident may book.

    The words are sought in what the time type is called, in Swedish and English, whom it is for, and in the
    clinic's name, kind and place. Without words nothing is compared. ``region`` is a region's slug.

    No terms are accepted here: of the times only the next one's day and clock are told, and nothing can be held.
    The clinic's terms come before that, when the resident goes on to book.
    """
    resident = as_resident(actor)
    clinics = [clinic for clinic in await list_clinics() if clinic.offers(CaseTypeKind.BOOK_DIRECT)]
    regions = regions_of(clinics)
    if not words.strip():
        return Comparison(regions=regions)
    within = [clinic for clinic in clinics if region in {"", clinic.region.slug}]
    offered = [row for rows in await _gather(_offered(resident, clinic) for clinic in within) for row in rows]
    found, only_near = rank(words, offered, _searchable)
    rows = await _gather(_with_next_free(resident, row) for row in found[:MOST_COMPARED])
    return Comparison(sorted(rows, key=_SORT_KEYS[order]), only_near, len(found) > MOST_COMPARED, regions)
