"""OpenID Connect, authorization code flow with PKCE, by Authlib and discovery.

Two providers at the same time: one for residents, one for staff. What belongs to one login on its way (state,
nonce, code verifier, where to go after) travels in a signed cookie that only /auth sees, for ten minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webtidbok_app.auth.principal import Kind
from webtidbok_app.domain.clock import now
from webtidbok_app.domain.errors import IdentityProviderDown, NotAllowed, WebtidbokError
from webtidbok_app.settings import get_settings

SECONDS_TO_ANSWER = 10.0


class LoginFailed(WebtidbokError):
    """The answer of the identity provider is not one to this login: state, nonce, signature or time is wrong."""


class LoginCancelled(NotAllowed):
    """The person, or the provider, broke the login off."""


@dataclass(frozen=True)
class Errand:
    """Why somebody logs in: where they go after, and the login that this one takes the place of."""

    after: str = "/"
    replaces: str = ""


class _IdToken(CodeIDToken):
    """An ID token that is valid or not by the one clock of this process."""

    def validate(self, now: int | None = None, leeway: int = 0) -> None:
        super().validate(_seconds(), leeway)


def redirect_uri(kind: Kind) -> str:
    """Return the one address that a provider may send its answer to; never made from a request's Host."""
    return f"{get_settings().origin}/auth/callback/{kind}"


async def begin(request: Request, kind: Kind, errand: Errand, *, lang: str, hint: str = "") -> Response:
    """Send the visitor to the provider. Raises IdentityProviderDown when discovery gets no answer."""
    client = _client(kind)
    extra = {"login_hint": hint} if hint else {}
    try:
        asked = await client.create_authorization_url(redirect_uri(kind), ui_locales=lang, **extra)
    except (httpx2.HTTPError, ValueError, RuntimeError) as error:
        raise IdentityProviderDown from error
    await client.save_authorize_data(
        request, redirect_uri=redirect_uri(kind), after=errand.after, replaces=errand.replaces, **asked
    )
    return RedirectResponse(asked["url"], 303)


async def errand_of(request: Request, kind: Kind) -> Errand:
    """Return what this answer's login was for; an empty errand when it belongs to none."""
    state = request.query_params.get("state", "")
    data = await _client(kind).framework.get_state_data(request.session, state) or {}
    return Errand(data.get("after", "/"), data.get("replaces", ""))


async def finish(request: Request, kind: Kind) -> Mapping[str, Any]:
    """Exchange the provider's answer for checked claims.

    Raises LoginCancelled, LoginFailed or IdentityProviderDown. A login on its way can be finished once.
    """
    client, provider = _client(kind), get_settings().provider(kind)
    expected = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    try:
        token = await client.authorize_access_token(request, claims_cls=_IdToken, claims_options=expected)
        if "userinfo" not in token:
            raise LoginFailed
        return await _with_userinfo(client, token)
    except OAuthError as error:
        raise (LoginCancelled if error.error == "access_denied" else LoginFailed) from error
    except JoseError as error:
        raise LoginFailed from error
    except (httpx2.HTTPError, ValueError, RuntimeError) as error:
        raise IdentityProviderDown from error


async def _with_userinfo(client: StarletteOAuth2App, token: dict[str, Any]) -> Mapping[str, Any]:
    """Add the UserInfo endpoint's claims where there is one (OIDC Sweden gives the number in both places)."""
    claims = dict(token["userinfo"])
    metadata = await client.load_server_metadata()
    if "userinfo_endpoint" not in metadata:
        return claims
    more = await client.userinfo(token=token)
    if more.get("sub") != claims["sub"]:  # OpenID Connect Core 5.3.2
        raise LoginFailed
    return {**more, **claims}


@cache
def _client(kind: Kind) -> StarletteOAuth2App:
    settings = get_settings()
    provider = settings.provider(kind)
    return OAuth().register(
        kind,
        client_id=provider.client_id,
        client_secret=provider.client_secret.get_secret_value(),
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": provider.scopes,
            "code_challenge_method": "S256",
            "timeout": SECONDS_TO_ANSWER,
            # the demo's provider is this very server: no proxy stands between
            "trust_env": not provider.issuer.startswith(settings.origin),
        },
    )


def _seconds() -> int:
    return int(now().timestamp())
