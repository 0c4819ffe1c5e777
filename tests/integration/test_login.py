"""Logging in and out over HTTP: our routes and the demo's identity provider, on a real server on loopback."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import text

from tests.world import World, build_world
from webtidbok_app.auth import demo_idp, oidc, sessions
from webtidbok_app.auth.identity import DEMO_PROTECTED
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.db.tables import LoginSession, StaffRole
from webtidbok_app.demo.personas import RESIDENTS, STAFF
from webtidbok_app.domain import clock as clocks
from webtidbok_app.domain.actor import Resident, Staff
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.services.ombud import list_children
from webtidbok_app.settings import get_settings
from webtidbok_app.web.routes import http_app

KARIN, LISA, SAMUEL = (
    next(one for one in RESIDENTS if one.key == key) for key in ("karin", "lisa", "samuel")
)
MARIA = next(one for one in STAFF if one.key == "maria")
REFERENCE = re.compile(r"<code>[2-9A-Z]{4}-[2-9A-Z]{4}</code>")

PATIENCE = 60.0
"""Seconds that a browser waits for an answer: a busy machine is no fault of ours."""


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
async def settings_from(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[object]:
    """Set ``WEBTIDBOK_*`` for this test, and let nothing of it stay."""

    def forget() -> None:
        get_settings.cache_clear()
        oidc._client.cache_clear()

    def set_settings(**names: str) -> None:
        for name, value in names.items():
            monkeypatch.setenv(f"WEBTIDBOK_{name.upper()}", value)
        forget()

    yield set_settings
    monkeypatch.undo()
    forget()


@pytest.fixture
async def origin(settings_from, database: Database) -> AsyncIterator[str]:
    """Serve the routes, and give their address."""
    port = _free_port()
    settings_from(public_url=f"http://127.0.0.1:{port}")
    async with _served(port):
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def _served(port: int) -> AsyncIterator[None]:
    server = Server(http_app(), address="127.0.0.1", port=port, interface=Interfaces.ASGI)
    task = asyncio.create_task(server.serve())
    async with httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(retries=20)) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/livez")).text == "ok"
    yield
    server.stop()
    await task


@pytest.fixture
async def browser(origin: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that follows redirects only when told to."""
    async with httpx2.AsyncClient(base_url=origin, trust_env=False, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
async def world(database: Database) -> World:
    """A clinic where the persona Maria is a receptionist."""
    world = await build_world(database)
    async with database.write() as session:
        session.add(StaffRole(clinic_id=world.clinic_id, hsa_id=MARIA.hsa_id, role=MARIA.role))
    return world


async def _to_provider(browser: httpx2.AsyncClient, kind: str = "resident", **query: str) -> str:
    answer = await browser.get(f"/auth/login/{kind}", params=query)
    assert answer.status_code == 303
    return answer.headers["location"]


async def _log_in(
    browser: httpx2.AsyncClient, persona: str, kind: str = "resident", **query: str
) -> httpx2.Response:
    chosen = await browser.get(await _to_provider(browser, kind, persona=persona, **query))
    return await browser.get(chosen.headers["location"])


async def test_resident__logs_in__and_comes_back_to_the_page(
    browser: httpx2.AsyncClient, origin: str
) -> None:
    picker = await browser.get(await _to_provider(browser, vidare="/boka/testkliniken/besok?dag=2026-12-01"))
    assert '<html lang="sv">' in picker.text
    assert all(persona.name in picker.text for persona in RESIDENTS)
    address = re.search(r'href="(\?[^"]*login_hint=karin[^"]*)"', picker.text)
    assert address
    chosen = await browser.get(str(picker.url.join(address[1].replace("&amp;", "&"))))
    answer = await browser.get(chosen.headers["location"])
    assert answer.status_code == 303
    assert answer.headers["location"] == "/boka/testkliniken/besok?dag=2026-12-01"
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("webtidbok="))
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert (await browser.get("/auth/session")).json() == {"seconds": 1800, "kind": "resident"}
    live = await sessions.look_up(browser.cookies["webtidbok"], active=False)
    assert live
    assert isinstance(live.login.actor, Resident)
    assert (live.login.actor.number, live.login.actor.name) == (KARIN.number, KARIN.name)


