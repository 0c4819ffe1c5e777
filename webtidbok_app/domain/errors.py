"""The error tree: every way a use case can say no.

    WebtidbokError(code, **facts)        code is stable; facts hold nothing personal
    ├─ NotAllowed                        wrong role, or nobody logged in
    │   └─ OmbudEnded
    ├─ NotFound                          does not exist, or is not yours: the same answer
    ├─ RuleViolation                     the clinic's or the region's rules say no
    │   ├─ TermsNotAccepted
    │   ├─ AgeOutside
    │   ├─ InvitedOnly
    │   ├─ BookingStopped
    │   ├─ TooLateToChange
    │   ├─ TooEarly
    │   ├─ LimitReached
    │   ├─ TooManyBookings
    │   ├─ TooManyCodes
    │   ├─ TooManyRequests
    │   ├─ TooFast
    │   ├─ TooManyToRemove
    │   ├─ MessagesNeeded
    │   ├─ OmbudNotHere
    │   ├─ LastAdministrator
    │   ├─ ConnectionNotTested
    │   ├─ HasBookings
    │   ├─ HasUnsettledWrites
    │   └─ CapabilityMissing
    │       └─ TimesElsewhere
    ├─ Conflict                          somebody was first
    │   ├─ SlotTaken
    │   ├─ NoMoreExtras
    │   ├─ InvitationEnded
    │   ├─ HoldExpired
    │   ├─ SlotWithdrawn
    │   ├─ AlreadyCancelled
    │   ├─ StaleVersion
    │   ├─ ScheduleChanged
    │   ├─ CaseTaken
    │   ├─ CaseEnded
    │   └─ Overlaps
    ├─ InvalidInput(problems)            field → code
    ├─ JournalError                      the clinic's timebook
    │   ├─ JournalUnavailable
    │   ├─ JournalRejected
    │   │   └─ JournalRejectedUnexplained
    │   └─ OutcomeUnknown
    └─ Unavailable                       our own parts: database, identity provider
        ├─ DatabaseBusy
        ├─ RegisterDown
        └─ IdentityProviderDown

The code is the class name in snake case, so that logs, texts (``errors.<code>``) and tests agree.
"""

import re
from collections.abc import Mapping


class WebtidbokError(Exception):
    """Base of all expected failures. ``facts`` fill in the text and never hold personal data."""

    code = "webtidbok_error"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts


class NotAllowed(WebtidbokError):
    """The actor's role may not do this."""


class OmbudEnded(NotAllowed):
    """Who has logged in may not act for the child any more: it has turned 13, or the register says otherwise."""


class NotFound(WebtidbokError):
    """There is no such thing, or it belongs to somebody else. Callers cannot tell which."""


class RuleViolation(WebtidbokError):
    """A rule of the clinic or the region stands in the way."""


class TermsNotAccepted(RuleViolation):
    """The clinic's terms for this case type are not accepted in their current version."""


class AgeOutside(RuleViolation):
    """The time type is for another age. Facts: ``min_age``, ``max_age`` in whole years, or None."""


class InvitedOnly(RuleViolation):
    """The time type can be booked only by those whom the clinic has invited."""


class OutsideInvitation(RuleViolation):
    """The new time is on another day than the resident was invited to. Facts: ``first_day``, ``last_day`` (dates)."""


class BookingStopped(RuleViolation):
    """Booking is stopped for now, here or everywhere. Facts: ``why`` (the notice, by language), ``phone``."""


class TooLateToChange(RuleViolation):
    """The last moment to cancel has passed. Facts: ``deadline`` (aware), ``phone``."""


class TooEarly(RuleViolation):
    """It is not time for it yet. Facts: ``earliest`` (aware)."""


class LimitReached(RuleViolation):
    """Too many times chosen within an hour. Facts: ``retry_at`` (aware)."""


class TooManyBookings(RuleViolation):
    """The resident has as many coming times of the time type as one can have. Facts: ``most``."""


