"""A resident's pages, by what one does on them."""

import re
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from e2e.support import ready, tab_to, visit

TIME = re.compile(r"^\d{1,2}\.\d\d, ")


class Resident:
    """Somebody who books, in a browser of their own."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def log_in(self, persona: str, *, to: str = "/mina-tider") -> None:
        """Log in at the demo's identity provider and come to the address ``to``."""
        self.page.goto(f"/auth/login/resident?persona={persona}&vidare={quote(to)}")
        ready(self.page)

    def heading(self, words: str | re.Pattern[str]) -> None:
        """Wait for the page whose heading has the words."""
        expect(self.page.locator("h1")).to_have_text(words)
        ready(self.page)

    def go_to_times(self, clinic: str, time_type: str) -> None:
        """Come to the free times, by way of the terms where they are asked for."""
        visit(self.page, f"/boka/{clinic}/{time_type}")
        box = self.page.get_by_role("checkbox")
        times = self.page.locator("main button.time-free, main button.time-chosen")
        none = self.page.get_by_role("heading", name="Det finns inga lediga tider", level=1)
        expect(box.or_(times).or_(none).first).to_be_visible()
        if box.count():
            self.accept_terms()
            expect(times.or_(none).first).to_be_visible()

    def accept_terms(self) -> None:
        """Tick the box and go on."""
        self.page.get_by_role("checkbox").check()
        self.page.get_by_role("button", name="Fortsätt").click()

    @property
    def times(self) -> Locator:
        """The buttons of the times that are shown."""
        return self.page.locator("main").get_by_role("button", name=TIME)

    def free_time(self, index: int = 0) -> Locator:
        """Return one of the times that can be chosen."""
        return self.page.locator("main button.time-free").nth(index)

    def free_ids(self) -> list[str]:
        """Return the ids of the times that can be chosen, in the order of the list of days."""
        return self.page.locator("section.day button.time-free").evaluate_all(
            "buttons => buttons.map(button => button.dataset.time)"
        )

    def time(self, time_id: str) -> Locator:
        """Return the button of a time in the list of days, whatever has become of it."""
        return self.page.locator(f'section.day button[data-time="{time_id}"]')

    def expect_time(self, time_id: str, state: str) -> None:
        """Wait until a time is ``free``, ``chosen`` or ``taken``."""
        expect(self.time(time_id)).to_have_attribute("data-time-state", state)

    def choose(self, time_id: str) -> None:
        """Choose a time and wait until it is held."""
        self.time(time_id).click()
        self.expect_time(time_id, "chosen")

    def let_go(self) -> None:
        """Leave the booking, so that the time that is held is free again."""
        visit(self.page, "/mottagningar")

    def cancel_booking(self) -> None:
        """Cancel the time whose confirmation is shown, by way of the terms where they are asked for."""
        self.page.get_by_role("link", name="Avboka tiden").click()
        self.heading(re.compile("Villkor för dina bokningar|Vill du avboka tiden"))
        box, yes = self.page.get_by_role("checkbox"), self.page.get_by_role("button", name="Ja, avboka tiden")
        expect(box.or_(yes).first).to_be_visible()
        if box.count():
            self.accept_terms()
            self.heading("Vill du avboka tiden?")
        yes.click()
        self.heading("Tiden är avbokad")

    def choose_time(self, index: int = 0) -> str:
        """Choose a time and return its name."""
        self.heading("Välj en tid")
        button = self.free_time(index)
        name = button.get_attribute("aria-label") or button.inner_text()
        button.click()
        expect(self.page.get_by_text("Tiden är reserverad för dig till").first).to_be_visible()
        return name

    def tab_to(self, wanted: Locator) -> None:
        """Press Tab until the focus is on ``wanted``."""
        tab_to(wanted)

    def go_on(self) -> None:
        """Press Fortsätt."""
        self.page.locator("main").get_by_role("link", name="Fortsätt").or_(
            self.page.locator("main").get_by_role("button", name="Fortsätt")
        ).first.click()

    def go_to_details(self) -> None:
        """Come from the held time to the details, also when they are filled in since before."""
        visit(self.page, f"{self.page.url.partition('?')[0]}/uppgifter")
        self.heading("Dina uppgifter")

    def fill_details(self, *, reason: str = "", phone: str = "070-174 06 05") -> None:
        """Fill in the details and go on."""
        self.heading("Dina uppgifter")
        if reason:
            self.page.get_by_label("Varför söker du?").fill(reason)
        self.page.get_by_label("Telefonnummer").fill(phone)
        self.go_on()

    def book(self) -> None:
        """Press Boka tiden on the check page and come to the confirmation."""
        self.heading("Kontrollera din bokning")
        self.page.get_by_role("button", name="Boka tiden").click()
        self.heading("Din tid är bokad")
