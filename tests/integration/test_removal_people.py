"""Taking times away and the people on them: how many at once, who is told and by whom seen, where each could go."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from tests.integration.test_removal import (
    DAY,
    LATER,
    book,
    choose_messages,
    impact_of,
    journal_of,
    mailbox,
    remove,
    rows,
)
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import AccessLog, Guardianship, MessageChoice, OutboxMessage, Performer, Person
from webtidbok_app.demo.people import make_test_number
from webtidbok_app.domain import removal as limits
from webtidbok_app.domain.actor import Guardian, Resident
from webtidbok_app.domain.errors import InvalidInput, NotAllowed, NotFound, TooManyToRemove
from webtidbok_app.domain.message import Channel
from webtidbok_app.domain.removal import TAKE_BACK_FOR, CallBecause, Choice, Decision
from webtidbok_app.notify.worker import send_due
from webtidbok_app.services import deviations, reception, removal, removal_impact, schedule_changes
from webtidbok_app.services.deviations import Deviation
from webtidbok_app.services.removal_impact import Away, weigh_removal

__all__ = ["mailbox"]  # a fixture


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, residents=6)
