"""The demo's identity provider: OpenID Connect with a list of personas in the place of an e-legitimation.

It exists in demo mode only (the settings see to that). It asks for PKCE, gives each code once, and signs with
a key that is made when the process starts.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from html import escape
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from webtidbok_app.auth.identity import DEMO_PROTECTED
from webtidbok_app.auth.oidc import redirect_uri
from webtidbok_app.auth.principal import Kind
from webtidbok_app.demo.personas import RESIDENTS, STAFF, ResidentPersona, StaffPersona
from webtidbok_app.domain.clock import now
from webtidbok_app.i18n import Lang, t
from webtidbok_app.settings import IdentityProvider, get_settings
from webtidbok_app.web.error_page import html_page

Persona = ResidentPersona | StaffPersona
CODE_LIVES = timedelta(seconds=60)
TOKEN_LIVES = timedelta(minutes=5)


@dataclass(frozen=True)
class _Grant:
    """What a code or an access token stands for, until when."""

    persona: Persona
    until: datetime
    nonce: str = ""
    challenge: str = ""


class DemoProvider:
    """One provider, with its own personas and client."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._personas: dict[str, Persona] = {
            one.key: one for one in (RESIDENTS if kind == "resident" else STAFF)
        }
        self._codes: dict[str, _Grant] = {}
        self._tokens: dict[str, _Grant] = {}

    def mount(self) -> Mount:
        """Return the provider's routes."""
        return Mount(
            f"/demo/idp/{self.kind}",
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/jwks", self.jwks),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/userinfo", self.userinfo),
            ],
        )

    @property
    def _client(self) -> IdentityProvider:
        return get_settings().provider(self.kind)

    async def discovery(self, _request: Request) -> Response:
        """OpenID Connect Discovery 1.0, section 3."""
        issuer = self._client.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "jwks_uri": f"{issuer}/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "ui_locales_supported": ["sv", "en"],
            }
        )

    async def jwks(self, _request: Request) -> Response:
        """Return the public key."""
        return JSONResponse({"keys": [_key().as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        """Let the visitor choose who to be; a known ``login_hint`` has chosen already."""
        asked = request.query_params
        if asked.get("client_id") != self._client.client_id or asked.get("redirect_uri") != redirect_uri(
            self.kind
        ):
            return JSONResponse(
                {"error": "invalid_client"}, 400
            )  # never redirect to an address we do not know
        if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
            return _back(asked["redirect_uri"], error="invalid_request", state=asked.get("state", ""))
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return _back(
                asked["redirect_uri"],
                error="invalid_request",
                error_description="PKCE is required",
                state=asked.get("state", ""),
            )
        persona = self._personas.get(asked.get("login_hint", ""))
        if persona is None:
            return self._picker(request)
        code = _keep(
            self._codes, _Grant(persona, now() + CODE_LIVES, asked.get("nonce", ""), asked["code_challenge"])
        )
        return _back(asked["redirect_uri"], code=code, state=asked.get("state", ""))

    async def token(self, request: Request) -> Response:
        """Exchange a code, once, for an ID token and an access token."""
        if not self._is_client(request):
            return JSONResponse({"error": "invalid_client"}, 401)
        async with request.form() as form:
            grant = self._codes.pop(str(form.get("code", "")), None)
            right_address = form.get("redirect_uri") == redirect_uri(self.kind)
            verifier = str(form.get("code_verifier", ""))
        if (
            grant is None
            or now() >= grant.until
            or not right_address
            or not secrets.compare_digest(_challenge(verifier), grant.challenge)
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        access = _keep(self._tokens, _Grant(grant.persona, now() + TOKEN_LIVES))
        return JSONResponse(
            {
                "token_type": "Bearer",
                "expires_in": int(TOKEN_LIVES.total_seconds()),
                "access_token": access,
                "id_token": self._id_token(grant),
            }
        )

    async def userinfo(self, request: Request) -> Response:
        """Return the claims again, for an access token."""
        _, _, access = request.headers.get("authorization", "").partition("Bearer ")
        grant = self._tokens.get(access)
        if grant is None or now() >= grant.until:
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse(_claims(grant.persona))

    def _is_client(self, request: Request) -> bool:
        client = self._client
        expected = base64.b64encode(
            f"{client.client_id}:{client.client_secret.get_secret_value()}".encode()
        ).decode()
        return secrets.compare_digest(request.headers.get("authorization", ""), f"Basic {expected}")

    def _id_token(self, grant: _Grant) -> str:
        moment = int(now().timestamp())
        claims = _claims(grant.persona) | {
            "iss": self._client.issuer,
            "aud": self._client.client_id,
            "nonce": grant.nonce,
            "iat": moment,
            "auth_time": moment,
            "exp": moment + int(TOKEN_LIVES.total_seconds()),
        }
        return jwt.encode({"alg": "RS256", "kid": _key().kid}, claims, _key())

    def _picker(self, request: Request) -> Response:
        asked = request.query_params
        lang: Lang = "en" if asked.get("ui_locales", "").startswith("en") else "sv"
        choices = "\n".join(_choice(persona, lang, dict(asked)) for persona in self._personas.values())
        cancel = f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked.get('state', '')})}"
        return html_page(
            lang,
            title=t(lang, f"auth.demo.{self.kind}_title"),
            body=f"""
<p>{escape(t(lang, "auth.demo.intro"))}</p>
<ul class="cards">
{choices}
</ul>
<p><a href="{escape(cancel)}">{escape(t(lang, "auth.demo.cancel"))}</a></p>""",
        )


def _choice(persona: Persona, lang: Lang, asked: dict[str, str]) -> str:
    address = f"?{urlencode(asked | {'login_hint': persona.key})}"
    about = persona.about_en if lang == "en" else persona.about_sv
    number = f" · {persona.number}" if isinstance(persona, ResidentPersona) else ""
    return f"""<li class="card"><a class="card-link" href="{escape(address)}">{escape(persona.name)}</a>
<p class="muted">{escape(about)}{number}</p></li>"""


def _claims(persona: Persona) -> dict[str, Any]:
    names = {
        "sub": persona.key,
        "name": persona.name,
        "given_name": persona.given_name,
        "family_name": persona.family_name,
    }
    settings = get_settings()
    if isinstance(persona, StaffPersona):
        return names | {settings.staff_claims.hsa_id: persona.hsa_id}
    resident = settings.resident_claims
    claim = (
        resident.coordination_number if persona.number.is_coordination_number else resident.personal_number
    )
    return names | {claim: persona.number.digits, DEMO_PROTECTED: persona.protected}


def _back(address: str, **answer: str) -> Response:
    return RedirectResponse(f"{address}?{urlencode(answer)}", 303)


def _keep(grants: dict[str, _Grant], grant: _Grant) -> str:
    for old in [key for key, one in grants.items() if now() >= one.until]:
        del grants[old]
    name = secrets.token_urlsafe(24)
    grants[name] = grant
    return name


def _challenge(verifier: str) -> str:
    """RFC 7636, section 4.2, method S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@cache
def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
