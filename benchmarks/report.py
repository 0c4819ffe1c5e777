"""The figures as a page for people and as JSON for programs."""

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.bookings import Bookings
from benchmarks.free_times import FreeTimes
from benchmarks.grid import Grid
from benchmarks.journals import Journals
from benchmarks.journeys import Journeys
from benchmarks.measure import Ratio
from benchmarks.schedule import Schedule

FOLDER = Path(__file__).parent / "results"
BUFFERS_MAY_DIFFER = 0.2


@dataclass(frozen=True)
class Figures:
    """What was measured on one kind of database; a part that was not asked for is missing."""

    database: str
    free_times: Sequence[FreeTimes] = ()
    bookings: Sequence[Bookings] = ()
    journeys: Journeys | None = None
    schedule: Schedule | None = None
    grid: Grid | None = None
    journals: Journals | None = None


def write(found: Sequence[Figures], rounds: int) -> str:
    """Write both files and return the page."""
    FOLDER.mkdir(exist_ok=True)
    figures = json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False)
    (FOLDER / "figures.json").write_text(figures + "\n", encoding="utf-8")
    text = _page(found, rounds)
    (FOLDER / "figures.md").write_text(text, encoding="utf-8")
    return text


def _page(found: Sequence[Figures], rounds: int) -> str:
    rows = [row for one in found for row in _rows(one)]
    names = ", ".join(one.database for one in found)
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    lines = [
        "# Measured by `make bench`",
        "",
        f"Ratios within one run of {rounds} rounds, the two sides taking turns: median, least and most.",
        f"{machine}; {names}.",
        "",
        "| database | measured | median | least | most | wanted | |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
    ]
    return "\n".join([*lines, *_characters(found), *_buffers(found), *_plans(found)]).rstrip() + "\n"


def _characters(found: Sequence[Figures]) -> list[str]:
    counted = next((one.grid.characters for one in found if one.grid), None)
    if counted is None:
        return []
    rows = [f"| {what} | {count:,} |".replace(",", " ") for what, count in counted.items()]
    return [
        "Characters that the socket brings, of the schedule of twenty:",
        "",
        "| what | characters |",
        "|---|---|",
        *rows,
        "",
    ]


def _rows(one: Figures) -> list[str]:
    rows = []
    for free in one.free_times:
        among = f"free times of a week among {free.slots:,}".replace(",", " ")
        rows.append(
            _row(one, f"{among}, first viewer / same SQL by the driver", free.first_viewer, at_most=2)
        )
        rows.append(_row(one, f"{among}, next viewer / same SQL by the driver", free.next_viewer, at_most=1))
    for booked in one.bookings:
        what = f"hold and book, {booked.at_once} at once: throughput of SQLAlchemy Core's"
        rows.append(_row(one, what, booked.throughput, at_least=0.7))
    if one.journeys:
        rows += [
            _row(one, "click on a time to held / bare Reflex, same statements", one.journeys.pick, at_most=3),
            _row(
                one, "click to confirmation / bare Reflex, same statements", one.journeys.confirm, at_most=3
            ),
            _row(one, "commit to another's page / bare Reflex push", one.journeys.push, at_most=2),
        ]
    return [*rows, *_schedule_rows(one), *_grid_rows(one), *_journal_rows(one)]


def _schedule_rows(one: Figures) -> list[str]:
    if one.schedule is None:
        return []
    found = one.schedule
    return [
        _row(one, "week of 3 200 times, read / same SQL, rows thrown away", found.week),
        _row(one, "the same, and put in words", found.words),
        _row(one, "the same, one performer's put in words", found.one_performer),
        _row(one, "month counted / same SQL, rows thrown away", found.month),
        _row(one, "preview of 10 000 times / INSERT of as many rows", found.preview, at_most=1),
        _row(one, "publishing 10 000 times / INSERT of as many rows", found.publish, at_most=5),
    ]


def _grid_rows(one: Figures) -> list[str]:
    if one.grid is None:
        return []
    found, alone = one.grid, "the browser alone with the same page"
    return [
        _row(one, f"week of 3 200 times opened and painted / {alone}", found.open_week),
        _row(one, f"day of 640 times opened and painted / {alone}", found.open_day, at_most=3),
        _row(one, f"one performer's week of 160 times / {alone}", found.one_performer),
        _row(one, f"one time of 640 ticked / {alone}", found.tick, at_most=1),
        _row(one, f"all free times of the day ticked / {alone}", found.tick_day, at_most=2),
        _row(one, "somebody's choice in another's open day / their own answer", found.change),
    ]


def _journal_rows(one: Figures) -> list[str]:
    if one.journals is None:
        return []
    found = one.journals
    calls = [
        _row(one, f"a journal system asked: {what} / httpx with the same bytes", ratio, at_most=1.3)
        for what, ratio in found.calls.items()
    ]
    return [
        *calls,
        _row(one, "19 healthy journal systems' times, one hangs / none does", found.one_hangs, at_most=1.1),
        _row(
            one,
            "our own timebook's page, 200 at a journal of 2 s / nobody there",
            found.beside_slow,
            at_most=1.2,
        ),
        _row(one, "the same / 200 at a journal that answers at once", found.beside_quick),
    ]


def _row(
    one: Figures, what: str, ratio: Ratio, *, at_most: float | None = None, at_least: float | None = None
) -> str:
    met = ratio.median <= at_most if at_most is not None else ratio.median >= (at_least or 0)
    wanted = f"≤ {at_most}" if at_most is not None else f"≥ {at_least}" if at_least is not None else ""
    verdict = ("met" if met else "**not met**") if wanted else ""
    kind = one.database.split()[0]
    figures = " | ".join(f"{value:.2f}" for value in (ratio.median, ratio.least, ratio.most))
    return f"| {kind} | {what} | {figures} | {wanted} | {verdict} |"


def _buffers(found: Sequence[Figures]) -> list[str]:
    counted = [(free.slots, free.buffers) for one in found for free in one.free_times if free.buffers]
    if not counted:
        return []
    pages = [buffers for _, buffers in counted]
    met = max(pages) <= min(pages) * (1 + BUFFERS_MAY_DIFFER)
    return [
        "Pages that the question of a week touches on PostgreSQL (EXPLAIN after VACUUM ANALYZE, mean of nine clinics):",
        "",
        "| published times | pages |",
        "|---|---|",
        *(f"| {slots:,} | {buffers} |".replace(",", " ") for slots, buffers in counted),
        "",
        f"Wanted: equal within 20 %. {'Met' if met else '**Not met**'}.",
        "",
    ]


def _plans(found: Sequence[Figures]) -> list[str]:
    plans = {tuple(free.plan) for one in found for free in one.free_times if free.plan}
    if not plans:
        return []
    same = "the same at every size" if len(plans) == 1 else "**not the same at every size**"
    return [f"SQLite's plan is {same}:", "", *(f"- {step}" for step in min(plans)), ""]


def sqlite_name() -> str:
    """Return which SQLite it is."""
    return f"SQLite {sqlite3.sqlite_version}"
