"""The staff's pages: address, builder, title and what runs when one comes there. Swedish only."""

from webtidbok_app.pages.staff.booking import booking_page, cancel_page
from webtidbok_app.pages.staff.case import case_page
from webtidbok_app.pages.staff.changes import changes_page, undo_page
from webtidbok_app.pages.staff.commissions import commissions_page
from webtidbok_app.pages.staff.connected import unless_connected
from webtidbok_app.pages.staff.connection import connection_page, switch_page
from webtidbok_app.pages.staff.connection_state import connection_state_page
from webtidbok_app.pages.staff.consumers import consumers_page
from webtidbok_app.pages.staff.copy import copy_check_page, copy_done_page, copy_page
from webtidbok_app.pages.staff.day_list import day_list_page
from webtidbok_app.pages.staff.demo_journal import demo_journal_page
from webtidbok_app.pages.staff.desk import check_page as desk_check_page
from webtidbok_app.pages.staff.desk import done_page as desk_done_page
from webtidbok_app.pages.staff.desk import times_page as desk_times_page
from webtidbok_app.pages.staff.desk_who import who_page, without_number_page
from webtidbok_app.pages.staff.deviations import deviations_page
from webtidbok_app.pages.staff.export import export_page
from webtidbok_app.pages.staff.import_times import import_check_page, import_done_page, import_page
from webtidbok_app.pages.staff.inbox import inbox_page
from webtidbok_app.pages.staff.invitations import invitation_page, invitations_page, invite_page
from webtidbok_app.pages.staff.month import month_page
from webtidbok_app.pages.staff.publish import check_page, done_page, publish_page
from webtidbok_app.pages.staff.region import region_page
from webtidbok_app.pages.staff.removal import removal_page
from webtidbok_app.pages.staff.removed import removed_page
from webtidbok_app.pages.staff.search import search_page
from webtidbok_app.pages.staff.settings.general import general_page
from webtidbok_app.pages.staff.settings.log import log_by_colleague_page, log_by_patient_page
from webtidbok_app.pages.staff.settings.log_checks import log_check_page, log_checks_page
from webtidbok_app.pages.staff.settings.log_extract import log_extract_page
from webtidbok_app.pages.staff.settings.notices import (
    notice_page,
    region_notice_page,
    region_stop_page,
    stop_page,
)
from webtidbok_app.pages.staff.settings.performers import performers_page
from webtidbok_app.pages.staff.settings.permissions import (
    clinic_permissions_page,
    permissions_page,
    superadmins_page,
)
from webtidbok_app.pages.staff.settings.terms import terms_page
from webtidbok_app.pages.staff.settings.texts import case_type_page, presentation_page, texts_page
from webtidbok_app.pages.staff.settings.time_types import time_type_page, time_types_page
from webtidbok_app.pages.staff.templates import templates_page
from webtidbok_app.pages.staff.timebooks import timebooks_page
from webtidbok_app.pages.staff.undelivered import undelivered_page
from webtidbok_app.pages.staff.week import week_page
from webtidbok_app.pages.staff.week_template import (
    remove_template_page,
    use_check_page,
    use_done_page,
    use_template_page,
    week_template_page,
)
from webtidbok_app.pages.staff.week_templates import save_week_page, week_templates_page
from webtidbok_app.state.addresses import REGION_NOTICE
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff import performers, time_types, timebooks
from webtidbok_app.state.staff.booking import StaffBookingState
from webtidbok_app.state.staff.case import StaffCaseState
from webtidbok_app.state.staff.changes import StaffChangesState, StaffUndoState
from webtidbok_app.state.staff.commissions import CommissionState
from webtidbok_app.state.staff.connected import StaffConnectedState
from webtidbok_app.state.staff.connection import StaffConnectionState
from webtidbok_app.state.staff.connection_state import StaffConnectionStateState
from webtidbok_app.state.staff.consumers import StaffConsumersState
from webtidbok_app.state.staff.copy import StaffCopyState
from webtidbok_app.state.staff.day import StaffDayState
from webtidbok_app.state.staff.demo_journal import StaffDemoJournalState
from webtidbok_app.state.staff.desk import StaffDeskState
from webtidbok_app.state.staff.desk_who import StaffDeskWhoState
from webtidbok_app.state.staff.deviations import StaffDeviationsState
from webtidbok_app.state.staff.export import StaffExportState
from webtidbok_app.state.staff.import_times import StaffImportState
from webtidbok_app.state.staff.inbox import StaffInboxState
from webtidbok_app.state.staff.invitations import (
    StaffInvitationsState,
    StaffInvitationState,
    StaffInviteState,
)
from webtidbok_app.state.staff.log import StaffLogState
from webtidbok_app.state.staff.log_checks import StaffLogChecksState, StaffLogCheckState
from webtidbok_app.state.staff.month import StaffMonthState
from webtidbok_app.state.staff.notices import StaffNoticeState
from webtidbok_app.state.staff.performers import StaffPerformersState
from webtidbok_app.state.staff.permissions import StaffPermissionsState
from webtidbok_app.state.staff.personal import Personal, StaffArrivalState
from webtidbok_app.state.staff.publish import StaffPublishState
from webtidbok_app.state.staff.region import StaffRegionState
from webtidbok_app.state.staff.removal import PAGE as REMOVAL
from webtidbok_app.state.staff.removal import StaffRemovalState
from webtidbok_app.state.staff.removed import StaffRemovedState
from webtidbok_app.state.staff.search import StaffSearchState
from webtidbok_app.state.staff.settings import StaffSettingsState
from webtidbok_app.state.staff.template_use import StaffTemplateUseState
from webtidbok_app.state.staff.templates import StaffTemplatesState
from webtidbok_app.state.staff.terms import StaffTermsState
from webtidbok_app.state.staff.texts import StaffTextFormState, StaffTextsState
from webtidbok_app.state.staff.time_types import StaffTimeTypesState
from webtidbok_app.state.staff.timebooks import StaffTimebooksState
from webtidbok_app.state.staff.undelivered import StaffUndeliveredState
from webtidbok_app.state.staff.week import StaffWeekState
from webtidbok_app.state.staff.week_template import StaffWeekTemplateState
from webtidbok_app.state.staff.week_templates import StaffWeekTemplatesState

