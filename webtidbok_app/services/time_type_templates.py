"""Time types that clinics often have, to begin from."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from webtidbok_app.domain.opening import ANY_TIME
from webtidbok_app.domain.visit import Bookable, ReasonRule, VisitForm
from webtidbok_app.services.time_type_rules import Rules

_FILE = Path(__file__).with_suffix(".toml")


@cache
def list_time_type_templates() -> dict[str, Rules]:
    """Return the templates by their short names, in the order of the file."""
    return {name: _rules(facts) for name, facts in tomllib.loads(_FILE.read_text("utf-8")).items()}


def _rules(facts: dict[str, Any]) -> Rules:
    own = dict(facts)
    opening = ANY_TIME._replace(notice_minutes=own.pop("notice_minutes", 60))
    kinds = {"visit_form": VisitForm, "bookable": Bookable, "reason": ReasonRule}
    chosen = {name: kind(own[name]) for name, kind in kinds.items() if name in own}
    return Rules(**{**own, **chosen, "opening": opening})