async def test_what_is_stored__opens_nothing_and_names_nobody(
    browser: httpx2.AsyncClient, database: Database
) -> None:
    await _log_in(browser, "karin")
    async with database.read() as session:
        person = str((await session.execute(text("SELECT * FROM person"))).mappings().one())
        login = str((await session.execute(text("SELECT * FROM login_session"))).mappings().one())
    assert KARIN.number.digits not in person
    assert KARIN.family_name not in person
    assert browser.cookies["webtidbok"] not in login


async def test_samordningsnummer_and_protected_identity__are_known(browser: httpx2.AsyncClient) -> None:
    await _log_in(browser, "samuel")
    samuel = await sessions.look_up(browser.cookies["webtidbok"], active=False)
    await _log_in(browser, "lisa")
    lisa = await sessions.look_up(browser.cookies["webtidbok"], active=False)
    assert samuel
    assert lisa
    assert (samuel.login.actor.number, samuel.login.actor.protected) == (SAMUEL.number, False)
    assert (lisa.login.actor.number, lisa.login.actor.protected) == (LISA.number, True)


async def test_protected_identity__stays__when_the_provider_says_nothing(
    browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _log_in(browser, "lisa")
    claims = demo_idp._claims
    monkeypatch.setattr(demo_idp, "_claims", lambda persona: _without(claims(persona), DEMO_PROTECTED))
    assert (await _log_in(browser, "lisa")).status_code == 303
    lisa = await sessions.look_up(browser.cookies["webtidbok"], active=False)
    assert lisa
    assert lisa.login.actor.protected


def _without(claims: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in claims.items() if key != name}


async def test_staff__logs_in__with_the_role_that_we_hold(browser: httpx2.AsyncClient, world: World) -> None:
    answer = await _log_in(browser, "maria", "staff", vidare="/personal/publicera")
    assert answer.headers["location"] == "/personal/publicera"
    assert (await browser.get("/auth/session")).json() == {"seconds": 900, "kind": "staff"}
    live = await sessions.look_up(browser.cookies["webtidbok"], active=False)
    assert live
    assert live.login.actor == Staff(MARIA.hsa_id, MARIA.name, MARIA.role, world.clinic_id)
    assert live.login.clinic_name == "Testkliniken"


@pytest.mark.parametrize("change", ["DELETE FROM staff_role", "UPDATE staff_role SET role = 'read_only'"])
async def test_staff__whose_role_is_taken_away__is_logged_out(
    browser: httpx2.AsyncClient, world: World, clock: FixedClock, change: str
) -> None:
    await _log_in(browser, "maria", "staff")
    async with world.database.write() as session:
        await session.execute(text(change))
    clock.advance(sessions.CACHED)
    assert (await browser.get("/auth/session")).json() == {"seconds": None, "kind": None}


async def test_staff__without_assignment__is_told(browser: httpx2.AsyncClient) -> None:
    answer = await _log_in(browser, "maria", "staff")
    _assert_told(answer, 403, "Du saknar uppdrag här", again="/personal")


async def test_login__gives_a_new_session__and_ends_the_old_one(browser: httpx2.AsyncClient) -> None:
    await _log_in(browser, "karin")
    first = browser.cookies["webtidbok"]
    await _log_in(browser, "karin")
    second = browser.cookies["webtidbok"]
    assert first != second
    assert await sessions.look_up(first, active=True) is None
    assert await sessions.look_up(second, active=True)


async def test_login__works__with_the_clock_moved(browser: httpx2.AsyncClient) -> None:
    with clocks.use(clocks.SystemClock()):
        moved = await browser.post("/demo/clock", json={"offset_seconds": 40 * 24 * 3600})
        assert moved.status_code == 200
        answer = await _log_in(browser, "karin")
        assert answer.headers["location"] == "/mina-tider"
        assert (await browser.get("/auth/session")).json()["kind"] == "resident"


async def test_clock__refuses_nonsense(browser: httpx2.AsyncClient) -> None:
    for body in (
        "",
        "[]",
        '{"offset_seconds": "much"}',
        '{"now": "2026-12-01"}',
        '{"offset_seconds": 1e300}',
    ):
        assert (await browser.post("/demo/clock", content=body)).status_code == 400


async def test_wrong_nonce__is_refused(browser: httpx2.AsyncClient) -> None:
    address = await _to_provider(browser, persona="karin", vidare="/en/mina-tider")
    nonce = parse_qs(urlsplit(address).query)["nonce"][0]
    chosen = await browser.get(address.replace(nonce, "another"))
    answer = await browser.get(chosen.headers["location"])
    _assert_told(answer, 400, "The login did not go through", again="/en/mina-tider", lang="en")


async def test_wrong_state__is_refused(browser: httpx2.AsyncClient) -> None:
    address = await _to_provider(browser, persona="karin")
    state = parse_qs(urlsplit(address).query)["state"][0]
    chosen = await browser.get(address.replace(state, "another"))
    answer = await browser.get(chosen.headers["location"])
    _assert_told(answer, 400, "Inloggningen gick inte igenom", again="/")


async def test_answer_to_a_login_of_another_browser__is_refused(
    browser: httpx2.AsyncClient, origin: str
) -> None:
    chosen = await browser.get(await _to_provider(browser, persona="karin"))
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as another:
        answer = await another.get(chosen.headers["location"])
    _assert_told(answer, 400, "Inloggningen gick inte igenom", again="/")


async def test_answer_that_comes_twice__is_refused(browser: httpx2.AsyncClient) -> None:
    chosen = await browser.get(await _to_provider(browser, persona="karin"))
    assert (await browser.get(chosen.headers["location"])).status_code == 303
    assert (await browser.get(chosen.headers["location"])).status_code == 400


@pytest.mark.parametrize(
    "change",
    [{"iss": "https://evil.example"}, {"aud": "another", "azp": "webtidbok-resident"}, {"exp": 0}, {"sub": None},
     {"nonce": None}, {"sub": "gunvor"}],
)  # fmt: skip
async def test_token_with_a_wrong_claim__is_refused(
    browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    sign = jwt.encode
    changed = {key: value for key, value in change.items() if value is not None}

    def encode(header: dict[str, str], claims: dict[str, object], key: RSAKey) -> str:
        kept = {name: value for name, value in claims.items() if name not in change}
        return sign(header, kept | changed, key)

    monkeypatch.setattr(jwt, "encode", encode)
    _assert_told(await _log_in(browser, "karin"), 400, "Inloggningen gick inte igenom", again="/mina-tider")


async def test_token_signed_by_another__is_refused(
    browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign, another = jwt.encode, RSAKey.generate_key(2048)
    monkeypatch.setattr(jwt, "encode", lambda header, claims, _key: sign(header, claims, another))
    _assert_told(await _log_in(browser, "karin"), 400, "Inloggningen gick inte igenom", again="/mina-tider")


async def test_cancelled_login__is_told__without_blame(browser: httpx2.AsyncClient) -> None:
    picker = await browser.get(await _to_provider(browser, vidare="/boka/testkliniken"))
    cancel = re.search(r'href="([^"]*error=access_denied[^"]*)"', picker.text)
    assert cancel
    answer = await browser.get(cancel[1].replace("&amp;", "&"))
    _assert_told(answer, 403, "Du avbröt inloggningen", again="/boka/testkliniken")


async def test_provider_that_is_down__is_told__and_the_errand_is_kept(
    browser: httpx2.AsyncClient, settings_from
) -> None:
    settings_from(resident_idp__issuer=f"http://127.0.0.1:{_free_port()}/idp")
    answer = await browser.get("/auth/login/resident", params={"vidare": "/en/boka/testkliniken"})
    _assert_told(answer, 503, "You cannot log in right now", again="/en/boka/testkliniken", lang="en")


async def test_provider_that_talks_nonsense__is_told(
    browser: httpx2.AsyncClient, origin: str, settings_from
) -> None:
    settings_from(resident_idp__issuer=f"{origin}/livez")
    answer = await browser.get("/auth/login/resident")
    _assert_told(answer, 503, "Det går inte att logga in just nu", again="/mina-tider")


@pytest.mark.parametrize("number", ["199001012386", "1990", "", None])
async def test_number_that_fails_its_check__is_told__and_kept_out_of_the_log(
    browser: httpx2.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    number: str | None,
) -> None:
    claim = get_settings().resident_claims.personal_number
    claims = demo_idp._claims
    monkeypatch.setattr(demo_idp, "_claims", lambda persona: claims(persona) | {claim: number})
    _assert_told(await _log_in(browser, "karin"), 400, "Personnumret stämmer inte", again="/mina-tider")
    assert "unreadable_identity" in caplog.text
    assert "199001012386" not in caplog.text


async def test_database_that_is_gone__is_told__and_makes_the_server_unready(
    browser: httpx2.AsyncClient, database: Database
) -> None:
    chosen = await browser.get(await _to_provider(browser, persona="karin"))
    set_database(Database(f"postgresql+psycopg://nobody@127.0.0.1:{_free_port()}/nothing"))
    answer = await browser.get(chosen.headers["location"])
    assert (await browser.get("/readyz")).status_code == 503
    set_database(database)
    _assert_told(answer, 503, "Vi har mycket att göra just nu", again="/mina-tider")
    assert (await browser.get("/readyz")).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "\\\\evil.example",
     "javascript:alert(1)", "/auth/login/staff", "/demo/clock", "", "/" + "a" * 600, "/mina-tider\r\nSet-Cookie: a=b"],
)  # fmt: skip
async def test_open_redirect__is_not_to_be_had(browser: httpx2.AsyncClient, address: str) -> None:
    answer = await _log_in(browser, "karin", vidare=address)
    assert answer.headers["location"] == "/mina-tider"
    assert "a" not in browser.cookies


async def test_callback_address__is_ours__whatever_host_the_request_names(
    browser: httpx2.AsyncClient, origin: str
) -> None:
    answer = await browser.get("/auth/login/resident", headers={"Host": "evil.example"})
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["redirect_uri"] == [f"{origin}/auth/callback/resident"]
    assert asked["code_challenge_method"] == ["S256"]


async def test_provider__asks_for_pkce__and_gives_a_code_once_for_a_minute(
    browser: httpx2.AsyncClient, clock: FixedClock
) -> None:
    address = await _to_provider(browser, persona="karin")
    without = await browser.get(re.sub(r"&code_challenge=[^&]*", "", address))
    assert "error=invalid_request" in without.headers["location"]
    plain = await browser.get(address.replace("S256", "plain"))
    assert "error=invalid_request" in plain.headers["location"]
    elsewhere = await browser.get(
        re.sub(r"redirect_uri=[^&]*", "redirect_uri=https%3A%2F%2Fevil.example", address)
    )
    assert elsewhere.status_code == 400

    code = await _code(browser, address)
    assert (await _exchange(browser, code, verifier="wrong")).json() == {"error": "invalid_grant"}
    assert (await _exchange(browser, code, verifier="wrong", secret="wrong")).json() == {
        "error": "invalid_client"
    }
    chosen = await browser.get(address)
    clock.advance(demo_idp.CODE_LIVES)
    late = await browser.get(chosen.headers["location"])
    _assert_told(late, 400, "Inloggningen gick inte igenom", again="/mina-tider")


async def _code(browser: httpx2.AsyncClient, address: str) -> str:
    chosen = await browser.get(address)
    return parse_qs(urlsplit(chosen.headers["location"]).query)["code"][0]


async def _exchange(
    browser: httpx2.AsyncClient, code: str, *, verifier: str, secret: str = ""
) -> httpx2.Response:
    client = get_settings().provider("resident")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": oidc.redirect_uri("resident"),
    }
    return await browser.post(
        "/demo/idp/resident/token",
        data=form,
        auth=(client.client_id, secret or client.client_secret.get_secret_value()),
    )


