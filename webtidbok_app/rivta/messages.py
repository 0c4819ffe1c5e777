"""The messages of crm:scheduling 1.1, of PingForConfiguration and of the engagement index.

Field names are ours where the schema's own differ in style alone; its spelling, ``perfomer`` and ``timeTypeId`` among
it, is the schema's. Moments are naive Swedish local time: ``rivta.wall_time`` makes instants of them.
"""

from datetime import date, datetime
from enum import StrEnum

from webtidbok_app.rivta.codec import Message, element

SCHEDULING = "urn:riv:crm:scheduling"
CORE = f"{SCHEDULING}:1"
CORE_1_1 = f"{SCHEDULING}:1.1"
MONITORING = "urn:riv:itintegration:monitoring:PingForConfigurationResponder:1"
INDEX = "urn:riv:itintegration:engagementindex"
INDEX_CORE = f"{INDEX}:1"


def _responder(contract: str, minor: str = "1") -> str:
    return f"{SCHEDULING}:{contract}Responder:{minor}"


class ResultCode(StrEnum):
    """How a write went. INFO is done, with words that the patient must see; ERROR is not done."""

    OK = "OK"
    INFO = "INFO"
    ERROR = "ERROR"


class Timeslot(Message, ns=CORE):
    """TimeslotType: a free time, a booking or an invitation. An absent flag is false (TKB 1.1.5, 7.1)."""

    start: datetime | None = element("startTimeInclusive", datetime)
    end: datetime | None = element("endTimeExclusive", datetime)
    healthcare_facility: str = element(required=True)
    performer: str | None = element()
    booking_id: str | None = element("bookingId")
    subject_of_care: str | None = element()
    purpose: str | None = element()
    reason: str | None = element()
    resource_name: str | None = element("resourceName")
    healthcare_facility_name: str | None = element()
    performer_name: str | None = element("performerName")
    resource_id: str | None = element("resourceID")
    time_type_name: str | None = element("timeTypeName")
    time_type_id: str | None = element("timeTypeID")
    care_type_name: str | None = element("careTypeName")
    care_type_id: str | None = element("careTypeID")
    cancel_booking_allowed: bool | None = element(of=bool)
    rebooking_allowed: bool | None = element(of=bool)
    message_allowed: bool | None = element(of=bool)
    is_invitation: bool | None = element("isInvitation", bool, ns=CORE_1_1)


class SubjectOfCare(Message, ns=CORE):
    """SubjectOfCareType: how the patient is reached, and their name as in the population register."""

    phone: str | None = element()
    email: str | None = element()
    address: str | None = element()
    coaddress: str | None = element()
    first_name: str = element("firstName", ns=CORE_1_1, required=True)
    middle_name: str | None = element("middleName", ns=CORE_1_1)
    last_name: str = element("lastName", ns=CORE_1_1, required=True)


class TimeType(Message, ns=CORE):
    """TimeTypeType."""

    name: str = element("timeTypeName", required=True)
    id: str = element("timeTypeId", required=True)


class CareType(Message, ns=CORE):
    """CareTypeType."""

    name: str = element("careTypeName", required=True)
    id: str = element("careTypeId", required=True)


class PerformerInfo(Message, ns=CORE):
    """PerformerInfoType."""

    performer: str = element("perfomer", required=True)
    first_name: str = element("firstName", required=True)
    last_name: str = element("lastName", required=True)
    title: str | None = element()


class HealthcareFacilityInfo(Message, ns=CORE):
    """HealthcareFacilityInfoType."""

    healthcare_facility: str = element(required=True)
    healthcare_facility_name: str | None = element()


class GetAllTimeTypes(Message, ns=_responder("GetAllTimeTypes")):
    """Ask for the bookable time types."""

    healthcare_facility: str = element(required=True)
    care_type_ids: tuple[str, ...] = element(
        "careTypeIDs", ns=_responder("GetAllTimeTypes", "1.1"), many=True
    )
    subject_of_care: str | None = element(ns=_responder("GetAllTimeTypes", "1.1"))


class GetAllTimeTypesResponse(Message, ns=_responder("GetAllTimeTypes")):
    """The bookable time types."""

    time_types: tuple[TimeType, ...] = element("ListOfTimeTypes", TimeType, many=True)


