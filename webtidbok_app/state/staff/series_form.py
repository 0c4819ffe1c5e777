"""The fields that say what times are, at whom and how long: alike in publishing and in templates."""

from dataclasses import replace

import reflex as rx

from webtidbok_app.auth.permissions import requires
from webtidbok_app.services.authorise import HANDLES_TIMES
from webtidbok_app.services.publication import Choices
from webtidbok_app.state.staff.views import PublishForm
from webtidbok_app.state.staff.week_view import with_title
from webtidbok_app.state.views import Choice


class SeriesForm(rx.State, mixin=True):
    """What there is to choose from, and what was filled in."""

    time_types: list[Choice] = []
    performers: list[Choice] = []
    form: PublishForm = PublishForm()
    filled: int = 0

    _choices: Choices = Choices([], [], False)

    @rx.event
    @requires(*HANDLES_TIMES)
    async def choose_time_type(self, value: str) -> None:
        """Fill in the length and the visit form that the time type has."""
        chosen = next((one for one in self._choices.time_types if str(one.id) == value), None)
        if chosen:
            self.form = replace(
                self.form, minutes=str(chosen.length_minutes), visit_form=chosen.visit_form.value
            )
            self.filled += 1

    def _offer(self, choices: Choices) -> None:
        self._choices = choices
        self.time_types = [Choice(str(one.id), one.name) for one in choices.time_types]
        self.performers = [Choice(str(one.id), with_title(one)) for one in choices.performers]
        if len(choices.performers) == 1 and not self.form.performer:
            self.form = replace(self.form, performer=str(choices.performers[0].id))
