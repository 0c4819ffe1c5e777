"""HTTP that is not a page: logging in and out, how long is left, and whether the server is well."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from html import escape
from typing import cast
from urllib.parse import quote, urlsplit

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from webtidbok_app.auth import oidc, sessions
from webtidbok_app.auth.demo_idp import DemoProvider
from webtidbok_app.auth.gate import CHOOSE_COMMISSION, cookie_name
from webtidbok_app.auth.identity import resident_from, staff_from
from webtidbok_app.auth.principal import Kind, Principal
from webtidbok_app.db.engine import get_database
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Resident, Role
from webtidbok_app.domain.errors import NotAllowed, NotFound, Unavailable, WebtidbokError
from webtidbok_app.i18n import Lang, t
from webtidbok_app.live.bus import bus
from webtidbok_app.notify.channels import inbox
from webtidbok_app.services.calendar_file import get_calendar_file
from webtidbok_app.services.commissions import choose_commission
from webtidbok_app.services.export import EXPORT_PAGE, EXPORTED, export_schedule
from webtidbok_app.services.ombud import choose_child
from webtidbok_app.settings import get_settings
from webtidbok_app.web.error_page import failure_page, html_page
from webtidbok_app.web.riv import riv_routes

HOME = {"resident": "/mina-tider", "staff": "/personal"}
SUPERADMIN_HOME = "/personal/mottagningar"
CALENDAR_FILE = "/bokning/{clinic:str}/{booking:str}/kalender.ics"
SCHEDULE_FILE = "/personal/exportera/schema.{kind:str}"
LOGIN_SECONDS = 600
_LONGEST_PATH = 500


def http_app() -> Starlette:
    """Return everything that is not a page. Reflex mounts itself behind it (``api_transformer``)."""
    return Starlette(routes=routes())


def routes() -> list[BaseRoute]:
    """Return the routes; the demo's own only in demo mode."""
    settings = get_settings()
    way_in = Middleware(
        SessionMiddleware,
        secret_key=settings.cookie_key.get_secret_value(),
        path="/auth",
        same_site="lax",
        session_cookie="__Secure-webtidbok-login" if settings.https else "webtidbok-login",
        https_only=settings.https,
        max_age=LOGIN_SECONDS,
    )
    auth = Mount(
        "/auth",
        middleware=[way_in],
        routes=[
            Route("/login/{kind:str}", begin_login),
            Route("/callback/{kind:str}", finish_login),
            Route("/logout", log_out, methods=["POST"]),
            Route("/ombud", choose_person, methods=["POST"]),
            Route("/uppdrag", change_commission, methods=["POST"]),
            Route("/extend", extend, methods=["POST"]),
            Route("/session", time_left),
        ],
    )
    found: list[BaseRoute] = [auth, Route("/livez", alive), Route("/readyz", ready)]
    found += [Route(f"{prefix}{CALENDAR_FILE}", calendar_file) for prefix in ("", "/en")]
    found.append(Route(SCHEDULE_FILE, schedule_file))
    found += riv_routes()
    if settings.demo:
        found += [
            Route("/demo/meddelanden", demo_inbox),
            Route("/demo/clock", demo_clock, methods=["GET", "POST"]),
        ]
        found += [DemoProvider(kind).mount() for kind in cast(tuple[Kind, ...], ("resident", "staff"))]
    return found


async def begin_login(request: Request) -> Response:
    """Send the visitor to the identity provider; back to ``vidare`` after."""
    kind = _kind(request)
    if kind is None:
        return PlainTextResponse("Not found", 404)
    wanted = safe_path(request.query_params.get("vidare", ""))
    lang: Lang = "en" if _is_english(wanted) or request.query_params.get("lang") == "en" else "sv"
    after = _landing(kind, wanted, lang)
    old = request.cookies.get(cookie_name())
    errand = oidc.Errand(after, sessions.hash_of(old) if old else "")
    hint = request.query_params.get("persona", "") if get_settings().demo else ""
    return await _or_failure(lambda: oidc.begin(request, kind, errand, lang=lang, hint=hint), after)


async def finish_login(request: Request) -> Response:
    """Take the identity provider's answer and begin a session, with an id that was never used before."""
    kind = _kind(request)
    if kind is None:
        return PlainTextResponse("Not found", 404)
    errand = await oidc.errand_of(request, kind)

    async def enter() -> Response:
        claims = await oidc.finish(request, kind)
        actor: Principal = await (resident_from(claims) if kind == "resident" else staff_from(claims))
        cookie = await sessions.create(actor)
        if errand.replaces:
            await sessions.end(errand.replaces)
        answer = RedirectResponse(_after(actor, errand.after), 303)
        # Strict: no other site can make the browser bring it. The page that comes now is static and does
        # not need it; the websocket that the page opens is our own and has it.
        answer.set_cookie(
            cookie_name(), cookie, httponly=True, secure=get_settings().https, samesite="strict"
        )
        return answer

    return await _or_failure(enter, errand.after)


