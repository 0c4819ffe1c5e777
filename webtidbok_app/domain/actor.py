"""Who acts: a resident, a member of staff, or the system itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from webtidbok_app.domain.ids import PersonalNumber


class Role(StrEnum):
    """What a member of staff may do at one clinic (or, for the regional superadmin, in one region).

    At a clinic each role may do all that the one before it may: ``services/authorise.py`` says what.
    """

    READ_ONLY = "read_only"
    CLINICIAN = "clinician"
    CASE_HANDLER = "case_handler"
    CLINIC_ADMIN = "clinic_admin"
    REGION_ADMIN = "region_admin"


@dataclass(frozen=True)
class Guardian:
    """Who acts for a child as its ombud, having logged in."""

    person_id: UUID
    name: str
    known_at: datetime | None
    """When the population register last named them as the child's guardian (aware); None when it does no more."""

    def __repr__(self) -> str:
        return f"Guardian({self.person_id})"


@dataclass(frozen=True)
class Resident:
    """The person whose times it is about: who has logged in with e-legitimation or, with ``by``, their child.

    ``person_id`` is ours; the number comes from the provider, a child's from the population register.
    """

    person_id: UUID
    number: PersonalNumber
    given_name: str
    family_name: str
    protected: bool = False
    by: Guardian | None = None

    @property
    def told_id(self) -> UUID:
        """Who is told of what is done: the one who has logged in."""
        return self.by.person_id if self.by else self.person_id

    @property
    def ombud_id(self) -> UUID | None:
        """The guardian who acts, None for who acts for themselves."""
        return self.by.person_id if self.by else None

    @property
    def name(self) -> str:
        """The name as people say it."""
        return f"{self.given_name} {self.family_name}".strip()

    def __repr__(self) -> str:
        return f"Resident({self.person_id})"


@dataclass(frozen=True)
class Staff:
    """A member of staff in one commission: one HSA-id at one clinic, or in one region."""

    hsa_id: str
    name: str
    role: Role | None
    """None for who has several commissions and has not chosen one yet: they may nothing but choose."""
    clinic_id: UUID | None
    region_id: UUID | None = None
    connected: bool = False
    """The clinic's times stand in a journal system of its own, and are decided there."""

    def __repr__(self) -> str:
        return f"Staff({self.hsa_id})"


@dataclass(frozen=True)
class System:
    """A job or an endpoint that acts on nobody's behalf."""

    name: str


Actor = Resident | Staff | System
