"""The permission that every event handler declares. What declares none is denied by the gate.

class BookingState(rx.State):
    @rx.event
    @requires("resident")          # below @rx.event
    async def confirm(self): ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from webtidbok_app.auth.principal import Kind, Principal
from webtidbok_app.domain.actor import Resident, Role, Staff

Handler = TypeVar("Handler", bound=Callable[..., Any])
_MARK = "_webtidbok_permission"


@dataclass(frozen=True)
class Permission:
    """Who may fire an event: everybody, a kind of login, or staff in certain roles."""

    everybody: bool = False
    kinds: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()
    without_commission: bool = False

    def allows(self, actor: Principal | None) -> bool:
        """Whether ``actor`` may. Which bookings or clinics they may touch is for the use case to say."""
        if self.everybody:
            return True
        if isinstance(actor, Resident):
            return "resident" in self.kinds
        if not isinstance(actor, Staff):
            return False
        if actor.role is None:
            return self.without_commission
        return "staff" in self.kinds or actor.role in self.roles


def public(handler: Handler) -> Handler:
    """Declare that anybody may fire this event, logged in or not."""
    return _mark(handler, Permission(everybody=True))


def requires(*who: Kind | Role, without_commission: bool = False) -> Callable[[Handler], Handler]:
    """Declare who may fire this event: ``"resident"``, ``"staff"`` (any role), or roles of staff.

    ``without_commission`` lets in staff who have several commissions and have not chosen one yet, too.
    """
    if not who:
        raise TypeError("requires() without anybody; use @public for everybody")
    permission = Permission(
        kinds=frozenset(one for one in who if not isinstance(one, Role)),
        roles=frozenset(one for one in who if isinstance(one, Role)),
        without_commission=without_commission,
    )
    return lambda handler: _mark(handler, permission)


def permission_of(handler: Callable[..., Any]) -> Permission | None:
    """Return what ``handler`` declares, or None when it declares nothing."""
    return getattr(handler, _MARK, None)


def _mark(handler: Handler, permission: Permission) -> Handler:
    setattr(handler, _MARK, permission)
    return handler