BOOKING = "/personal/bokning/[booking]"
REGION = "/personal/mottagningar"
TEMPLATE = "/personal/veckomallar/[week_template]"


def _arrive(*keep: type[Personal]) -> list[object]:
    """Return what runs first: what other pages have shown of anybody is forgotten, but for what ``keep`` shows."""
    return [SessionState.load, StaffArrivalState.forget([state.__name__ for state in keep])]


_ARRIVE = _arrive()
_AT_THE_DESK = _arrive(StaffDeskState, StaffDeskWhoState)

_AT_EVERY_CLINIC = (
    "/personal/anslutning",
    "/personal/behorigheter",
    "/personal/driftmeddelande",
    "/personal/forfragningar",
    "/personal/installningar",
    "/personal/logg",
    "/personal/meddelanden",
    "/personal/presentation",
    "/personal/superadministratorer",
    "/personal/svarsmallar",
    "/personal/texter",
    "/personal/tidbocker",
    "/personal/uppdrag",
    "/personal/villkor",
    "/qa/",
    REGION,
    REGION_NOTICE,
)
"""The pages, with all below them, that do not need the times to stand in our own timebook."""

_PAGES = [
    (
        "/personal",
        week_page,
        "staff.week.title",
        [*_ARRIVE, StaffWeekState.load, StaffWeekState.welcome, StaffWeekState.watch],
    ),
    (
        "/personal/manad",
        month_page,
        "staff.month.title",
        [*_ARRIVE, StaffMonthState.load, StaffMonthState.watch],
    ),
    ("/personal/publicera", publish_page, "staff.publish.title", [*_ARRIVE, StaffPublishState.load]),
    (
        "/personal/publicera/granska",
        check_page,
        "staff.preview.title",
        [*_ARRIVE, StaffPublishState.load_check],
    ),
    ("/personal/publicera/klart", done_page, "staff.published.page", [*_ARRIVE, StaffPublishState.load_done]),
    ("/personal/exportera", export_page, "staff.export.title", [*_ARRIVE, StaffExportState.load]),
    ("/personal/importera", import_page, "staff.import.title", [*_ARRIVE, StaffImportState.load]),
    (
        "/personal/importera/granska",
        import_check_page,
        "staff.preview.title",
        [*_ARRIVE, StaffImportState.load_check],
    ),
    (
        "/personal/importera/klart",
        import_done_page,
        "staff.published.page",
        [*_ARRIVE, StaffImportState.load_done],
    ),
    ("/personal/kopiera", copy_page, "staff.copy.title", [*_ARRIVE, StaffCopyState.load]),
    (
        "/personal/kopiera/granska",
        copy_check_page,
        "staff.preview.title",
        [*_ARRIVE, StaffCopyState.load_check],
    ),
    ("/personal/kopiera/klart", copy_done_page, "staff.published.page", [*_ARRIVE, StaffCopyState.load_done]),
    (
        "/personal/veckomallar",
        week_templates_page,
        "staff.week_templates.title",
        [*_ARRIVE, StaffWeekTemplatesState.load],
    ),
    (
        "/personal/veckomallar/ny",
        save_week_page,
        "staff.week_templates.save",
        [*_ARRIVE, StaffWeekTemplatesState.load_week],
    ),
    (
        "/personal/veckomallar/granska",
        use_check_page,
        "staff.preview.title",
        [*_ARRIVE, StaffTemplateUseState.load_check],
    ),
    (
        "/personal/veckomallar/klart",
        use_done_page,
        "staff.published.page",
        [*_ARRIVE, StaffTemplateUseState.load_done],
    ),
    (TEMPLATE, week_template_page, "staff.week_template.title", [*_ARRIVE, StaffWeekTemplateState.load]),
    (
        f"{TEMPLATE}/anvand",
        use_template_page,
        "staff.template_use.title",
        [*_ARRIVE, StaffTemplateUseState.load],
    ),
    (
        f"{TEMPLATE}/ta-bort",
        remove_template_page,
        "staff.week_template.remove",
        [*_ARRIVE, StaffWeekTemplateState.load],
    ),
    (
        "/personal/avvikande-tider",
        deviations_page,
        "staff.deviations.title",
        [*_ARRIVE, StaffDeviationsState.load],
    ),
    ("/personal/andringar", changes_page, "staff.changes.title", [*_ARRIVE, StaffChangesState.load]),
    (REMOVAL, removal_page, "staff.removal.title", [*_arrive(StaffRemovalState), StaffRemovalState.load]),
    (
        f"{REMOVAL}/[removal]",
        removed_page,
        "staff.removed.title",
        [*_arrive(StaffRemovedState), StaffRemovedState.load],
    ),
    ("/personal/andringar/[change]", undo_page, "staff.undo.title", [*_ARRIVE, StaffUndoState.load]),
    ("/personal/installningar", general_page, "staff.settings.title", [*_ARRIVE, StaffSettingsState.load]),
    ("/personal/logg", log_by_patient_page, "staff.log.patient_title", [*_ARRIVE, StaffLogState.load]),
    (
        "/personal/logg/medarbetare",
        log_by_colleague_page,
        "staff.log.colleague_title",
        [*_ARRIVE, StaffLogState.load],
    ),
    (
        "/personal/logg/utdrag",
        log_extract_page,
        "staff.log_extract.title",
        [*_arrive(StaffLogState), StaffLogState.load_extract],
    ),
    (
        "/personal/logg/stickprov",
        log_checks_page,
        "staff.log.checks_title",
        [*_ARRIVE, StaffLogChecksState.load],
    ),
    (
        "/personal/logg/stickprov/[sample]",
        log_check_page,
        "staff.log_check.title",
        [*_arrive(StaffLogCheckState), StaffLogCheckState.load],
    ),
    ("/personal/texter", texts_page, "staff.texts.title", [*_ARRIVE, StaffTextsState.load]),
    (
        "/personal/presentation",
        presentation_page,
        "staff.texts.presentation",
        [*_ARRIVE, StaffTextFormState.load],
    ),
    (
        "/personal/texter/[case_type]",
        case_type_page,
        "staff.texts.case_type",
        [*_ARRIVE, StaffTextFormState.load],
    ),
    ("/personal/villkor/[case_type]", terms_page, "staff.terms.title", [*_ARRIVE, StaffTermsState.load]),
    ("/personal/driftmeddelande", notice_page, "staff.notice.title", [*_ARRIVE, StaffNoticeState.load]),
    (
        "/personal/driftmeddelande/stoppa",
        stop_page,
        "staff.stop.heading",
        [*_ARRIVE, StaffNoticeState.load_stop],
    ),
    (REGION_NOTICE, region_notice_page, "staff.notice.title", [*_ARRIVE, StaffNoticeState.load]),
    (
        f"{REGION_NOTICE}/stoppa",
        region_stop_page,
        "staff.stop.heading",
        [*_ARRIVE, StaffNoticeState.load_stop],
    ),
    ("/personal/behorigheter", permissions_page, "permissions.title", [*_ARRIVE, StaffPermissionsState.load]),
    (REGION, region_page, "permissions.clinics.title", [*_ARRIVE, StaffRegionState.load]),
    (
        f"{REGION}/[clinic]",
        clinic_permissions_page,
        "permissions.title",
        [*_ARRIVE, StaffPermissionsState.load],
    ),
    (
        f"{REGION}/[clinic]/e-tjanster",
        consumers_page,
        "staff.consumers.title",
        [*_ARRIVE, StaffConsumersState.load],
    ),
    (
        "/personal/superadministratorer",
        superadmins_page,
        "permissions.superadmins",
        [*_ARRIVE, StaffPermissionsState.load],
    ),
    (
        "/personal/uppdrag",
        commissions_page,
        "permissions.commission.title",
        [*_ARRIVE, CommissionState.load],
    ),
    (timebooks.PAGE, timebooks_page, "staff.timebooks.title", [*_ARRIVE, StaffTimebooksState.load]),
    (
        f"{timebooks.PAGE}/[clinic]",
        connection_page,
        "staff.connection.title",
        [*_ARRIVE, StaffConnectionState.load],
    ),
    (
        f"{timebooks.PAGE}/[clinic]/byt",
        switch_page,
        "staff.switch.title",
        [*_ARRIVE, StaffConnectionState.load_switch],
    ),
    (
        "/personal/anslutning",
        connection_state_page,
        "staff.connection_state.title",
        [*_ARRIVE, StaffConnectionStateState.load],
    ),
    ("/qa/journalsystem", demo_journal_page, "staff.qa.title", [*_ARRIVE, StaffDemoJournalState.load]),
    (time_types.PAGE, time_types_page, "setup.types.title", [*_ARRIVE, StaffTimeTypesState.load]),
    (time_types.NEW, time_type_page, "setup.types.new", [*_ARRIVE, StaffTimeTypesState.load_one]),
    (
        f"{time_types.PAGE}/[time_type]",
        time_type_page,
        "setup.types.title",
        [*_ARRIVE, StaffTimeTypesState.load_one],
    ),
    (performers.PAGE, performers_page, "setup.performers.title", [*_ARRIVE, StaffPerformersState.load]),
    (
        "/personal/meddelanden",
        undelivered_page,
        "staff.undelivered.title",
        [*_ARRIVE, StaffUndeliveredState.load],
    ),
    (
        "/personal/bokningar",
        day_list_page,
        "staff.day.title",
        [*_ARRIVE, StaffDayState.load, StaffDayState.watch],
    ),
    (
        "/personal/sok",
        search_page,
        "staff.search.title",
        [*_arrive(StaffSearchState), StaffSearchState.load],
    ),
    (
        "/personal/forfragningar",
        inbox_page,
        "staff.inbox.title",
        [*_ARRIVE, StaffInboxState.load, StaffInboxState.watch],
    ),
    (
        "/personal/forfragningar/[case]",
        case_page,
        "staff.case.title",
        [*_arrive(StaffCaseState), StaffCaseState.load, StaffCaseState.watch],
    ),
    ("/personal/svarsmallar", templates_page, "staff.templates.title", [*_ARRIVE, StaffTemplatesState.load]),
    (
        "/personal/boka",
        who_page,
        "staff.desk.title",
        [*_arrive(StaffDeskWhoState), StaffDeskWhoState.load],
    ),
    (
        "/personal/boka/utan-nummer",
        without_number_page,
        "staff.without.title",
        [*_arrive(StaffDeskWhoState), StaffDeskWhoState.load],
    ),
    (
        "/personal/boka/tid",
        desk_times_page,
        "staff.desk_times.title",
        [*_arrive(StaffDeskState), StaffDeskState.load_times],
    ),
    (
        "/personal/boka/kontrollera",
        desk_check_page,
        "staff.desk_check.title",
        [*_AT_THE_DESK, StaffDeskState.load_check],
    ),
    (
        "/personal/boka/klart",
        desk_done_page,
        "staff.desk_done.title",
        [*_AT_THE_DESK, StaffDeskState.load_done],
    ),
    (
        "/personal/boka/kallelse",
        invite_page,
        "staff.invite.title",
        [*_AT_THE_DESK, StaffInviteState.load],
    ),
    (
        "/personal/kallelser",
        invitations_page,
        "staff.invitations.title",
        [*_ARRIVE, StaffInvitationsState.load],
    ),
    (
        "/personal/kallelser/[invitation]",
        invitation_page,
        "staff.invitation.title",
        [*_arrive(StaffInvitationState), StaffInvitationState.load],
    ),
    (
        f"{BOOKING}/omboka",
        desk_times_page,
        "staff.desk_times.rebook_title",
        [*_AT_THE_DESK, StaffDeskState.load_rebook],
    ),
    (
        BOOKING,
        booking_page,
        "staff.booking.title",
        [*_arrive(StaffBookingState, StaffSearchState), StaffBookingState.load],
    ),
    (
        f"{BOOKING}/avboka",
        cancel_page,
        "staff.cancel.page",
        [*_arrive(StaffBookingState, StaffSearchState), StaffBookingState.load_cancel],
    ),
]
ROUTES = [
    (address, page, title, on_load)
    if address.startswith(_AT_EVERY_CLINIC)
    else (address, unless_connected(page), title, [*on_load, StaffConnectedState.load])
    for address, page, title, on_load in _PAGES
]
