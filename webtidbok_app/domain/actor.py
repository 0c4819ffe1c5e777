"""Who acts: a resident, a member of staff, or the system itself."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from webtidbok_app.domain.ids import PersonalNumber


class Role(StrEnum):
    """What a member of staff may do at one clinic (or, for the regional superadmin, in one region)."""

    RECEPTIONIST = "receptionist"
    NURSE = "nurse"
    CLINIC_ADMIN = "clinic_admin"
    REGION_ADMIN = "region_admin"


@dataclass(frozen=True)
class Resident:
    """A person logged in with e-legitimation. ``person_id`` is ours; the number comes from the provider."""

    person_id: UUID
    number: PersonalNumber
    given_name: str
    family_name: str
    protected: bool = False

    @property
    def name(self) -> str:
        """The name as people say it."""
        return f"{self.given_name} {self.family_name}".strip()

    def __repr__(self) -> str:
        return f"Resident({self.person_id})"


@dataclass(frozen=True)
class Staff:
    """A member of staff in one commission: one HSA-id at one clinic."""

    hsa_id: str
    name: str
    role: Role
    clinic_id: UUID | None

    def __repr__(self) -> str:
        return f"Staff({self.hsa_id})"


@dataclass(frozen=True)
class System:
    """A job or an endpoint that acts on nobody's behalf."""

    name: str


Actor = Resident | Staff | System
