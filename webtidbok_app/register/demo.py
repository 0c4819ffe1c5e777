"""The demo's population register: one invented family, with numbers of the test series."""

from webtidbok_app.domain import clock
from webtidbok_app.domain.ids import PersonalNumber, with_check_digit
from webtidbok_app.register.port import Guardianship, RegisteredChild

_PARENT = with_check_digit("19881123982")
_CHILDREN = (
    RegisteredChild(with_check_digit("20200304238"), "Maja", "Haddad Berg"),
    RegisteredChild(with_check_digit("20150601239"), "Elias", "Haddad Berg"),
    RegisteredChild(with_check_digit("20121015238"), "Nadia", "Haddad Berg"),
)


class DemoRegister:
    """Knows the children of the demo's parent, and of nobody else."""

    async def children_of(self, guardian: PersonalNumber) -> Guardianship:
        """Return the children, as of this moment."""
        return Guardianship(_CHILDREN if guardian == _PARENT else (), clock.now())
