"""What a page for staff has shown of anybody is forgotten on the next: which states that is, and what pages keep."""

import json

from webtidbok_app.pages.staff.routes import ROUTES
from webtidbok_app.state.staff.personal import Personal, StaffArrivalState

SHOW_SOMEBODY = {
    "StaffBookingState",
    "StaffCaseState",
    "StaffDeskState",
    "StaffDeskWhoState",
    "StaffInvitationState",
    "StaffLogCheckState",
    "StaffLogState",
    "StaffRemovalState",
    "StaffRemovedState",
    "StaffSearchState",
}
KEPT = {
    "/personal/boka": {"StaffDeskWhoState"},
    "/personal/boka/utan-nummer": {"StaffDeskWhoState"},
    "/personal/boka/tid": {"StaffDeskState"},
    "/personal/boka/kontrollera": {"StaffDeskState", "StaffDeskWhoState"},
    "/personal/boka/klart": {"StaffDeskState", "StaffDeskWhoState"},
    "/personal/boka/kallelse": {"StaffDeskState", "StaffDeskWhoState"},
    "/personal/bokning/[booking]": {"StaffBookingState", "StaffSearchState"},
    "/personal/bokning/[booking]/avboka": {"StaffBookingState", "StaffSearchState"},
    "/personal/bokning/[booking]/omboka": {"StaffDeskState", "StaffDeskWhoState"},
    "/personal/forfragningar/[case]": {"StaffCaseState"},
    "/personal/kallelser/[invitation]": {"StaffInvitationState"},
    "/personal/logg/stickprov/[sample]": {"StaffLogCheckState"},
    "/personal/logg/utdrag": {"StaffLogState"},
    "/personal/sok": {"StaffSearchState"},
    "/personal/ta-bort": {"StaffRemovalState"},
    "/personal/ta-bort/[removal]": {"StaffRemovedState"},
}


def test_states__that_show_somebody() -> None:
    assert {state.__name__ for state in Personal.__subclasses__()} == SHOW_SOMEBODY
    assert all(not state.__subclasses__() for state in Personal.__subclasses__())


def test_each_page__forgets_what_it_does_not_show() -> None:
    kept = {}
    for address, _, _, on_load in ROUTES:
        [forget] = [one for one in on_load if getattr(one, "handler", None) is StaffArrivalState.forget]
        [[_, names]] = forget.args
        kept[address] = set(json.loads(str(names)))
        assert kept[address] <= SHOW_SOMEBODY
    assert {address: names for address, names in kept.items() if names} == KEPT
