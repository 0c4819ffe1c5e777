"""What a page for staff has shown of anybody is forgotten when another page is opened."""

import reflex as rx

from webtidbok_app.auth.permissions import requires


class Personal(rx.State, mixin=True):
    """A state that shows somebody's data."""

    def _shows_somebody(self) -> bool:
        raise NotImplementedError

    def _forget(self) -> None:
        if self._shows_somebody():
            self.reset()


class StaffArrivalState(rx.State):
    """Coming to a page for staff."""

    @rx.event
    @requires("staff")
    async def forget(self, keep: list[str]) -> None:
        """Empty what shows somebody's data, but for the states that ``keep`` names: the new page shows them too."""
        for state in Personal.__subclasses__():
            if state.__name__ not in keep:
                (await self.get_state(state))._forget()  # noqa: SLF001  RPC if public
