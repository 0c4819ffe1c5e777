"""What a resident wants of a time: read from the address, written into it, and shown as a form."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from webtidbok_app.domain.swedish_time import PartOfDay
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.i18n import Lang, t, tn
from webtidbok_app.services.free_times import Choices, Wish
from webtidbok_app.state.present.words import form
from webtidbok_app.state.resident_views import WishView
from webtidbok_app.state.views import Choice

PERFORMER, FORM, WEEKDAYS, PART = "vem", "form", "veckodagar", "del"
"""The names of the parameters in the address, and of the form's fields."""
ID_MAX = 64
Named = TypeVar("Named", VisitForm, PartOfDay)


def read_wish(asked: Callable[[str], str]) -> Wish:
    """Return the wish that the address holds. ``asked`` gives its parameters; what means nothing is left out."""
    numbers = asked(WEEKDAYS).split(",")
    return Wish(
        performer_id=asked(PERFORMER)[:ID_MAX],
        visit_form=_named(VisitForm, asked(FORM)),
        weekdays=frozenset(int(number) - 1 for number in numbers if number in {*"1234567"}),
        part=_named(PartOfDay, asked(PART)),
    )


def wish_query(wish: Wish) -> Mapping[str, str]:
    """Return the wish as parameters of the address. Weekdays: 1 is Monday, as in ISO 8601."""
    return {
        PERFORMER: wish.performer_id,
        FORM: wish.visit_form or "",
        WEEKDAYS: ",".join(str(day + 1) for day in sorted(wish.weekdays)),
        PART: wish.part or "",
    }


def wish_view(wish: Wish, choices: Choices, lang: Lang) -> WishView:
    """Return the form with the wish filled in. Where there is nothing to choose among, it is not asked."""
    performers = [Choice(one, name) for one, name in choices.performers]
    forms = [Choice(one.value, form(one, lang)) for one in choices.visit_forms]
    count = sum(bool(part) for part in (wish.performer_id, wish.visit_form, wish.weekdays, wish.part))
    return WishView(
        performers=performers if len(performers) > 1 or wish.performer_id else [],
        performer=wish.performer_id,
        forms=forms if len(forms) > 1 or wish.visit_form else [],
        form=wish.visit_form or "",
        part=wish.part or "",
        weekdays=[str(day + 1) for day in sorted(wish.weekdays)],
        summary=tn(lang, "citizen.wish.active", count) if count else t(lang, "citizen.wish.title"),
        active=count > 0,
    )


def _named(kind: type[Named], value: str) -> Named | None:
    return kind(value) if value in list(kind) else None