async def test_logout__ends_the_session_on_the_server(browser: httpx2.AsyncClient) -> None:
    await _log_in(browser, "karin")
    cookie = browser.cookies["webtidbok"]
    answer = await browser.post(
        "/auth/logout", headers={"Sec-Fetch-Site": "same-origin", "Referer": "http://x/en/mina-tider"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/en")
    assert answer.headers["clear-site-data"] == '"storage"'
    assert "webtidbok" not in browser.cookies
    assert await sessions.look_up(cookie, active=True) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ],
)
@pytest.mark.parametrize("address", ["/auth/logout", "/auth/extend", "/auth/ombud"])
async def test_post_from_another_site__is_refused(
    browser: httpx2.AsyncClient, address: str, headers: dict[str, str]
) -> None:
    await _log_in(browser, "karin")
    assert (await browser.post(address, headers=headers)).status_code == 403
    assert (await browser.get("/auth/session")).json()["kind"] == "resident"
    assert (await browser.get(address)).status_code == 405


async def test_ombud__is_chosen_on_the_server__and_for_own_children_only(browser: httpx2.AsyncClient) -> None:
    async def choose(child: str, **more: str) -> httpx2.Response:
        headers = {"Sec-Fetch-Site": "same-origin"}
        return await browser.post("/auth/ombud", data={"child": child, **more}, headers=headers)

    await _log_in(browser, "amina")
    cookie = browser.cookies["webtidbok"]
    parent = await _actor_of(cookie)
    children = {one.name: one for one in (await list_children(parent)).children}
    maja = children["Maja Haddad Berg"]
    answer = await choose(maja.id, vidare="/en/boka/testkliniken", lang="en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/boka/testkliniken")
    acting = await _actor_of(cookie)
    assert (acting.name, acting.told_id) == (maja.name, parent.person_id)
    assert (await choose(parent.person_id.hex)).status_code == 404
    assert (await choose(children["Nadia Haddad Berg"].id)).status_code == 403
    assert (await _actor_of(cookie)).name == maja.name, "a choice that is refused changes nothing"
    assert (await choose("", vidare="https://evil.example")).headers["location"] == "/mina-tider"
    assert await _actor_of(cookie) == parent
    await _log_in(browser, "karin")
    assert (await choose(maja.id)).status_code == 404
    browser.cookies.clear()
    assert (await choose(maja.id)).status_code == 403


