"""The demo's population register: one invented family, with numbers of the test series."""

from webtidbok_app.domain import clock
from webtidbok_app.domain.ids import PersonalNumber, luhn_digit
from webtidbok_app.register.port import Guardianship, RegisteredChild


def _number(birth: str, serial: str) -> PersonalNumber:
    return PersonalNumber(f"{birth}{serial}{luhn_digit(birth[2:] + serial)}")


_PARENT = _number("19881123", "982")
_CHILDREN = (
    RegisteredChild(_number("20200304", "238"), "Maja", "Haddad Berg"),
    RegisteredChild(_number("20150601", "239"), "Elias", "Haddad Berg"),
    RegisteredChild(_number("20121015", "238"), "Nadia", "Haddad Berg"),
)


class DemoRegister:
    """Knows the children of the demo's parent, and of nobody else."""

    async def children_of(self, guardian: PersonalNumber) -> Guardianship:
        """Return the children, as of this moment."""
        return Guardianship(_CHILDREN if guardian == _PARENT else (), clock.now())
