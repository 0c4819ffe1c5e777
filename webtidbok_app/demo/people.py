"""Invented residents for the demo's booked times.

Their numbers are made in the official test series: any date, serial 238 or 239 after 1990 and 980 or 981 before,
and a Luhn check digit. Nobody has such a number.
"""

from dataclasses import dataclass
from functools import cache

from webtidbok_app.domain.ids import PersonalNumber, with_check_digit

GIVEN = ("Alva", "Bo", "Cecilia", "Dag", "Ebba", "Fredrik", "Greta", "Hugo", "Iris", "Jonas", "Klara", "Leo")
FAMILY = ("Almgren", "Björk", "Dahl", "Ekström", "Fors", "Granlund", "Hedin", "Kvist", "Lund", "Myr")


@dataclass(frozen=True)
class DemoResident:
    """An invented resident."""

    number: PersonalNumber
    given_name: str
    family_name: str
    protected: bool = False


def make_test_number(year: int, month: int, day: int, *, serial: int) -> PersonalNumber:
    """Return a test personnummer of somebody born that day. ``serial`` is 0 or 1."""
    return with_check_digit(f"{year}{month:02}{day:02}{(238 if year >= 1990 else 980) + serial}")


@cache
def demo_residents() -> tuple[DemoResident, ...]:
    """Return 120 residents, the same ones each time; every twentieth has a protected identity."""
    return tuple(
        DemoResident(
            number=make_test_number(1935 + i % 70, 1 + i % 12, 1 + i % 28, serial=i % 2),
            given_name=GIVEN[i % len(GIVEN)],
            family_name=FAMILY[i // len(GIVEN)],
            protected=i % 20 == 7,
        )
        for i in range(len(GIVEN) * len(FAMILY))
    )
