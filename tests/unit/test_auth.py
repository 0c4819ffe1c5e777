"""The parts of logging in that need neither a server nor a database."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from webtidbok_app.auth.gate import BURST, PER_SECOND, Buckets
from webtidbok_app.auth.permissions import permission_of, public, requires
from webtidbok_app.auth.principal import acting_as, current, require_resident, require_staff
from webtidbok_app.demo.personas import RESIDENTS, STAFF
from webtidbok_app.domain.actor import Resident, Role, Staff
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.domain.errors import NotAllowed, SlotTaken
from webtidbok_app.domain.ids import normalise_hsa_id
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.logs import Scrubber, is_reference, new_reference, report, scrub
from webtidbok_app.settings import DEMO_KEY, DEMO_SECRET, Settings
from webtidbok_app.web.built_pages import PlainAddresses, inline_script_hashes, pages
from webtidbok_app.web.headers import SecurityHeaders, content_security_policy
from webtidbok_app.web.routes import HOME, safe_path

RESIDENT = Resident(UUID(int=1), RESIDENTS[0].number, "Karin", "A")
CLINICIAN = Staff("SE2321000016-1", "Johan", Role.CLINICIAN, None)
REAL = {
    "encryption_keys": {"k": "a" * 44}, "lookup_key": "a", "cookie_key": "b",
    "resident_idp": {"issuer": "https://idp.example", "client_secret": "c"},
    "staff_idp": {"issuer": "https://staff.example", "client_secret": "d"},
}  # fmt: skip


def test_permission__is_for_those_named() -> None:
    clinicians = permission_of(requires(Role.CLINICIAN, Role.CLINIC_ADMIN)(_copy()))
    both = permission_of(requires("resident", "staff")(_copy()))
    everybody = permission_of(public(_copy()))
    assert clinicians
    assert both
    assert everybody
    assert [clinicians.allows(one) for one in (None, RESIDENT, CLINICIAN)] == [False, False, True]
    assert [both.allows(one) for one in (None, RESIDENT, CLINICIAN)] == [False, True, True]
    assert [everybody.allows(one) for one in (None, RESIDENT, CLINICIAN)] == [True, True, True]
    assert permission_of(_copy()) is None


def _copy():
    return lambda: None


def test_permission__for_nobody__is_a_mistake() -> None:
    with pytest.raises(TypeError):
        requires()


def test_principal__is_who_acts__within_the_block() -> None:
    assert current() is None
    with acting_as(RESIDENT):
        assert require_resident() is RESIDENT
        with pytest.raises(NotAllowed):
            require_staff()
        with acting_as(CLINICIAN):
            assert require_staff() is CLINICIAN
            assert require_staff(Role.CLINICIAN) is CLINICIAN
            with pytest.raises(NotAllowed):
                require_staff(Role.CLINIC_ADMIN)
            with pytest.raises(NotAllowed):
                require_resident()
        assert current() is RESIDENT
    assert current() is None


def test_flood__is_cut_off__and_let_in_again_later() -> None:
    seconds = 0.0
    buckets = Buckets(lambda: seconds)
    assert all(buckets.take("one") for _ in range(BURST))
    assert not buckets.take("one")
    assert buckets.take("another")
    seconds = 1.0
    assert [buckets.take("one") for _ in range(int(PER_SECOND) + 5)].count(True) == PER_SECOND
    seconds = 2.0
    assert [buckets.take("one", leave=1) for _ in range(int(PER_SECOND) + 5)].count(True) == PER_SECOND - 1
    assert buckets.level("one") == 1


@given(st.text(max_size=40) | st.from_regex(r"\A/[/\\a-z.:@%?#\t\r\n ]{0,30}\Z"))
def test_safe_path__never_leaves_the_site(address: str) -> None:
    found = safe_path(address)
    assert found in ("", address)
    assert not found or (
        found[0] == "/" and found[1:2] not in ("/", "\\") and not set(found) & set("\\\r\n\t ")
    )


@pytest.mark.parametrize(
    "address", [*HOME.values(), "/en/boka/a/b?dag=2026-12-01", "/mottagningar?sok=Björken"]
)
def test_safe_path__keeps_our_own_pages(address: str) -> None:
    assert safe_path(address) == address


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        ("cookie webtidbok=AbC-1_2; x=1", "AbC-1_2"),
        ("__Host-webtidbok=AbC; x", "AbC"),
        ("{'headers': {'cookie': 'a=b; webtidbok=Qq'}}", "a=b"),
        ('{"cookie": "sid=secret", "host": "h"}', "secret"),
        ("Cookie: sid=secret; more", "secret"),
        ("GET /_event/?EIO=4&token=5f1c-99&transport=websocket", "5f1c-99"),
        ("GET /auth/callback/resident?code=c0de&state=st4te", "c0de"),
        ("GET /auth/callback/resident?code=c0de&state=st4te", "st4te"),
        ("id_token eyJhbGciOi.eyJzdWIi.c2ln ok", "eyJzdWIi"),
        ("number 199001012385", "199001012385"),
        ("number 19900101-2385.", "2385"),
        ("number 900101-2385", "900101"),
        ("number 900101+2385", "900101"),
        ("number 9001012385", "9001012385"),
        ("samordningsnummer 199302772398", "199302772398"),
        ("{'personal_number': '199001012385'}", "199001012385"),
    ],
)
def test_log__is_scrubbed_of(line: str, gone: str) -> None:
    assert gone not in scrub(line)


@pytest.mark.parametrize(
    "line",
    ["SE2321000016-1001 published 120 times", "[ABCD-2345] slot_taken", "2026-11-23 08:00:00,123 INFO", "port 8000",
     "event reflex___state____state.booking_state.confirm"],
)  # fmt: skip
def test_log__keeps(line: str) -> None:
    assert scrub(line) == line


def test_log_filter__scrubs_arguments_and_tracebacks() -> None:
    try:
        raise ValueError("199001012385")
    except ValueError as error:
        record = logging.getLogger("x").makeRecord(
            "x",
            logging.ERROR,
            __file__,
            1,
            "of %s",
            ("199001012385",),
            (ValueError, error, error.__traceback__),
        )
    Scrubber().filter(record)
    written = logging.Formatter().format(record)
    assert "199001012385" not in written
    assert "ValueError" in written


def test_report__gives_the_reference_that_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    expected, unexpected = report(SlotTaken()), report(RuntimeError("broken"))
    assert is_reference(expected)
    assert is_reference(unexpected)
    assert f"[{expected}] slot_taken" in caplog.text
    assert f"[{unexpected}] unexpected" in caplog.text
    assert "RuntimeError: broken" in caplog.text


def test_reference__cannot_be_made_up() -> None:
    assert all(is_reference(new_reference()) for _ in range(50))
    assert not any(map(is_reference, ("", "abcd-2345", "ABCD-2345\n", "AAAA-AAAA-AAAA", "<b>A-2345")))


def test_settings__outside_demo__refuse_what_everybody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEBTIDBOK_DEMO")
    assert not Settings(**REAL).demo
    worse = [
        {"cookie_key": DEMO_SECRET},
        {"lookup_key": DEMO_SECRET},
        {"encryption_keys": {"new": "a" * 44, "old": DEMO_KEY}},
        {"resident_idp": {"issuer": "https://idp.example"}},
        {"staff_idp": {"issuer": "https://here.example/demo/idp/staff", "client_secret": "d"}},
        {"resident_idp": None},
        {"staff_idp": None},
    ]
    for one in worse:
        with pytest.raises(ValueError, match=r"demo|WEBTIDBOK_"):
            Settings(**(REAL | one))


def test_settings__a_printer_command_with_an_open_quote__refuses_to_start() -> None:
    with pytest.raises(ValueError, match="No closing quotation"):
        Settings(demo=True, downtime_print="lp -d 'front {file}")


def test_settings__of_the_demo__work_without_any() -> None:
    assert Settings(demo=True).provider("staff").issuer.endswith("/demo/idp/staff")


def test_personas__cover_the_ways_to_live(clock: FixedClock) -> None:
    ages = [one.number.age_on(day_of(clock.now())) for one in RESIDENTS]
    assert max(ages) > 85
    assert any(one.number.is_coordination_number for one in RESIDENTS)
    assert any(one.protected for one in RESIDENTS)
    assert {role for one in STAFF for role, _ in one.commissions} == set(Role)
    assert len({one.key for one in (*RESIDENTS, *STAFF)}) == len(RESIDENTS) + len(STAFF)
    assert len({normalise_hsa_id(one.hsa_id) for one in STAFF}) == len(STAFF)
    for one in RESIDENTS:  # the test series: nobody has such a number
        serial, born = int(one.number.digits[8:11]), int(one.number.digits[:4])
        assert serial in ((238, 239) if born >= 1990 else range(980, 990))


def test_policy__allows_a_pages_own_inline_scripts__and_no_others(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<script>alert("1")</script><script type="module" src="/a.js"></script>'
    )
    (tmp_path / "hjalp.html").write_text("<script async>\nå\n</script>", "utf-8")
    (tmp_path / "hjalp").mkdir()
    (tmp_path / "hjalp" / "index.html").write_text("the same")
    (tmp_path / "404.html").write_text('<script>alert("1")</script>')
    start = "sha256-vQffNKfeMASPmtS+MWLYmQeYCey5UVf/JR5RVV8uF4Y="
    help_page = "sha256-XZbNOR8QxjqTdA1o/BNX8P6sjb+NjUPThpZmIF01nyY="
    assert set(pages(tmp_path)) == {"/", "/hjalp"}
    assert inline_script_hashes("/", tmp_path) == (start,)
    assert inline_script_hashes("/hjalp", tmp_path) == (help_page,)
    assert inline_script_hashes("/boka/here", tmp_path) == (start,)
    assert inline_script_hashes("/", tmp_path / "nothing") == ()
    policy = dict(part.split(" ", 1) for part in content_security_policy((start,)).split("; "))
    assert policy["script-src"].split() == ["'self'", f"'{start}'"]
    assert policy["frame-ancestors"] == "'none'"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A site with two built pages, an asset, and what the server makes itself."""

    async def answer(request: Request) -> Response:
        kind = "text/html" if request.url.path.endswith((".html", "/")) else "text/javascript"
        return Response(request.url.path, media_type=kind)

    for page in ("index", "hjalp"):
        (tmp_path / f"{page}.html").write_text("<script>1</script>")
    server = Starlette(routes=[Route("/{path:path}", answer)])
    app = SecurityHeaders(PlainAddresses(server, tmp_path), tmp_path)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://localhost:8000"
    ) as client:
        yield client