async def _actor_of(cookie: str) -> Resident:
    live = await sessions.look_up(cookie, active=True)
    assert live is not None
    assert isinstance(live.login.actor, Resident)
    return live.login.actor


async def test_time_left__counts_down__and_only_the_person_makes_it_longer(
    browser: httpx2.AsyncClient, origin: str, clock: FixedClock
) -> None:
    await _log_in(browser, "karin")
    clock.advance(timedelta(minutes=20))
    assert (await browser.get("/auth/session")).json()["seconds"] == 600
    clock.advance(timedelta(minutes=5))
    assert (await browser.post("/auth/extend", headers={"Origin": origin})).json()["seconds"] == 1800
    clock.advance(timedelta(minutes=30))
    assert (await browser.get("/auth/session")).json() == {"seconds": None, "kind": None}


async def test_session__ends_after_twelve_hours__whatever_is_done(
    browser: httpx2.AsyncClient, origin: str, clock: FixedClock
) -> None:
    await _log_in(browser, "karin")
    for _ in range(12 * 3 - 1):
        clock.advance(timedelta(minutes=20))
        left = await browser.post("/auth/extend", headers={"Origin": origin})
    assert left.json()["seconds"] == 20 * 60
    clock.advance(timedelta(minutes=20))
    assert (await browser.post("/auth/extend", headers={"Origin": origin})).json()["seconds"] is None


