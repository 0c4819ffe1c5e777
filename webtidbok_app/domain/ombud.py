"""Acting for a child as its ombud: a guardian may, until the child's 13th birthday."""

from calendar import isleap
from datetime import date, datetime, timedelta

from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.ids import PersonalNumber

OMBUD_UNTIL_AGE = 13
KNOWN_FOR = timedelta(days=5)
"""How old what the population register has said may be (TKB 1.1.5: names at most five days old)."""


def is_child(number: PersonalNumber, now: datetime) -> bool:
    """Whether somebody can act for the person: they have not had their 13th birthday, by the clocks of Sweden."""
    return number.age_on(swedish_time.day_of(now)) < OMBUD_UNTIL_AGE


def ombud_until(number: PersonalNumber) -> datetime:
    """Return when the person's 13th birthday begins in Sweden (UTC); 1 March for who is born on 29 February."""
    born = number.birth_date
    year, leap = born.year + OMBUD_UNTIL_AGE, (born.month, born.day) == (2, 29)
    birthday = date(year, 3, 1) if leap and not isleap(year) else born.replace(year=year)
    return swedish_time.start_of_day(birthday)


def may_act(resident: Resident, now: datetime) -> bool:
    """Whether who has logged in may act for the resident ``now`` (aware): themselves, or a child of theirs."""
    guardian = resident.by
    if guardian is None:
        return True
    known = guardian.known_at is not None and now - guardian.known_at <= KNOWN_FOR
    return known and is_child(resident.number, now)