async def log_out(request: Request) -> Response:
    """End the session, on the server too, and let the browser forget what it stored."""
    if not _is_ours(request):
        return PlainTextResponse("Forbidden", 403)
    if cookie := request.cookies.get(cookie_name()):
        await sessions.end(sessions.hash_of(cookie))
    page = urlsplit(request.headers.get("referer", "")).path
    answer = RedirectResponse("/en" if _is_english(page) else "/", 303)
    answer.delete_cookie(cookie_name(), secure=get_settings().https, httponly=True, samesite="strict")
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


async def choose_person(request: Request) -> Response:
    """Let the resident act for a child of theirs from now on, or for themselves; back to ``vidare`` after."""
    if not _is_ours(request):
        return PlainTextResponse("Forbidden", 403)
    form = await request.form()
    child, wanted = str(form.get("child", "")), safe_path(str(form.get("vidare", "")))
    lang: Lang = "en" if form.get("lang") == "en" else "sv"
    after = _landing("resident", wanted, lang)
    cookie = request.cookies.get(cookie_name(), "")

    async def choose() -> Response:
        live = await sessions.look_up(cookie, active=True)
        chosen = await choose_child(live.login.actor if live else None, child=child)
        await sessions.act_for(cookie, chosen)
        return RedirectResponse(after, 303)

    return await _or_failure(choose, after)


async def change_commission(request: Request) -> Response:
    """Let the member of staff act in the commission they have chosen, and in no other; on to ``vidare`` after."""
    if not _is_ours(request):
        return PlainTextResponse("Forbidden", 403)
    form = await request.form()
    after = _landing("staff", safe_path(str(form.get("vidare", ""))), "sv")
    cookie = request.cookies.get(cookie_name(), "")

    async def choose() -> Response:
        live = await sessions.look_up(cookie, active=True)
        staff = await choose_commission(
            live.login.actor if live else None, commission=str(form.get("commission", ""))
        )
        await sessions.take_commission(cookie, staff)
        return RedirectResponse(_after(staff, after), 303)

    return await _or_failure(choose, after)


async def extend(request: Request) -> Response:
    """Count this as something that the person did, and tell how long is left now."""
    if not _is_ours(request):
        return PlainTextResponse("Forbidden", 403)
    return await _time_left(request, active=True)


async def time_left(request: Request) -> Response:
    """Tell how many seconds the session has left, without making it longer."""
    return await _time_left(request, active=False)


async def calendar_file(request: Request) -> Response:
    """Give a resident one of their bookings for their own calendar; whoever is not logged in is sent to do so."""
    page = request.url.path
    lang: Lang = "en" if _is_english(page) else "sv"
    live = await sessions.look_up(request.cookies.get(cookie_name(), ""), active=True)
    if live is None:
        back = page.removesuffix("/kalender.ics")
        return RedirectResponse(f"{'/en' if lang == 'en' else ''}/logga-in?vidare={quote(back)}", 303)
    actor, asked = live.login.actor, request.path_params

    async def give() -> Response:
        contents = await get_calendar_file(actor, clinic=asked["clinic"], booking=asked["booking"], lang=lang)
        headers = {"Content-Disposition": 'attachment; filename="tid.ics"', "Cache-Control": "no-store"}
        return Response(contents, media_type="text/calendar", headers=headers)

    return await _or_failure(give, page.removesuffix("/kalender.ics"))


async def schedule_file(request: Request) -> Response:
    """Give staff the clinic's times of a period as a file: ``schema.csv``, or one performer's as ``schema.ics``."""
    live = await sessions.look_up(request.cookies.get(cookie_name(), ""), active=True)
    if live is None:
        return RedirectResponse(f"/logga-in?vidare={quote(EXPORT_PAGE)}", 303)
    kind, asked = request.path_params["kind"], request.query_params

    async def give() -> Response:
        contents = await export_schedule(
            live.login.actor,
            kind=kind,
            first=asked.get("fran", ""),
            last=asked.get("till", ""),
            performer=asked.get("hos", ""),
        )
        headers = {
            "Content-Disposition": f'attachment; filename="schema.{kind}"',
            "Cache-Control": "no-store",
        }
        return Response(contents, media_type=EXPORTED[kind], headers=headers)

    return await _or_failure(give, EXPORT_PAGE)


async def alive(_request: Request) -> Response:
    """Answer that the process runs."""
    return PlainTextResponse("ok")