class GetAvailableDates(Message, ns=_responder("GetAvailableDates")):
    """Ask for the days that have free times. With a booking's id it is asked to rebook that."""

    healthcare_facility: str = element(required=True)
    booking_id: str | None = element("bookingId")
    first: date = element("startDateInclusive", date, required=True)
    last: date = element("endDateInclusive", date, required=True)
    performers: tuple[str, ...] = element("performer", many=True)
    time_type_name: str | None = element("timeTypeName")
    time_type_id: str | None = element("timeTypeID")
    care_type_name: str | None = element("careTypeName")
    care_type_id: str | None = element("careTypeID")
    subject_of_care: str | None = element(ns=_responder("GetAvailableDates", "1.1"))


class PerformerAvailabilityByDate(Message, ns=_responder("GetAvailableDates")):
    """A day on which somebody or something has free times."""

    healthcare_facility: str = element(required=True)
    performer: str | None = element()
    day: date | None = element("date", date)
    resource_name: str | None = element("resourceName")
    resource_id: str | None = element("resourceID")
    time_type_name: str | None = element("timeTypeName")
    time_type_id: str | None = element("timeTypeID")
    care_type_name: str | None = element("careTypeName")
    care_type_id: str | None = element("careTypeID")


class GetAvailableDatesResponse(Message, ns=_responder("GetAvailableDates")):
    """The days that have free times, each once for every performer or resource."""

    availabilities: tuple[PerformerAvailabilityByDate, ...] = element(
        "performerAvailabilityByDate", PerformerAvailabilityByDate, many=True
    )


class GetAvailableTimeslots(Message, ns=_responder("GetAvailableTimeslots")):
    """Ask for the free times. With a booking's id it is asked to rebook that."""

    healthcare_facility: str = element(required=True)
    booking_id: str | None = element("bookingId")
    first: date = element("startDateInclusive", date, required=True)
    last: date = element("endDateInclusive", date, required=True)
    performers: tuple[str, ...] = element("performer", many=True)
    time_type_name: str | None = element("timeTypeName")
    time_type_id: str | None = element("timeTypeID")
    care_type_name: str | None = element("careTypeName")
    care_type_id: str | None = element("careTypeID")
    subject_of_care: str | None = element(ns=_responder("GetAvailableTimeslots", "1.1"))


class GetAvailableTimeslotsResponse(Message, ns=_responder("GetAvailableTimeslots")):
    """The free times."""

    timeslots: tuple[Timeslot, ...] = element("timeslotDetail", Timeslot, many=True)


class MakeBooking(Message, ns=_responder("MakeBooking")):
    """Book. ``healthcare_facility_med`` is the unit that is addressed; with a booking's id it answers an invitation."""

    healthcare_facility_med: str = element(required=True)
    requested_timeslot: Timeslot = element("requestedTimeslot", Timeslot, required=True)
    subject_of_care_info: SubjectOfCare | None = element(of=SubjectOfCare)
    notification: str | None = element()


class MakeBookingResponse(Message, ns=_responder("MakeBooking")):
    """How it went; with the booking's id when it was made."""

    booking_id: str | None = element("bookingId")
    result_code: ResultCode = element("resultCode", ResultCode, required=True)
    result_text: str | None = element("resultText")


class UpdateBooking(Message, ns=_responder("UpdateBooking")):
    """Exchange the time of the booking that the timeslot names."""

    requested_timeslot: Timeslot = element("requestedTimeslot", Timeslot, required=True)
    subject_of_care_info: SubjectOfCare | None = element(of=SubjectOfCare)
    notification: str | None = element()


class UpdateBookingResponse(Message, ns=_responder("UpdateBooking")):
    """How it went. Whether the booking kept its id is not told: read the schedule again."""

    result_code: ResultCode = element("resultCode", ResultCode, required=True)
    result_text: str | None = element("resultText")


class CancelBooking(Message, ns=_responder("CancelBooking")):
    """Cancel. Whose booking it is, is not said: it has to be looked up first."""

    healthcare_facility: str = element(required=True)
    booking_id: str = element("bookingId", required=True)
    message: str | None = element()


class CancelBookingResponse(Message, ns=_responder("CancelBooking")):
    """How it went."""

    result_code: ResultCode = element("resultCode", ResultCode, required=True)
    result_text: str | None = element("resultText")


class GetSubjectOfCareSchedule(Message, ns=_responder("GetSubjectOfCareSchedule")):
    """Ask for a person's booked times at a unit."""

    healthcare_facility: str = element(required=True)
    subject_of_care: str = element(required=True)


class GetSubjectOfCareScheduleResponse(Message, ns=_responder("GetSubjectOfCareSchedule")):
    """The booked times; open invitations are not among them."""

    timeslots: tuple[Timeslot, ...] = element("timeslotDetail", Timeslot, many=True)