async def test_page__has_one_address(site: httpx2.AsyncClient) -> None:
    assert (await site.get("/hjalp")).text == "/hjalp.html"
    moved = await site.get("/hjalp/?a=b")
    assert (moved.status_code, moved.headers["location"]) == (308, "/hjalp?a=b")
    assert (await site.get("//hjalp/")).status_code == 200
    assert (await site.get("/")).text == "/"


async def test_answer__may_be_kept__as_long_as_it_is_true(site: httpx2.AsyncClient) -> None:
    kept = {
        path: (await site.get(path)).headers["cache-control"]
        for path in ("/", "/assets/a-1f.js", "/auth/session")
    }
    for_ever = "public, max-age=31536000, immutable"
    assert kept == {"/": "no-cache", "/assets/a-1f.js": for_ever, "/auth/session": "no-store"}


async def test_answer__carries_the_security_headers(site: httpx2.AsyncClient) -> None:
    page, script = await site.get("/"), await site.get("/assets/a-1f.js")
    assert "script-src 'self' 'sha256-" in page.headers["content-security-policy"]
    assert "content-security-policy" not in script.headers
    assert "strict-transport-security" not in page.headers  # http://localhost
    for name in ("x-content-type-options", "referrer-policy", "permissions-policy", "x-frame-options"):
        assert name in script.headers