async def ready(_request: Request) -> Response:
    """Answer whether the server can do its work: the database answers."""
    try:
        async with get_database().read() as session:
            await session.execute(text("SELECT 1"))
    except Unavailable:
        return PlainTextResponse("database", 503)
    return PlainTextResponse("ok")


async def demo_clock(request: Request) -> Response:
    """Tell or move the time of the demo: ``{"offset_seconds": n}`` or ``{"now": "2026-12-01T08:00:00Z"}``."""
    if request.method == "POST":
        try:
            asked = await request.json()
            clock.set_clock(clock.SystemClock(_offset(asked)))
            bus.publish_all()
        except (ValueError, KeyError, TypeError, OverflowError, json.JSONDecodeError):
            return JSONResponse({"error": "offset_seconds or now"}, 400)
    return JSONResponse({"now": clock.now().isoformat()})


async def demo_inbox(_request: Request) -> Response:
    """Show what the demo would have sent, the newest first."""
    letters = "\n".join(
        f"""<li class="card"><p class="strong">{escape(letter.subject)}</p>
<p>{escape(letter.text)}</p>
<p class="fine">{escape(t("sv", f"auth.demo.inbox.{letter.channel}", address=letter.address))}</p></li>"""
        for letter in inbox.letters
    )
    words = {name: escape(t("sv", f"auth.demo.inbox.{name}")) for name in ("intro", "none", "back")}
    return html_page(
        "sv",
        title=t("sv", "auth.demo.inbox.title"),
        body=f"""<p>{words["intro"]}</p>
{f'<ul class="cards">{letters}</ul>' if letters else f"<p>{words['none']}</p>"}
<p><a href="/meddelanden">{words["back"]}</a></p>""",
    )


def safe_path(address: str) -> str:
    """Return ``address`` if it is a path of our own pages, otherwise an empty string (no open redirect)."""
    if not address.startswith("/") or len(address) > _LONGEST_PATH or not address.isprintable():
        return ""
    if "\\" in address or "//" in address or " " in address:
        return ""
    parts = urlsplit(address)
    if parts.path.split("/")[1] in ("auth", "demo"):
        return ""
    return address


async def _or_failure(step: Callable[[], Awaitable[Response]], after: str) -> Response:
    """Take ``step``; when it fails, answer with a page that says so and leads back to the same errand."""
    try:
        return await step()
    except Exception as error:  # noqa: BLE001  the last stop: logged with a reference, never shown raw
        lang: Lang = "en" if _is_english(after) else "sv"
        again = f"{'/en' if lang == 'en' else ''}/logga-in?vidare={quote(after)}"
        return failure_page(error, lang, status=_status(error), again=again)


def _status(error: Exception) -> int:
    if isinstance(error, NotAllowed):
        return 403
    if isinstance(error, Unavailable):
        return 503
    if isinstance(error, NotFound):
        return 404
    return 400 if isinstance(error, WebtidbokError) else 500


async def _time_left(request: Request, *, active: bool) -> Response:
    live = await sessions.look_up(request.cookies.get(cookie_name(), ""), active=active)
    if live is None:
        return JSONResponse({"seconds": None, "kind": None})
    return JSONResponse({"seconds": int((live.expires_at - clock.now()).total_seconds()), "kind": live.kind})


def _kind(request: Request) -> Kind | None:
    kind = request.path_params["kind"]
    return cast(Kind, kind) if kind in HOME else None


def _landing(kind: Kind, wanted: str, lang: Lang) -> str:
    """Return where to go after login: where the visitor was, if that is for such a login."""
    for_staff = urlsplit(wanted).path == "/personal" or wanted.startswith("/personal/")
    if wanted not in ("", "/", "/en") and for_staff == (kind == "staff"):
        return wanted
    return f"/en{HOME[kind]}" if lang == "en" and kind == "resident" else HOME[kind]


def _after(actor: Principal, wanted: str) -> str:
    """Return where this one goes: staff with several commissions choose one first, a superadmin has no schedule."""
    if isinstance(actor, Resident):
        return wanted
    if actor.role is None:
        return f"{CHOOSE_COMMISSION}?vidare={quote(wanted)}"
    at_home = urlsplit(wanted).path == HOME["staff"]
    return SUPERADMIN_HOME if actor.role is Role.REGION_ADMIN and at_home else wanted


def _is_english(address: str) -> bool:
    return address == "/en" or address.startswith(("/en/", "/en?"))


def _is_ours(request: Request) -> bool:
    """Whether a POST comes from a page of ours (SameSite=Strict on the cookie says the same once more)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("origin") == get_settings().origin


def _offset(asked: dict[str, object]) -> timedelta:
    if "now" in asked:
        return datetime.fromisoformat(str(asked["now"])) - clock.SystemClock().now()
    return timedelta(seconds=float(str(asked["offset_seconds"])))
