"""Which staff may use which use case: the whole table, so that a new one has to say where it belongs."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from uuid import uuid4

import pytest

from webtidbok_app import services
from webtidbok_app.db import engine
from webtidbok_app.domain.actor import Role, Staff
from webtidbok_app.domain.errors import NotAllowed, TimesElsewhere
from webtidbok_app.services.authorise import (
    ADMINISTERS,
    APPOINTS,
    HANDLES_CASES,
    HANDLES_TIMES,
    SEES,
)

SUPERADMIN = frozenset({Role.REGION_ADMIN})
STAFF = frozenset({None, *Role})
GUARDS = frozenset(
    {
        "as_administrator", "as_appointer", "as_case_handler", "as_clinic_staff", "as_schedule_staff", "as_staff",
        "as_superadmin", "as_time_handler",
    }
)  # fmt: skip
MAY = {
    SEES: (
        "downtime.get_downtime_status", "export.export_schedule", "find_bookings.find_bookings",
        "connection_state.count_lost_answers", "connection_state.get_connection_state",
        "reception.note_printing",
        "clinic_settings.get_settings", "clinic_texts.get_texts",
        "deviations.list_deviations", "getting_started.get_start",
        "notices.list_notices", "performers.list_performers", "publication.list_choices",
        "reception.follow_day_list", "reception.get_day_list", "reception.open_booking", "schedule.follow_week",
        "schedule.get_week", "schedule_month.follow_month", "schedule_month.get_month",
        "schedule_changes.list_changes", "terms_versions.list_terms",
        "time_type_rules.list_rules", "undelivered.get_undelivered", "waiting.count_waiting",
    ),
    HANDLES_TIMES: (
        "deviations.add_deviation", "deviations.remove_deviation",
        "template_publication.apply_week_template", "template_publication.preview_template",
        "week_templates.add_series", "week_templates.add_week_template", "week_templates.duplicate_week_template",
        "week_templates.get_week_template", "week_templates.list_week_templates", "week_templates.remove_series",
        "week_templates.remove_week_template", "week_templates.rename_week_template",
        "desk_booking.book_for_resident", "desk_booking.open_to_rebook", "desk_booking.rebook_for_resident",
        "desk_check.weigh", "desk_people.find_person", "desk_people.look_up_again", "desk_times.list_times",
        "desk_people.find_without_number", "desk_people.register_person", "desk_people.register_without_number",
        "invitations.invite", "invitations.list_bookable_types", "invitations.list_invitations",
        "invitations.open_invitation", "invitations.withdraw_invitation", "attendance.mark_attendance",
        "import_times.import_times", "import_times.preview_import", "publication.preview_publication",
        "publication.publish", "reception.cancel_for_resident", "removed.get_removal", "removed.mark_phoned",
        "removed.note_printing", "removal.remove_times",
        "removal.take_back", "removal_impact.list_absent_choices", "removal_impact.weigh_removal",
        "schedule.weigh_withdrawal", "schedule.withdraw", "schedule_changes.find_undo_impact",
        "schedule_changes.undo", "week_copy.copy_week", "week_copy.find_empty_week",
        "week_copy.get_source_week", "week_copy.preview_copy",
    ),
    HANDLES_CASES: (
        "find_bookings.find_case",
        "answer_templates.add_template", "answer_templates.list_templates", "answer_templates.remove_template",
        "inbox.answer_case", "inbox.close_case", "inbox.follow_case", "inbox.follow_inbox", "inbox.get_inbox",
        "inbox.open_case", "inbox.release_case", "inbox.take_case", "inbox.write_note",
        "offers.find_offerable", "offers.offer_times", "offers.withdraw_offer",
    ),
    ADMINISTERS: (
        "log_checks.draw_check", "log_checks.judge_lines", "log_checks.list_checks", "log_checks.open_check",
        "log_checks.sign_check", "log_follow_up.find_older", "log_follow_up.list_colleagues",
        "log_follow_up.make_extract", "log_follow_up.search_by_colleague", "log_follow_up.search_by_patient",
        "clinic_settings.set_about", "clinic_settings.set_case_types", "clinic_settings.set_hold_minutes",
        "clinic_settings.set_messages", "clinic_settings.set_rebooking", "clinic_settings.set_watch",
        "clinic_texts.set_case_type_texts", "clinic_texts.set_presentation", "performers.save_performer",
        "terms_versions.plan_terms", "terms_versions.remove_terms", "time_type_rules.add_time_type",
        "time_type_rules.change_time_type",
    ),
    APPOINTS: (
        "permissions.change_role", "permissions.give_role", "permissions.list_permissions",
        "permissions.remove_role",
    ),
    SUPERADMIN: (
        "connection_switch.connect_clinic", "connection_switch.disconnect_clinic", "connections.get_connection",
        "connections.list_timebooks", "connections.save_connection", "connections.test_connection",
        "connection_switch.weigh_switch", "permissions.list_region_clinics", "riv_consumers.let_in",
        "riv_consumers.list_consumers", "riv_consumers.shut_out",
    ),
    STAFF: (
        "commissions.choose_commission", "commissions.list_commissions", "demo_journal.add_fault",
        "demo_journal.get_demo_journal", "demo_journal.remove_all_faults", "demo_journal.remove_fault",
    ),
}  # fmt: skip
"""Every use case of staff, by who may use it."""
OF_CONNECTED = (
    "answer_templates.", "clinic_settings.", "clinic_texts.", "commissions.", "connection_state.",
    "connection_switch.", "connections.", "demo_journal.", "find_bookings.find_case", "getting_started.", "inbox.",
    "log_checks.", "log_follow_up.", "notices.", "offers.", "permissions.", "riv_consumers.", "terms_versions.",
    "undelivered.",
)  # fmt: skip
"""What staff have also where the clinic's times stand in a journal system of its own; nothing of its times.

