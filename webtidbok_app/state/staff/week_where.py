"""Which part of the schedule is shown, and how. It stands in the address, so that back, reload and sharing work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from webtidbok_app.domain.swedish_time import day_of, monday_of
from webtidbok_app.i18n import t
from webtidbok_app.services.schedule import PerformerChoice, ScheduleSlot
from webtidbok_app.state.addresses import with_query
from webtidbok_app.state.input import parse_day, parse_id
from webtidbok_app.state.staff.views import Stepper, Way
from webtidbok_app.state.staff.week_view import parse_week, with_title, written_week

PAGE = "/personal"
MONTH_PAGE = "/personal/manad"
MONTH, WEEK, DAY, LIST = "manad", "vecka", "dag", "lista"
VIEWS = (MONTH, WEEK, DAY, LIST)


@dataclass(frozen=True)
class Where:
    """A view of the month or week that ``day`` is in, or of the day alone; one performer's times, or everybody's."""

    view: str
    day: date
    performer: str = ""

    @property
    def monday(self) -> date:
        """The Monday of the week."""
        return monday_of(self.day)

    @property
    def href(self) -> str:
        """The address that shows it."""
        if self.view == MONTH:
            return with_query(MONTH_PAGE, manad=f"{self.day:%Y-%m}", vem=self.performer)
        if self.view == DAY:
            return with_query(PAGE, dag=self.day.isoformat(), vem=self.performer)
        return with_query(PAGE, vecka=written_week(self.day), vy=self.view, vem=self.performer)

    def shows(self, slot: ScheduleSlot) -> bool:
        """Whether a time of the week is seen."""
        theirs = self.performer in ("", str(slot.performer_id))
        return theirs and (self.view != DAY or day_of(slot.starts_at) == self.day)


def read_where(asked: Callable[[str], str], *, remembered: str, today: date) -> Where:
    """Return what the address asks for; ``asked`` gives its parameters. What it leaves out is as it was last."""
    day, monday = parse_day(asked("dag"), today=today), parse_week(asked("vecka"))
    view = asked("vy")
    if view not in VIEWS:
        view = DAY if day else WEEK if monday and remembered in (DAY, MONTH) else remembered
    return Where(view, day or _in_week(monday, today), _performer(asked))


def read_month(asked: Callable[[str], str], *, today: date) -> Where:
    """Return which month the address asks for, the present one without any; ``day`` is today or the month's first."""
    first = parse_day(f"{asked('manad')}-01", today=today)
    this = first is None or (first.year, first.month) == (today.year, today.month)
    return Where(MONTH, today if first is None or this else first, _performer(asked))


def _performer(asked: Callable[[str], str]) -> str:
    performer = parse_id(asked("vem"))
    return str(performer) if performer else ""


def _in_week(monday: date | None, today: date) -> date:
    return today if monday is None or monday == monday_of(today) else monday


def steps_of(where: Where, today: date) -> Stepper:
    """Return the way to the days, weeks or months around."""
    if where.view == MONTH:
        return _months_around(where, today)
    step = timedelta(days=1 if where.view == DAY else 7)
    now = where.day == today if where.view == DAY else where.monday == monday_of(today)
    return Stepper(
        replace(where, day=where.day - step).href,
        replace(where, day=where.day + step).href,
        replace(where, day=today).href,
        now,
    )


def _months_around(where: Where, today: date) -> Stepper:
    first = where.day.replace(day=1)
    before, after = first - timedelta(days=1), (first + timedelta(days=31)).replace(day=1)
    return Stepper(
        replace(where, day=before).href,
        replace(where, day=after).href,
        replace(where, day=today).href,
        first == today.replace(day=1),
    )


def ways_of(where: Where, *, narrow: bool = False) -> list[Way]:
    """Return the views to choose from. Where it is ``narrow`` a week is a list whatever is chosen."""
    views = (MONTH, LIST, DAY) if narrow else VIEWS
    here = LIST if narrow and where.view == WEEK else where.view
    return [
        Way(replace(where, view=view).href, t("sv", f"staff.week.view.{view}"), view == here)
        for view in views
    ]


def performers_of(performers: Sequence[PerformerChoice], where: Where) -> list[Way]:
    """Return the links to each performer's times; none where there is one performer at most."""
    if len(performers) < 2:
        return []
    everybody = Way(replace(where, performer="").href, t("sv", "staff.week.everybody"), not where.performer)
    return [
        everybody,
        *(
            Way(replace(where, performer=str(one.id)).href, with_title(one), where.performer == str(one.id))
            for one in performers
        ),
    ]


def empty_words(where: Where, performers: Sequence[PerformerChoice], note: str = "") -> str:
    """Return that there are no times where one looks, and what is to be known of the day."""
    period = {DAY: "day", MONTH: "month"}.get(where.view, "week")
    name = next((one.name for one in performers if str(one.id) == where.performer), "")
    filtered = "filtered_" if name else ""
    return " ".join(filter(None, [t("sv", f"staff.week.empty_{filtered}{period}", name=name), note]))
