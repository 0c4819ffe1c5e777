"""The port to the population register (folkbokföringen), whoever hands on its facts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from webtidbok_app.domain.ids import PersonalNumber


@dataclass(frozen=True)
class RegisteredChild:
    """A child as the register knows it. A newborn may have no given name yet."""

    number: PersonalNumber
    given_name: str
    family_name: str
    protected: bool = False
    """Protected identity (skyddade personuppgifter)."""


@dataclass(frozen=True)
class Guardianship:
    """The children that somebody is guardian of, as it was at ``as_of`` (aware)."""

    children: tuple[RegisteredChild, ...]
    as_of: datetime


class PopulationRegister(Protocol):
    """Says who is guardian of whom."""

    async def children_of(self, guardian: PersonalNumber) -> Guardianship:
        """Return the children under 18 that the person is guardian of. Raises RegisterDown."""
        ...