async def test_activity__is_written_down__at_most_once_a_minute(
    browser: httpx2.AsyncClient, database: Database, clock: FixedClock
) -> None:
    await _log_in(browser, "karin")
    cookie, begun = browser.cookies["webtidbok"], clock.now()
    for seconds, noted in ((59, 0), (1, 60), (59, 60)):
        clock.advance(timedelta(seconds=seconds))
        await sessions.look_up(cookie, active=True)
        async with database.read() as session:
            row = await session.get(LoginSession, sessions.hash_of(cookie))
        assert row
        assert row.last_seen_at == begun + timedelta(seconds=noted)


async def test_health__tells_whether_the_database_answers(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get("/livez")).text == "ok"
    assert (await browser.get("/readyz")).text == "ok"


async def test_unknown_kind_of_login__does_not_exist(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get("/auth/login/robot")).status_code == 404
    assert (await browser.get("/auth/callback/robot")).status_code == 404


def _assert_told(answer: httpx2.Response, status: int, title: str, *, again: str, lang: str = "sv") -> None:
    assert answer.status_code == status
    assert f'<html lang="{lang}">' in answer.text
    assert f"<h1>{title}</h1>" in answer.text
    assert f"<title>{title} – Webtidbok</title>" in answer.text
    assert REFERENCE.search(answer.text)
    assert f"/logga-in?vidare={again}" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert not [one for one in answer.headers.get_list("set-cookie") if one.startswith("webtidbok=")]