class GetBookingDetails(Message, ns=_responder("GetBookingDetails")):
    """Ask for one booking or invitation."""

    healthcare_facility: str = element(required=True)
    booking_id: str = element("bookingId", required=True)


class GetBookingDetailsResponse(Message, ns=_responder("GetBookingDetails")):
    """The booking, or an invitation; an open one has no start."""

    timeslot: Timeslot = element("timeslotDetail", Timeslot, required=True)


class GetAllCareTypes(Message, ns=_responder("GetAllCareTypes")):
    """Ask for the kinds of care."""

    healthcare_facility: str = element(required=True)
    time_type_ids: tuple[str, ...] = element("timeTypeIDs", many=True)
    performers: tuple[str, ...] = element("performer", many=True)
    subject_of_care: str = element(required=True)


class GetAllCareTypesResponse(Message, ns=_responder("GetAllCareTypes")):
    """The kinds of care."""

    care_types: tuple[CareType, ...] = element("careTypes", CareType, many=True)


class GetAllHealthcareFacilities(Message, ns=_responder("GetAllHealthcareFacilities")):
    """Ask for the units that can be chosen, or that a booking can be moved to."""

    healthcare_facility: str = element(required=True)
    subject_of_care: str = element(required=True)
    booking_id: str | None = element("bookingId")


class GetAllHealthcareFacilitiesResponse(Message, ns=_responder("GetAllHealthcareFacilities")):
    """The units."""

    facilities: tuple[HealthcareFacilityInfo, ...] = element(
        "healthcareFacilityInfos", HealthcareFacilityInfo, many=True
    )


class GetAllPerformers(Message, ns=_responder("GetAllPerformers")):
    """Ask for the staff that can be chosen."""

    healthcare_facility: str = element(required=True)
    time_type_ids: tuple[str, ...] = element("timeTypeIDs", many=True)
    care_type_ids: tuple[str, ...] = element("careTypeIDs", many=True)
    subject_of_care: str = element(required=True)


class GetAllPerformersResponse(Message, ns=_responder("GetAllPerformers")):
    """The staff."""

    performers: tuple[PerformerInfo, ...] = element("performerInfos", PerformerInfo, many=True)


class PingForConfiguration(Message, ns=MONITORING):
    """Ask whether a producer is there."""


class Configuration(Message, ns=MONITORING):
    """A fact about the producer."""

    name: str = element(required=True)
    value: str = element(required=True)


class PingForConfigurationResponse(Message, ns=MONITORING):
    """It is."""

    version: str = element(required=True)
    at: datetime | None = element("pingDateTime", datetime)
    configuration: tuple[Configuration, ...] = element(of=Configuration, many=True)


class Engagement(Message, ns=INDEX_CORE):
    """EngagementType: that a person has something somewhere. Its key is all of it but ``most_recent_content``."""

    subject_of_care: str = element("registeredResidentIdentification", required=True)
    service_domain: str = element("serviceDomain", required=True)
    categorization: str = element(required=True)
    logical_address: str = element("logicalAddress", required=True)
    business_object_id: str = element("businessObjectInstanceIdentifier", required=True)
    clinical_process_interest_id: str = element("clinicalProcessInterestId", required=True)
    most_recent_content: datetime | None = element("mostRecentContent", datetime)
    source_system: str = element("sourceSystem", required=True)
    created_at: datetime | None = element("creationTime", datetime)
    updated_at: datetime | None = element("updateTime", datetime)
    data_controller: str = element("dataController", required=True)
    owner: str | None = element()


class EngagementTransaction(Message, ns=INDEX_CORE):
    """EngagementTransactionType: an engagement that has come, changed or gone."""

    delete: bool = element("deleteFlag", bool, required=True)
    engagement: Engagement = element(of=Engagement, required=True)


class Update(Message, ns=f"{INDEX}:UpdateResponder:1"):
    """Tell the engagement index."""

    transactions: tuple[EngagementTransaction, ...] = element(
        "engagementTransaction", EngagementTransaction, many=True
    )


class UpdateResponse(Message, ns=f"{INDEX}:UpdateResponder:1"):
    """How it went."""

    result_code: ResultCode = element("ResultCode", ResultCode, required=True)
    comment: str | None = element()


class FindContent(Message, ns=f"{INDEX}:FindContentResponder:1"):
    """Ask the engagement index where a person has something."""

    subject_of_care: str = element("registeredResidentIdentification", required=True)
    service_domain: str = element("serviceDomain", required=True)


class FindContentResponse(Message, ns=f"{INDEX}:FindContentResponder:1"):
    """What it knows."""

    engagements: tuple[Engagement, ...] = element("engagement", Engagement, many=True)
