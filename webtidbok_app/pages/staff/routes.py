"""The staff's pages: address, builder, title and what runs when one comes there. Swedish only."""

from webtidbok_app.pages.staff.booking import booking_page
from webtidbok_app.pages.staff.day_list import day_list_page
from webtidbok_app.pages.staff.publish import publish_page
from webtidbok_app.pages.staff.week import week_page
from webtidbok_app.state.common import SessionState
from webtidbok_app.state.staff_booking import StaffBookingState
from webtidbok_app.state.staff_day import StaffDayState
from webtidbok_app.state.staff_publish import StaffPublishState
from webtidbok_app.state.staff_week import StaffWeekState

ROUTES = [
    (
        "/personal",
        week_page,
        "staff.week.title",
        [SessionState.load, StaffWeekState.load, StaffWeekState.welcome],
    ),
    ("/personal/publicera", publish_page, "staff.publish.title", [SessionState.load, StaffPublishState.load]),
    ("/personal/bokningar", day_list_page, "staff.day.title", [SessionState.load, StaffDayState.load]),
    (
        "/personal/bokning/[booking]",
        booking_page,
        "staff.booking.title",
        [SessionState.load, StaffBookingState.load],
    ),
]
