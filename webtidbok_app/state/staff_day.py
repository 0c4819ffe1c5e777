"""The day list of bookings."""

from datetime import date, timedelta

import reflex as rx
from reflex.event import EventType

from webtidbok_app.auth.permissions import requires
from webtidbok_app.auth.principal import current, require_staff
from webtidbok_app.domain import clock
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.i18n import format_day, format_span, format_time, t, tn
from webtidbok_app.services import reception
from webtidbok_app.services.reception import DayList, DayRow
from webtidbok_app.state.common import attempt, query
from webtidbok_app.state.input import parse_day, typed
from webtidbok_app.state.staff_pattern import date_examples
from webtidbok_app.state.staff_views import DayListView, DayRowView, Stepper
from webtidbok_app.state.views import FieldProblem, Problem

PAGE = "/personal/bokningar"


class StaffDayState(rx.State):
    """One day's bookings, names masked."""

    problem: Problem = Problem()
    problems: list[FieldProblem] = []
    attempts: int = 0
    steps: Stepper = Stepper()
    bookings: DayListView = DayListView()
    day_hint: str = ""

    @rx.event
    @requires("staff")
    async def load(self) -> None:
        """Show the day in the address, today without one."""
        today = day_of(clock.now())
        day = parse_day(query(self, "dag"), today=today) or today
        self.problem, self.problems, self.bookings = Problem(), [], DayListView()
        found = await attempt(reception.get_day_list(current(), day=day), "sv")
        if isinstance(found, Problem):
            self.problem = found
            return
        self.steps = _steps(day, today)
        self.bookings = _in_words(found, require_staff().hsa_id)
        self.day_hint = t("sv", "staff.publish.date_hint", **_examples(today))

    @rx.event
    @requires("staff")
    async def go(self, form: rx.form.FormData) -> EventType[()] | None:
        """Go to the day that was typed."""
        today = day_of(clock.now())
        day = parse_day(typed(form, "dag"), today=today)
        self.attempts += 1
        if day is None:
            words = t("sv", "staff.day.day_format", **_examples(today))
            self.problems = [FieldProblem("dag", words)]
            return None
        self.problems = []
        return rx.redirect(day_href(day))


def day_href(day: date) -> str:
    """Return the address of the day's list."""
    return f"{PAGE}?dag={day.isoformat()}"


def _steps(day: date, today: date) -> Stepper:
    one = timedelta(days=1)
    return Stepper(day_href(day - one), day_href(day + one), PAGE, day == today)


def _examples(today: date) -> dict[str, str]:
    iso, short = date_examples(today)
    return {"iso": iso, "short": short}


def _in_words(found: DayList, hsa_id: str) -> DayListView:
    day = format_day("sv", found.day)
    now = clock.now()
    cancelled = sum(row.cancelled for row in found.rows)
    counts = [tn("sv", "staff.day.count", len(found.rows) - cancelled)]
    if cancelled:
        counts.append(tn("sv", "staff.day.cancelled", cancelled))
    return DayListView(
        heading=t("sv", "staff.day.heading", day=day),
        caption=t("sv", "staff.day.caption", day=day, clinic=found.clinic),
        clinic=found.clinic,
        count_text=", ".join(counts) if found.rows else t("sv", "staff.day.empty"),
        printed=t(
            "sv", "staff.day.printed", day=format_day("sv", now), time=format_time("sv", now), hsa_id=hsa_id
        ),
        iso=found.day.isoformat(),
        rows=[_row(row) for row in found.rows],
    )


def _row(row: DayRow) -> DayRowView:
    span = format_span("sv", row.starts_at, row.ends_at)
    return DayRowView(
        href=f"/personal/bokning/{row.booking_id}",
        time=span,
        name=row.masked_name,
        time_type=row.time_type,
        performer=row.performer,
        visit_form=t("sv", f"staff.visit_form.{row.visit_form}"),
        interpreter=t("sv", "staff.day.interpreter", language=row.interpreter) if row.interpreter else "",
        cancelled=row.cancelled,
        open_name=t("sv", "staff.day.open_name", time=span, name=row.masked_name),
    )
