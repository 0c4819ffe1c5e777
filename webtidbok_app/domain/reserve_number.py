"""Reserve numbers (reservnummer): for people in care who have no personnummer, or whose number is unknown.

No format is national. The National Board of Health and Welfare asks for the right day of birth and at least one
letter among the last four signs, so that it is never taken for a personnummer; Region Skåne's are made like that, and
so are these: ``YYYYMMDD`` and two letters, a digit and a check digit.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import date

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.ids import PersonalNumber, age_between, luhn_digit, parse_personal_number

LETTERS = "ABCDEFGHJKLMNPRSTUXYZ"
"""Those that are not taken for a digit or for each other (as in the national reserve identity)."""


@dataclass(frozen=True)
class ReserveNumber:
    """A checked reserve number, twelve signs (``YYYYMMDDLLNC``)."""

    signs: str

    def __post_init__(self) -> None:
        if not _is_valid(self.signs):
            raise InvalidInput({"personal_number": "personal_number"})

    @property
    def birth_date(self) -> date:
        """The day of birth that the number states."""
        return _birth_date(self.signs)

    def age_on(self, day: date) -> int:
        """Return the age in whole years on ``day``."""
        return age_between(self.birth_date, day)

    def __str__(self) -> str:
        return f"{self.signs[:8]}-{self.signs[8:]}"

    def __repr__(self) -> str:
        return "ReserveNumber(…)"


Identity = PersonalNumber | ReserveNumber


def new_reserve_number(born: date) -> ReserveNumber:
    """Return one of the 4,410 reserve numbers of who is born that day, drawn at random. That it is new is not sure."""
    signs = f"{born:%Y%m%d}{secrets.choice(LETTERS)}{secrets.choice(LETTERS)}{secrets.randbelow(10)}"
    return ReserveNumber(signs + _check_digit(signs))


def kept_identity(identity: Identity) -> str:
    """Return it as it is kept with a person."""
    return identity.digits if isinstance(identity, PersonalNumber) else identity.signs


def read_identity(kept: str) -> Identity:
    """Return what a person is known by, as it is kept. Raises InvalidInput."""
    return PersonalNumber(kept) if kept.isdigit() else ReserveNumber(kept)


def parse_identity(text: str, *, today: date) -> Identity:
    """Read a personnummer, samordningsnummer or reserve number as people write it. Raises InvalidInput."""
    compact = re.sub(r"[\s\-\u2013\u2212]", "", text).upper()
    if re.fullmatch(r"[0-9]{8}[A-Z]{2}[0-9]{2}", compact):
        return ReserveNumber(compact)
    return parse_personal_number(text, today=today)


def _is_valid(signs: str) -> bool:
    if not re.fullmatch(rf"[0-9]{{8}}[{LETTERS}]{{2}}[0-9]{{2}}", signs):
        return False
    try:
        _birth_date(signs)
    except ValueError:
        return False
    return _check_digit(signs[:11]) == signs[11]


def _birth_date(signs: str) -> date:
    return date(int(signs[:4]), int(signs[4:6]), int(signs[6:8]))


def _check_digit(eleven: str) -> str:
    """Return the Luhn digit, letters counted as 10 to 35."""
    return str(luhn_digit("".join(str(int(sign, 36)) for sign in eleven)))
