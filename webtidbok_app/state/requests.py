"""Writing a request to a clinic (Beställa tid, Av/omboka tid), checking it and sending it."""

from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.errors import InvalidInput, StaleVersion
from webtidbok_app.domain.request import REQUEST_REASON_MAX, WHEN_MAX, WHICH_MAX, ContactWay, Wish
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.i18n import t
from webtidbok_app.services.requests import (
    ChosenField,
    TypedField,
    keep_chosen,
    keep_request,
    keep_typed,
    open_request,
    send_request,
)
from webtidbok_app.state import addresses
from webtidbok_app.state.addresses import with_query
from webtidbok_app.state.common import argument, attempt, lang_of, path_of, query
from webtidbok_app.state.details import TYPING_RESTS_MS
from webtidbok_app.state.input import typed
from webtidbok_app.state.present.requests import OTHER, check_rows, request_view
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.resident_views import RequestView
from webtidbok_app.state.views import FieldProblem, Problem, SummaryRow

WAYS = (ContactWay.HERE, ContactWay.PHONE)
"""The ways to be answered, in the order of the page."""
WISHES = tuple(Wish)

__all__ = [
    "REQUEST_REASON_MAX",
    "WAYS",
    "WHEN_MAX",
    "WHICH_MAX",
    "WISHES",
    "RequestCheckState",
    "RequestState",
]

UNSENT = "inte-skickad"
"""The parameter of the form's address that says why one is back there."""
FIELDS = ("booking", "which", "wish", "reason", "can_come", "contact", "phone")
"""The fields by name, in the order of the page."""


class RequestState(rx.State):
    """What is asked and what is written already."""

    request: RequestView = RequestView()
    problems: list[FieldProblem] = []
    attempts: int = 0
    problem: Problem = Problem()
    stop: Problem = Problem()

    @rx.event
    @requires("resident")
    async def load(self) -> None:
        """Fetch what is written already."""
        self.reset()
        lang = lang_of(self)
        opening = open_request(
            current(),
            clinic=argument(self, "clinic"),
            kind=_kind_of(self),
            time_type=query(self, "typ"),
            booking=query(self, "tid"),
        )
        found = await attempt(opening, lang)
        if isinstance(found, Problem):
            self.stop = found
            return
        self.request = request_view(found, lang)
        if query(self, UNSENT):
            title, body = t(lang, "requests.check.unsent_title"), t(lang, "requests.check.unsent_body")
            self.problem = Problem(title, body, key=UNSENT)

    @rx.event(debounce=TYPING_RESTS_MS)
    @requires("resident")
    async def keep_reason(self, text: str) -> None:
        """Keep the reason while it is being typed."""
        await self._keep("reason", text)

    @rx.event(debounce=TYPING_RESTS_MS)
    @requires("resident")
    async def keep_can_come(self, text: str) -> None:
        """Keep when one can come while it is being typed."""
        await self._keep("can_come", text)

    @rx.event(debounce=TYPING_RESTS_MS)
    @requires("resident")
    async def keep_which(self, text: str) -> None:
        """Keep which time it is about while it is being typed."""
        await self._keep("which", text)

    @rx.event(debounce=TYPING_RESTS_MS)
    @requires("resident")
    async def keep_phone(self, text: str) -> None:
        """Keep the phone number while it is being typed."""
        await self._keep("phone", text)

    @rx.event
    @requires("resident")
    async def keep_contact(self, choice: str) -> None:
        """Keep how to be answered as it is chosen."""
        await self._keep_chosen("contact", choice)

    @rx.event
    @requires("resident")
    async def keep_wish(self, choice: str) -> None:
        """Keep what is to become of the time as it is chosen."""
        await self._keep_chosen("wish", choice)

    @rx.event
    @requires("resident")
    async def submit(self, form: rx.form.FormData) -> EventSpec | None:
        """Keep what is written and go on to check it, or say what to mend."""
        lang, clinic, kind = lang_of(self), argument(self, "clinic"), _kind_of(self)
        self.problem, self.problems = Problem(), []
        self.attempts += 1
        words = {name: typed(form, name) for name in FIELDS}
        if words["booking"] == OTHER:
            words["booking"] = ""
        keeping = keep_request(current(), clinic=clinic, kind=kind, **words)
        try:
            kept = await attempt(keeping, lang, let_through=(InvalidInput,))
        except InvalidInput as error:
            self.problems = field_problems(error.problems, lang, order=FIELDS)
            return None
        if isinstance(kept, Problem):
            self.problem = kept
            return None
        return rx.redirect(addresses.request(lang, clinic, kind, "kontrollera"))

    async def _keep(self, field: TypedField, text: str) -> None:
        keeping = keep_typed(
            current(),
            clinic=argument(self, "clinic"),
            kind=_kind_of(self),
            field=field,
            text=typed({field: text}, field),
        )
        await attempt(keeping, lang_of(self))  # a failure is logged; sending the form tells of it

    async def _keep_chosen(self, field: ChosenField, choice: str) -> None:
        keeping = keep_chosen(
            current(), clinic=argument(self, "clinic"), kind=_kind_of(self), field=field, choice=choice
        )
        await attempt(keeping, lang_of(self))


class RequestCheckState(rx.State):
    """The answers to check."""

    caption: str = ""
    rows: list[SummaryRow] = []
    back: str = ""
    problem: Problem = Problem()
    stop: Problem = Problem()

    _draft_id: UUID | None = None
    """What "Skicka" sends: the request that is shown, and no other that is begun by then."""

    @rx.event
    @requires("resident")
    async def load(self) -> EventSpec | None:
        """Fetch the answers; where something is left to answer, the form comes first."""
        self.reset()
        lang, clinic, kind = lang_of(self), argument(self, "clinic"), _kind_of(self)
        found = await attempt(open_request(current(), clinic=clinic, kind=kind), lang)
        if isinstance(found, Problem):
            self.stop = found
            return None
        self.back = addresses.request(lang, clinic, kind)
        if not found.done:
            return rx.redirect(self.back, replace=True)
        self._draft_id = found.draft_id
        self.rows = check_rows(found, lang)
        self.caption = request_view(found, lang).caption
        return None

    @rx.event
    @requires("resident")
    async def send(self) -> EventSpec | None:
        """Send the request and show the case. A second click sends nothing more and leads to the same."""
        lang, clinic, kind = lang_of(self), argument(self, "clinic"), _kind_of(self)
        self.problem = Problem()
        if self._draft_id is None:
            return rx.redirect(addresses.request(lang, clinic, kind), replace=True)
        sending = send_request(current(), clinic=clinic, kind=kind, draft_id=self._draft_id)
        try:
            case = await attempt(sending, lang, let_through=(StaleVersion,))
        except StaleVersion:
            return rx.redirect(
                with_query(addresses.request(lang, clinic, kind), **{UNSENT: "ja"}), replace=True
            )
        if isinstance(case, Problem):
            self.problem = case
            return None
        return rx.redirect(addresses.case(lang, clinic, case.hex))


def _kind_of(state: rx.State) -> CaseTypeKind:
    """Return the case type that the address is of. Whether the clinic has it is for the use case to say."""
    change = path_of(state).removeprefix("/en").startswith("/andra/")
    return CaseTypeKind.REQUEST_CHANGE if change else CaseTypeKind.REQUEST
