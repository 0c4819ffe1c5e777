"""Identities as Swedish care writes them (personnummer, samordningsnummer, HSA-id), and our own as pages write them."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from webtidbok_app.domain.errors import InvalidInput, NotFound

COORDINATION_DAY_OFFSET = 60
_DASHES = str.maketrans({"\u2212": "-", "\u2013": "-"})


@dataclass(frozen=True)
class PersonalNumber:
    """A checked personnummer or samordningsnummer, twelve digits (``YYYYMMDDNNNC``)."""

    digits: str

    def __post_init__(self) -> None:
        if not _is_valid(self.digits):
            raise InvalidInput({"personal_number": "personal_number"})

    @property
    def is_coordination_number(self) -> bool:
        """A samordningsnummer has 60 added to its day."""
        return int(self.digits[6:8]) > COORDINATION_DAY_OFFSET

    @property
    def birth_date(self) -> date:
        """The day of birth that the number states."""
        return _birth_date(self.digits)

    def age_on(self, day: date) -> int:
        """Return the age in whole years on ``day``; who is born on 29 February comes of age on 1 March."""
        return age_between(self.birth_date, day)

    def __str__(self) -> str:
        return f"{self.digits[:8]}-{self.digits[8:]}"

    def __repr__(self) -> str:  # a personal number must not end up in a log by accident
        return "PersonalNumber(…)"


def parse_personal_number(text: str, *, today: date) -> PersonalNumber:
    """Read a number as people write it: ten or twelve digits, with ``-`` or ``+`` (100 years or more), blanks.

    Raises InvalidInput when it is none. ``today`` (in Sweden) settles the century of ten digits.
    """
    compact = re.sub(r"\s", "", text).translate(_DASHES)
    match = re.fullmatch(r"(\d{2})?(\d{6})([-+]?)(\d{4})", compact)
    if match is None:
        raise InvalidInput({"personal_number": "personal_number"})
    century, six, sign, four = match.groups()
    if century is None:
        year = today.year - (today.year - int(six[:2])) % 100 - (100 if sign == "+" else 0)
        century = str(year)[:2]
    return PersonalNumber(century + six + four)


def age_between(born: date, day: date) -> int:
    """Return the age in whole years on ``day`` of who is born on ``born``."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _birth_date(digits: str) -> date:
    day = int(digits[6:8])
    return date(
        int(digits[:4]),
        int(digits[4:6]),
        day - COORDINATION_DAY_OFFSET if day > COORDINATION_DAY_OFFSET else day,
    )


def _is_valid(digits: str) -> bool:
    if not re.fullmatch(r"[0-9]{12}", digits):
        return False
    try:
        _birth_date(digits)
    except ValueError:
        return False
    return luhn_digit(digits[2:11]) == int(digits[11])


def luhn_digit(digits: str) -> int:
    """Return the check digit of digits such as YYMMDDNNN (weights 2, 1, 2 …; digit sums added)."""
    total = sum(sum(divmod(int(digit) * (2 - i % 2), 10)) for i, digit in enumerate(digits))
    return -total % 10


def with_check_digit(eleven: str) -> PersonalNumber:
    """Return the number that begins with ``YYYYMMDDNNN``. Raises InvalidInput when no day is like that."""
    return PersonalNumber(eleven + str(luhn_digit(eleven[2:])))


def normalise_hsa_id(text: str) -> str:
    """Return an HSA-id in the form that is compared: upper case (TKB 1.1.5, 3.2). Raises InvalidInput."""
    hsa_id = text.strip().upper()
    if not re.fullmatch(r"SE[0-9]{10,12}-[A-Z0-9]+", hsa_id) or len(hsa_id) > 32:
        raise InvalidInput({"hsa_id": "hsa_id"})
    return hsa_id


def normalise_system_id(text: str) -> str:
    """Return a system's HSA-id in the form that is compared. Raises InvalidInput.

    National platforms have ids from before the form that HSA-ids have now, such as HSASERVICES-106J.
    """
    hsa_id = text.strip().upper()
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9_-]*-[A-Z0-9]+", hsa_id) or len(hsa_id) > 64:
        raise InvalidInput({"hsa_id": "hsa_id"})
    return hsa_id


def parse_id(text: str, otherwise: type[Exception] = NotFound) -> UUID:
    """Return the identity of a row as an address or a form writes it. Raises ``otherwise`` when it is none."""
    try:
        return UUID(hex=text)
    except ValueError:
        raise otherwise from None
