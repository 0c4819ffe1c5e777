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
from benchmarks.journeys import Journeys
from benchmarks.measure import Ratio

FOLDER = Path(__file__).parent / "results"
BUFFERS_MAY_DIFFER = 0.2


@dataclass(frozen=True)
class Figures:
    """What was measured on one kind of database; a part that was not asked for is missing."""

    database: str
    free_times: Sequence[FreeTimes] = ()
    bookings: Sequence[Bookings] = ()
    journeys: Journeys | None = None


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
    return "\n".join([*lines, *_buffers(found), *_plans(found)]).rstrip() + "\n"


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
    return rows


def _row(
    one: Figures, what: str, ratio: Ratio, *, at_most: float | None = None, at_least: float | None = None
) -> str:
    met = ratio.median <= at_most if at_most is not None else ratio.median >= (at_least or 0)
    wanted = f"≤ {at_most}" if at_most is not None else f"≥ {at_least}"
    kind = one.database.split()[0]
    figures = " | ".join(f"{value:.2f}" for value in (ratio.median, ratio.least, ratio.most))
    return f"| {kind} | {what} | {figures} | {wanted} | {'met' if met else '**not met**'} |"


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
