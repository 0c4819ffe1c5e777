"""Every table, by what it is about: clinics, people, messages, requests, invitations, timebook, removals, and so on.

Per-clinic tables lead their keys and unique indexes with ``clinic_id``, so that PostgreSQL can be partitioned
by clinic without a redesign. All moments are aware and in UTC.
"""

from sqlmodel import SQLModel

from webtidbok_app.db.tables.access import (
    AccessLog,
    LogCheck,
    LogCheckLine,
    LoginSession,
    LogSeal,
    LogSealLine,
    RoleChange,
    StaffRole,
)
from webtidbok_app.db.tables.clinics import (
    STANDALONE,
    CareProvider,
    CaseType,
    Clinic,
    Region,
    Service,
    Terms,
)
from webtidbok_app.db.tables.contracts import EngagementUpdate, RivConsumer, RivConsumerClinic
from webtidbok_app.db.tables.invitations import Invitation, ReservePerson
from webtidbok_app.db.tables.journals import LOOKED_FOR, JournalConnection, JournalHold, JournalWrite
from webtidbok_app.db.tables.messages import SETTLED, WAITING, MessageChoice, OutboxMessage
from webtidbok_app.db.tables.people import Draft, Guardianship, Person, TermsAcceptance
from webtidbok_app.db.tables.removals import Removal, RemovalLine, RemovedSlot
from webtidbok_app.db.tables.requests import (
    LEFT_UNSENT,
    AnswerTemplate,
    OfferedTime,
    RequestCase,
    RequestDraft,
    RequestMessage,
    RequestWords,
    TimeOffer,
)
from webtidbok_app.db.tables.timebook import (
    CHOSEN,
    HELD,
    LIVE,
    Booking,
    DowntimeRun,
    HoldCount,
    Performer,
    ScheduleChange,
    Slot,
    TimeType,
)
from webtidbok_app.db.tables.watches import IN_LINE, STANDING, Watch, WatchOffer
from webtidbok_app.db.tables.weeks import ScheduleDeviation, WeekTemplate, WeekTemplateSlot

metadata = SQLModel.metadata

__all__ = [
    "CHOSEN",
    "HELD",
    "IN_LINE",
    "LEFT_UNSENT",
    "LIVE",
    "LOOKED_FOR",
    "SETTLED",
    "STANDALONE",
    "STANDING",
    "WAITING",
    "AccessLog",
    "AnswerTemplate",
    "Booking",
    "CareProvider",
    "CaseType",
    "Clinic",
    "DowntimeRun",
    "Draft",
    "EngagementUpdate",
    "Guardianship",
    "HoldCount",
    "Invitation",
    "JournalConnection",
    "JournalHold",
    "JournalWrite",
    "LogCheck",
    "LogCheckLine",
    "LogSeal",
    "LogSealLine",
    "LoginSession",
    "MessageChoice",
    "OfferedTime",
    "OutboxMessage",
    "Performer",
    "Person",
    "Region",
    "Removal",
    "RemovalLine",
    "RemovedSlot",
    "RequestCase",
    "RequestDraft",
    "RequestMessage",
    "RequestWords",
    "ReservePerson",
    "RivConsumer",
    "RivConsumerClinic",
    "RoleChange",
    "ScheduleChange",
    "ScheduleDeviation",
    "Service",
    "Slot",
    "StaffRole",
    "Terms",
    "TermsAcceptance",
    "TimeOffer",
    "TimeType",
    "Watch",
    "WatchOffer",
    "WeekTemplate",
    "WeekTemplateSlot",
    "metadata",
]