Offers, watches and rebooking elsewhere are refused by what that system can.
"""
TABLE = {name: roles for roles, names in MAY.items() for name in names}


def _use_cases() -> Iterator[str]:
    """Give every public function that takes an actor and asks for staff."""
    for module in pkgutil.iter_modules(services.__path__):
        found = importlib.import_module(f"{services.__name__}.{module.name}")
        for name, function in inspect.getmembers(found, inspect.isfunction):
            own = function.__module__ == found.__name__ and module.name != "authorise"
            if own and not name.startswith("_") and not GUARDS.isdisjoint(function.__code__.co_names):
                yield f"{module.name}.{name}"


def test_every_use_case_of_staff__stands_in_the_table() -> None:
    assert sorted(_use_cases()) == sorted(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
async def test_use_case_of_times__is_refused_where_they_stand_in_a_journal_system(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_database", object())
    role = max(TABLE[name] - {None, Role.REGION_ADMIN}, default=None)
    actor = Staff("SE2321000016-T001", "Rita Test", role, uuid4() if role else None, connected=True)
    refused = False
    try:
        await _start(name, actor)
    except TimesElsewhere:
        refused = True
    except Exception:  # noqa: BLE001, S110  whatever it wanted of a database that is not there
        pass
    assert refused != name.startswith(OF_CONNECTED)


async def _is_let_in(name: str, actor: Staff) -> bool:
    """Whether the use case gets beyond its beginning, where it says no, to its arguments: there are none to use."""
    try:
        await _start(name, actor)
    except NotAllowed:
        return False
    except Exception:  # noqa: BLE001  whatever it wanted of a database that is not there
        return True
    return True


async def _start(name: str, actor: Staff) -> None:
    module, _, function = name.partition(".")
    use_case = getattr(importlib.import_module(f"{services.__name__}.{module}"), function)
    arguments = {one: object() for one in inspect.signature(use_case).parameters if one != "actor"}
    started = use_case(actor, **arguments)
    await (anext(started) if inspect.isasyncgen(started) else started)


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("name", sorted(TABLE))
async def test_use_case__lets_in_those_who_may__and_nobody_else(
    name: str, role: Role | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_database", object())
    clinic_id = None if role in {None, Role.REGION_ADMIN} else uuid4()
    actor = Staff("SE2321000016-T001", "Rita Test", role, clinic_id, None if clinic_id else uuid4())
    assert await _is_let_in(name, actor) == (role in TABLE[name])
