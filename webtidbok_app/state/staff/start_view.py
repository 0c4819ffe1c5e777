"""Getting started, in words: the steps, and which is next."""

from dataclasses import dataclass, field

from webtidbok_app.i18n import t, tn
from webtidbok_app.services.getting_started import Start, Step
from webtidbok_app.state.staff import performers, time_types

_WHERE = {
    Step.ABOUT: "/personal/installningar#about",
    Step.PERFORMERS: performers.PAGE,
    Step.TIME_TYPES: time_types.PAGE,
    Step.TERMS: "/personal/villkor/boka-tid",
    Step.CASE_TYPES: "/personal/installningar",
    Step.TIMES: "/personal/publicera",
}


@dataclass(frozen=True)
class StartStep:
    """One step. ``state`` is done, next or later; ``href`` is empty for who cannot take it."""

    name: str = ""
    title: str = ""
    body: str = ""
    action: str = ""
    href: str = ""
    state: str = ""
    mark: str = ""


@dataclass(frozen=True)
class StartView:
    """The way to the first bookable time. ``begins`` before there is any time at all; no ``steps`` when all is done."""

    begins: bool = False
    intro: str = ""
    steps: list[StartStep] = field(default_factory=list)
    done_text: str = ""
    resident_href: str = ""
    """Where residents meet the clinic."""


def start_view(start: Start) -> StartView:
    """Return the steps in order; none when residents can book."""
    resident = f"/mottagning/{start.slug}"
    if start.done >= set(start.steps):
        return StartView(resident_href=resident)
    following = next(step for step in start.steps if step not in start.done)
    return StartView(
        begins=Step.TIMES not in start.done,
        intro=tn("sv", "setup.start.intro", len(start.steps)),
        steps=[_step(step, start, following) for step in start.steps],
        done_text=t(
            "sv",
            "setup.start.done_count",
            done=len(start.done.intersection(start.steps)),
            all=len(start.steps),
        ),
        resident_href=resident,
    )


def _step(step: Step, start: Start, following: Step) -> StartStep:
    state = "done" if step in start.done else "next" if step is following else "later"
    publishes = step is Step.TIMES
    may = start.may_publish if publishes else start.may_set_up
    return StartStep(
        name=step,
        title=t("sv", f"setup.start.{step}.title"),
        body=t("sv", f"setup.start.{step}.body")
        if may
        else t("sv", "setup.start.ask_publish" if publishes else "setup.start.ask"),
        action=t("sv", f"setup.start.{step}.action"),
        href=_WHERE[step] if may and state != "done" else "",
        state=state,
        mark=t("sv", f"setup.start.{state}"),
    )
