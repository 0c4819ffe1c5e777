"""Every act that is logged can be told in words: to those who follow up the log, and to whom it is about.

A text stays when its act is no more: the lines that tell of it do.
"""

import ast
from collections.abc import Iterator

from tests.architecture.test_project_rules import texts
from webtidbok_app.domain.access import Judgement, Purpose
from webtidbok_app.domain.actor import Role
from webtidbok_app.i18n import CATALOG


def recorded() -> Iterator[tuple[str, bool]]:
    """Give every act that is logged anywhere, and whether it is about a person.

    They stand as they are in calls of ``audit.record``, or of a module's own ``_record`` that hands them on.
    """
    for name, text in texts(".py", under="webtidbok_app/"):
        if name == "webtidbok_app/services/audit.py" or "audit.record(" not in text:
            continue
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        direct = [call for call in calls if ast.unparse(call.func) == "audit.record"]
        handed_on = [call for call in direct if ast.unparse(call.args[2]) == "action"]
        for call in direct:
            if call not in handed_on:
                yield from ((action, is_about_a_person(call)) for action in actions_of(name, call))
        for call in calls:
            if ast.unparse(call.func) == "_record":
                [inner] = handed_on
                yield from ((action, is_about_a_person(inner)) for action in actions_of(name, call))


def actions_of(name: str, call: ast.Call) -> list[str]:
    """Return the act that a call tells of, or those that it chooses between."""
    said = [call.args[2]]
    while any(isinstance(one, ast.IfExp) for one in said):
        said = [
            branch
            for one in said
            for branch in ([one.body, one.orelse] if isinstance(one, ast.IfExp) else [one])
        ]
    assert all(isinstance(one, ast.Constant) for one in said), f"{name}:{call.lineno}: say the act as it is"
    return [str(one.value) for one in said if isinstance(one, ast.Constant)]


def is_about_a_person(call: ast.Call) -> bool:
    return any(keyword.arg == "person_id" for keyword in call.keywords)


def test_acts__are_found() -> None:
    found = dict(recorded())
    assert len(found) > 40
    assert found["open_booking"]
    assert found["open_case"]
    assert not found["publish"]
    assert not found["sign_log_check"]


def test_every_act__has_a_text__and_one_for_whom_it_is_about() -> None:
    wanted = {f"staff.log.acts.{action}" for action, _ in recorded()}
    wanted |= {f"staff.log.to_patient.{action}" for action, about_a_person in recorded() if about_a_person}
    assert wanted - CATALOG["sv"].keys() == set()


def test_every_purpose_role_and_judgement__has_a_text() -> None:
    wanted = {f"staff.log.purpose.{purpose}" for purpose in Purpose}
    wanted |= {f"staff.log.role.{role}" for role in Role}
    wanted |= {f"staff.log_check.{judgement}" for judgement in Judgement}
    assert wanted <= CATALOG["sv"].keys()
