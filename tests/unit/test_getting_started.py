"""The first steps in words: all of them where the times are ours, some where they stand in a journal system."""

from webtidbok_app.services.getting_started import Start, Step
from webtidbok_app.state.staff.start_view import start_view

DECIDED_HERE = (Step.ABOUT, Step.TERMS, Step.CASE_TYPES)


def start(*done: Step, steps: tuple[Step, ...] = tuple(Step)) -> Start:
    return Start("Björken", "bjorken", steps, frozenset(done), may_set_up=True, may_publish=True)


def test_steps__begin_with_the_first_that_is_not_done() -> None:
    shown = start_view(start(Step.ABOUT))
    assert [step.state for step in shown.steps] == ["done", "next", *["later"] * 4]
    assert shown.begins
    assert shown.intro.startswith("6 steg")


def test_steps__of_a_connected_clinic__are_those_that_are_decided_here() -> None:
    shown = start_view(start(Step.ABOUT, steps=DECIDED_HERE))
    assert [step.name for step in shown.steps] == list(DECIDED_HERE)
    assert shown.done_text == "1 av 3 steg är klara."
    assert start_view(start(*DECIDED_HERE, steps=DECIDED_HERE)).steps == []
