"""Between the contracts' words and ours: nights when clocks change, identities, and what residents have said."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.domain.errors import NotFound
from webtidbok_app.domain.swedish_time import NoSuchWallTime
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.rivta import translate
from webtidbok_app.journal.rivta.docbook import to_rich_text
from webtidbok_app.journal.rivta.failures import of_fault, of_status
from webtidbok_app.journal.rivta.translate import Asked, Token, free_times, token_of
from webtidbok_app.rivta.messages import Timeslot
from webtidbok_app.rivta.soap import Fault

UNIT = "SE2321000016-1hz5"
DOCBOOK, FAST = "http://docbook.org/ns/docbook", "<para>Ät inget.</para>"
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=40)


wall = datetime.fromisoformat


def slot(start: datetime, minutes: int = 30, **facts) -> Timeslot:
    return Timeslot(
        start=start, end=start + timedelta(minutes=minutes), **{"healthcare_facility": UNIT} | facts
    )


def starts(*found: Timeslot) -> list[datetime]:
    return [one.starts_at for one in free_times(found, UNIT, "besok", {}).values()]


@pytest.mark.parametrize(
    ("shown", "there"),
    [
        (wall("2026-03-29T01:00"), True),
        (wall("2026-03-29T02:00"), False),
        (wall("2026-03-29T02:30"), False),
        (wall("2026-03-29T03:00"), True),
        (wall("2026-10-25T01:00"), True),
        (wall("2026-10-25T01:45"), False),  # it ends in the hour that comes twice
        (wall("2026-10-25T02:00"), False),
        (wall("2026-10-25T02:30"), False),
        (wall("2026-10-25T03:00"), True),
    ],
)
def test_free_time__in_an_hour_that_is_skipped_or_repeated_is_left_out(shown, there):
    assert bool(starts(slot(shown))) == there


def test_booked_time__in_an_hour_that_comes_twice_is_the_first():
    assert translate.instant(wall("2026-10-25T02:30")) == wall("2026-10-25T00:30Z")
    assert translate.instant(wall("2026-03-29T02:30")) == wall("2026-03-29T01:30Z")


@given(
    st.datetimes(wall("2026-01-01T00:00"), wall("2030-01-01T00:00")).map(
        lambda one: one.replace(microsecond=0)
    )
)
def test_moment__that_clocks_show_once_is_the_same_there_and_back(shown):
    try:
        moment = translate.certain_instant(shown)
    except NoSuchWallTime:
        return
    assert translate.wall_time(moment) == shown
    assert translate.instant(shown) == moment


@pytest.mark.parametrize(
    "odd",
    [
        Timeslot(healthcare_facility=UNIT),
        slot(wall("2026-12-01T09:00"), minutes=0),
        slot(wall("2026-12-01T09:00"), minutes=-10),
        slot(wall("2026-12-01T09:00"), healthcare_facility="SE2321000016-OTHER"),
    ],
)
def test_free_time__that_is_none_of_ours_is_left_out(odd):
    assert starts(odd) == []


def test_unit__is_compared_without_case():
    assert starts(slot(wall("2026-12-01T09:00"), healthcare_facility=UNIT.upper())) != []


def test_same_time_told_twice__has_two_places_and_other_performers_none_of_them():
    nine = wall("2026-12-01T09:00")
    told = [slot(nine, performer="SE1-a"), slot(nine, performer="se1-A"), slot(nine, performer="SE1-B")]
    found = free_times(told, UNIT, "besok", {"SE1-A": "Anna Ek"})
    assert [(one.performer_id, one.performer, one.places_left) for one in found.values()] == [
        ("SE1-B", "", 1), ("SE1-A", "Anna Ek", 2),
    ]  # fmt: skip


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_token__is_what_it_was_made_of_and_safe_in_addresses(time_type, performer, resource):
    token = Token(time_type, "20261201090000", "20261201093000", performer, resource)
    try:
        words = str(token)
    except UnicodeEncodeError:
        return  # half a sign, which XML cannot hold
    assert words.replace("-", "").replace("_", "").isalnum()
    assert (Token.read(words), len(token.key)) == (token, 64)


@pytest.mark.parametrize(
    "forged", ["", "x", "e30", "WzFd", "WyJhIl0", "\N{SNOWMAN}", "'; DROP TABLE slot", "0" * 32]
)
def test_token__that_is_forged_is_not_found(forged):
    with pytest.raises(NotFound):
        assert Token.read(forged).starts_at


def test_token__tells_performers_without_case():
    nine = wall("2026-12-01T09:00")
    assert token_of(slot(nine, performer="se1-a"), "x") == token_of(slot(nine, performer="SE1-A"), "x")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_ids__of_any_form_come_back_as_they_were(of_journal):
    ours = translate.booking_id(of_journal)
    assert translate.journals_booking_id(ours) == of_journal
    assert Asked.of(translate.time_type_id(of_journal)) == Asked(time_type=of_journal)
    assert Asked.of(translate.invitation_id(of_journal)) == Asked(invitation=of_journal)


@given(WORDS, WORDS, WORDS)
def test_what_is_said__is_heard_again(reason, interpreter, needs):
    reason, interpreter, needs = (" ".join(one.split()) for one in (reason, interpreter, needs))
    if reason.startswith((translate.INTERPRETER.strip(), translate.NEEDS.strip())):
        return
    said = BookingDetails(reason=reason, interpreter=interpreter, access_needs=needs)
    assert translate.heard(translate.say(said)) == (reason, interpreter, needs)


def test_reason__of_several_lines_keeps_them():
    assert translate.heard("Ont i knät\nsedan maj\nTolk: finska") == ("Ont i knät\nsedan maj", "finska", "")


def test_nothing_said__is_left_out():
    assert translate.say(BookingDetails()) is None


@pytest.mark.parametrize(
    ("purpose", "kept"),
    [
        ("", ""),
        ("Kom fastande.\nTa med legitimation.", "<p>Kom fastande.</p><p>Ta med legitimation.</p>"),
        ("Värdet < 5 & mer", "<p>Värdet &lt; 5 &amp; mer</p>"),
        (
            f'<article xmlns="{DOCBOOK}"><title>Kallelse</title><section><title>Före</title>{FAST}</section></article>',
            "<p><strong>Kallelse</strong></p><p><strong>Före</strong></p><p>Ät inget.</p>",
        ),
        (
            '<article><para>Läs <ulink url="https://example.org/a?b=1&amp;c=2">mer</ulink> här.</para></article>',
            '<p>Läs <a href="https://example.org/a?b=1&amp;c=2" rel="noopener">mer</a> här.</p>',
        ),
        ('<article><para><ulink url="javascript:alert(1)">Tryck</ulink></para></article>', "<p>Tryck</p>"),
        ("<article><script>alert(1)</script><para>Hej</para></article>", "<p>alert(1)</p><p>Hej</p>"),
        ('<article><para onclick="x()">Hej<b>då</b></para></article>', "<p>Hejdå</p>"),
        ("<article><para>Trasig", "<p>&lt;article&gt;&lt;para&gt;Trasig</p>"),
    ],
)
def test_purpose__becomes_our_own_rich_text_and_nothing_else(purpose, kept):
    assert to_rich_text(purpose) == kept


def test_purpose__with_a_document_type_is_shown_as_words_and_reads_no_file():
    purpose = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><article><para>&e;</para></article>'
    assert "root:" not in to_rich_text(purpose)


@pytest.mark.parametrize("code", [f"VP{number:03}" for number in range(1, 16)])
def test_platforms_fault__was_not_done_unless_it_lost_the_producer(code):
    failed = of_fault(Fault("Server", f"{code} [prod] Något gick fel"))
    assert (failed.failure, failed.not_done) == (code, code != "VP009")


@pytest.mark.parametrize(
    "text",
    ["Okänt fel", "VP099 [prod] finns inte", "AVP0010", "Fel hos oss: VP004 [prod] Ingen väg", "VP004"],
)
def test_other_faults__are_the_journal_systems_own_and_uncertain(text):
    failed = of_fault(Fault("Client", text))
    assert (failed.failure, failed.not_done, failed.is_of_client) == ("fault", False, True)


@pytest.mark.parametrize(
    ("status", "not_done"),
    [(401, True), (403, True), (404, True), (405, True), (413, True), (200, False), (302, False), (400, False),
     (408, False), (500, False), (502, False), (503, False), (504, False)],
)  # fmt: skip
def test_status__says_for_certain_that_nothing_was_done_only_where_nobody_read_it(status, not_done):
    assert of_status(status).not_done == not_done