class TooManyCodes(RuleViolation):
    """Too many codes sent within an hour. Facts: ``retry_at`` (aware)."""


class TooManyRequests(RuleViolation):
    """The resident has as many requests at the clinic as it can have unended. Facts: ``phone``."""


class TooFast(RuleViolation):
    """More is sent from one page than anybody can press. What was too much was not done."""


class TooManyToRemove(RuleViolation):
    """More than is taken away at once. Facts: ``booked`` and ``times``, how many, and ``most``, the limit of which."""


class MessagesNeeded(RuleViolation):
    """The resident gets no messages, and could not be told."""


class OmbudNotHere(RuleViolation):
    """The clinic's timebook cannot be told that somebody acts for their child. Facts: ``phone``."""


class LastAdministrator(RuleViolation):
    """Nobody else could say who may what there: somebody has to be made administrator first."""


class ConnectionNotTested(RuleViolation):
    """The last test call to the clinic's journal system did not succeed, or was before the latest change."""


class HasBookings(RuleViolation):
    """The clinic has coming bookings in our own timebook, which nobody would see any more. Facts: ``booked``."""


class HasUnsettledWrites(RuleViolation):
    """What was asked of the clinic's journal system is still looked for where it was sent."""


class CapabilityMissing(RuleViolation):
    """The clinic has not turned this on, or its timebook cannot do it."""


class TimesElsewhere(CapabilityMissing):
    """The clinic's times stand in a journal system of its own: its staff decide them there."""


class CannotBeMoved(RuleViolation):
    """The booking cannot be exchanged for a time at that other clinic. It stands as it was."""


class Conflict(WebtidbokError):
    """Somebody else was first, or the thing has changed since it was shown."""


class SlotTaken(Conflict):
    """The time has no place left."""


class NoMoreExtras(Conflict):
    """The time is overbooked with as many as it can be. Facts: ``most``."""


class InvitationEnded(Conflict):
    """The invitation is answered, has run out or was withdrawn."""


class HoldExpired(Conflict):
    """The resident's hold ran out before the booking was made."""


class SlotWithdrawn(Conflict):
    """The clinic has withdrawn the time, or it has passed."""


class AlreadyCancelled(Conflict):
    """The booking is already cancelled."""


class StaleVersion(Conflict):
    """What was shown has been replaced by a newer version."""


class ScheduleChanged(Conflict):
    """Staff have changed the schedule since it was shown. Facts: ``changed_by`` (a name), ``changed_at`` (aware)."""


class CaseTaken(Conflict):
    """Another member of staff has the case. Facts: ``taken_by`` (a name)."""


class CaseEnded(Conflict):
    """The case is closed or taken back: nothing more can be written in it."""


class Overlaps(Conflict):
    """The performer is busy then. Facts: ``clashes``, a list of starts (aware)."""


class InvalidInput(WebtidbokError):
    """Input that has to be mended. ``problems`` maps a field's name to a text key under ``errors``."""

    def __init__(self, problems: Mapping[str, str], **facts: object) -> None:
        super().__init__(**facts)
        self.problems = dict(problems)


class JournalError(WebtidbokError):
    """The clinic's timebook failed."""


class JournalUnavailable(JournalError):
    """The timebook does not answer. Nothing was changed."""


class JournalRejected(JournalError):
    """The timebook said no for a reason of its own. Facts: ``text``, to be shown to the resident."""


class JournalRejectedUnexplained(JournalRejected):
    """The timebook said no, and not why. ``text`` is empty."""


class OutcomeUnknown(JournalError):
    """The answer was lost after the request was sent: look up, never retry. Facts: ``correlation_id``, ``write_id``."""


class Unavailable(WebtidbokError):
    """A part of our own is out of order for the moment."""


class DatabaseBusy(Unavailable):
    """The database is locked or unreachable. Nothing was changed."""


class RegisterDown(Unavailable):
    """The population register does not answer, or with what is too old."""


class IdentityProviderDown(Unavailable):
    """The identity provider does not answer."""
