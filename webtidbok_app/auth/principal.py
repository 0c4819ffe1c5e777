"""Who is behind the event or request that is being handled.

The gate sets it in front of every event, the HTTP routes at every request. It lives in a context variable, so
that it follows the task that handles the event (also a background one) and nothing else.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from webtidbok_app.domain.actor import Resident, Role, Staff
from webtidbok_app.domain.errors import NotAllowed

Principal = Resident | Staff
Kind = Literal["resident", "staff"]
"""The two ways to log in."""


@dataclass(frozen=True)
class Login:
    """A living login: who, and for staff the name of the clinic that they have logged in at."""

    actor: Principal
    clinic_name: str = ""
    """The clinic, or the region that a superadmin acts for."""
    clinic_slug: str = ""
    commissions: int = 1
    """How many they have; with several they can change from one to another."""


Renewal = Callable[[], Awaitable[Login | None]]
_login: ContextVar[Login | None] = ContextVar("login", default=None)
_renewal: ContextVar[Renewal | None] = ContextVar("renewal", default=None)


def current_login() -> Login | None:
    """Return the login behind what is being handled, or None."""
    return _login.get()


def current() -> Principal | None:
    """Return who acts: a resident, a member of staff, or None when nobody is logged in."""
    login = _login.get()
    return login.actor if login else None


def require_resident() -> Resident:
    """Return the resident who acts. Raises NotAllowed for everybody else."""
    actor = current()
    if not isinstance(actor, Resident):
        raise NotAllowed
    return actor


def require_staff(*roles: Role) -> Staff:
    """Return the member of staff who acts, in one of ``roles`` if any are given. Raises NotAllowed for others."""
    actor = current()
    if not isinstance(actor, Staff) or (roles and actor.role not in roles):
        raise NotAllowed
    return actor


async def still_logged_in() -> bool:
    """Whether the login behind a long-lived event, asked about anew, is still the same one's.

    For background events, which the gate has let in once: to be asked before each thing that they show.
    """
    renew = _renewal.get()
    if renew is None:
        return True  # a job or a test, which nobody logs out
    login = await renew()
    same = key_of(login.actor if login else None) == key_of(current())
    if same:
        set_login(login, renew)  # with what is known of them now
    return same


def set_login(login: Login | None, renewal: Renewal | None = None) -> None:
    """Set the login for the task that runs now. For the gate and the HTTP routes alone."""
    _login.set(login)
    _renewal.set(renewal)


@contextmanager
def acting_as(actor: Principal | None, *, clinic_name: str = "") -> Iterator[None]:
    """Let ``actor`` be the one who acts within the ``with`` block (tests and jobs)."""
    token = _login.set(Login(actor, clinic_name) if actor else None)
    try:
        yield
    finally:
        _login.reset(token)


def key_of(actor: Principal | None) -> str:
    """Return what tells one principal from another: when it changes, what a tab remembers must go."""
    if actor is None:
        return ""
    if isinstance(actor, Resident):
        return f"resident:{actor.person_id}:{actor.ombud_id or ''}"
    return f"staff:{actor.hsa_id}:{actor.clinic_id}:{actor.role}"
