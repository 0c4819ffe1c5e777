"""What the resident tells the clinic: reason, contact details, needs."""

import reflex as rx
from reflex.event import EventSpec

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.question import ANSWER_MAX, QUESTIONS_MAX
from webtidbok_app.domain.visit import REASON_MAX
from webtidbok_app.services.booking import (
    NEED_MAX,
    Progress,
    TypedField,
    keep_answer,
    keep_details,
    keep_typed,
)
from webtidbok_app.state.common import argument, attempt, lang_of
from webtidbok_app.state.flow import open_step, way_of
from webtidbok_app.state.input import typed
from webtidbok_app.state.present.steps import details_view, is_language, step_view
from webtidbok_app.state.present.words import field_problems
from webtidbok_app.state.resident_views import DetailsView, StepView
from webtidbok_app.state.views import FieldProblem, Problem

__all__ = ["ANSWER_MAX", "NEED_MAX", "QUESTIONS", "REASON_MAX", "DetailsState"]

TYPING_RESTS_MS = 600
"""How long the typing rests before what is typed so far is kept."""
FIELDS = ("reason", "phone", "email", "interpreter", "access_needs")
"""The fields by name."""
ANSWER = "answer"
QUESTIONS = tuple(f"question_{number}" for number in range(QUESTIONS_MAX))
"""The clinic's own questions, by number."""
IN_ORDER = ("reason", *QUESTIONS, *FIELDS[1:])
"""All in the order of the page."""


class DetailsState(rx.State):
    """What is asked and what is typed already."""

    step: StepView = StepView()
    details: DetailsView = DetailsView()
    problems: list[FieldProblem] = []
    attempts: int = 0
    problem: Problem = Problem()
    stop: Problem = Problem()

    @rx.event
    @requires("resident")
    async def load(self) -> EventSpec | None:
        """Fetch what is typed already. Without a held time the resident is sent back to choose one."""
        self.reset()
        lang = lang_of(self)
        found = await attempt(open_step(self, "uppgifter"), lang, clinic=argument(self, "clinic"))
        if isinstance(found, Problem):
            self.stop = found
        elif isinstance(found, Progress):
            self.details = details_view(found, lang)
            self.step = step_view(found, lang, back=way_of(self).address(""))
        else:
            return found
        return None

    @rx.event(debounce=TYPING_RESTS_MS)
    @requires("resident")
    async def keep_reason(self, text: str) -> None:
        """Keep the reason while it is being typed."""
        await self._keep("reason", text)

    @rx.event(debounce=TYPING_RESTS_MS)
    @requires("resident")
    async def keep_access_needs(self, text: str) -> None:
        """Keep the needs while they are being typed."""
        await self._keep("access_needs", text)

    @rx.event(debounce=TYPING_RESTS_MS)
    @requires("resident")
    async def keep_phone(self, text: str) -> None:
        """Keep the phone number while it is being typed."""
        await self._keep("phone", text)

    @rx.event(debounce=TYPING_RESTS_MS)
    @requires("resident")
    async def keep_email(self, text: str) -> None:
        """Keep the e-mail address while it is being typed."""
        await self._keep("email", text)

    @rx.event
    @requires("resident")
    async def keep_interpreter(self, text: str) -> None:
        """Keep the interpreter's language as it is chosen."""
        await self._keep("interpreter", text if is_language(text) else "")

    @rx.event(debounce=TYPING_RESTS_MS)
    @requires("resident")
    async def keep_answer(self, question: int, text: str) -> None:
        """Keep the answer to one of the clinic's questions while it is being typed, or as it is chosen."""
        way = way_of(self)
        keeping = keep_answer(
            current(),
            clinic=way.clinic,
            time_type=way.time_type,
            question=question,
            text=typed({ANSWER: text}, ANSWER),
        )
        await attempt(keeping, way.lang)  # as in _keep

    @rx.event
    @requires("resident")
    async def submit(self, form: rx.form.FormData) -> EventSpec | None:
        """Keep what is typed and go on to check it, or say what to mend."""
        way = way_of(self)
        self.problem, self.problems = Problem(), []
        self.attempts += 1
        words = {name: typed(form, name) for name in FIELDS}
        if not is_language(words["interpreter"]):
            words["interpreter"] = ""
        keeping = keep_details(
            current(),
            clinic=way.clinic,
            time_type=way.time_type,
            **words,
            said=[typed(form, name) for name in QUESTIONS],
        )
        try:
            kept = await attempt(keeping, way.lang, let_through=(InvalidInput,), clinic=way.clinic)
        except InvalidInput as error:
            self.problems = field_problems(error.problems, way.lang, order=IN_ORDER)
            return None
        if isinstance(kept, Problem):
            self.problem = kept
            return None
        return rx.redirect(way.address("kontrollera"))

    async def _keep(self, field: TypedField, text: str) -> None:
        way = way_of(self)
        keeping = keep_typed(
            current(),
            clinic=way.clinic,
            time_type=way.time_type,
            field=field,
            text=typed({field: text}, field),
        )
        await attempt(keeping, way.lang)  # a failure is logged; sending the form tells of it
