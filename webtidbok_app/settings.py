"""All settings, read once from ``WEBTIDBOK_*`` in the environment. Nothing else reads the environment."""

import shlex
from datetime import time
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from webtidbok_app.domain.message import Channel

ROOT = Path(__file__).resolve().parent.parent
DEMO_KEY = "ZGVtby1rZXktZm9yLXdlYnRpZGJvay1vbmx5LTAwMDE="
DEMO_SECRET = "demo-secret-for-webtidbok-only"
DEMO_INDEX_OWNER = "SE2321000016-REF1"


class IdentityProvider(BaseModel):
    """One OpenID provider, found by discovery."""

    issuer: str
    client_id: str = "webtidbok"
    client_secret: SecretStr = SecretStr(DEMO_SECRET)
    scopes: str = "openid profile"


class ResidentProvider(IdentityProvider):
    """A provider that tells the personal number (OIDC Sweden, attribute specification 1.0)."""

    scopes: str = "openid profile https://id.oidc.se/scope/naturalPersonNumber"


class ResidentClaims(BaseModel):
    """Names of the claims about a resident (OIDC Sweden, claims specification 1.0)."""

    personal_number: str = "https://id.oidc.se/claim/personalIdentityNumber"
    coordination_number: str = "https://id.oidc.se/claim/coordinationNumber"
    given_name: str = "given_name"
    family_name: str = "family_name"


class StaffClaims(BaseModel):
    """Names of the claims about staff (Inera's IdP, attribute list)."""

    hsa_id: str = "employeeHsaId"
    commission_hsa_id: str = "commissionHsaId"
    name: str = "name"


class ClientCertificate(BaseModel):
    """A certificate that we show to journal systems (PEM); the key may stand in the same file."""

    certificate: Path
    key: Path | None = None
    password: SecretStr = SecretStr("")


class EngagementLookup(BaseModel):
    """The engagement index, asked where a resident has something (urn:riv:itintegration:engagementindex)."""

    address: str
    """Where FindContent is called."""
    logical_address: str
    """HSA-id of its owner."""
    certificate: str = ""
    """Which of ``journal_certificates`` it is called with; empty for none."""


class EngagementIndex(BaseModel):
    """The engagement index (itintegration:engagementindex 1.0), told of what is booked in our own timebook."""

    address: str
    """Where its contract Update is called."""
    logical_address: str
    """Who it belongs to: an HSA-id or organisation number."""
    source_system: str
    """The HSA-id of this system."""
    data_controller: str
    """Who answers for the data, by organisation number, such as ``SE232100-0016``."""
    certificate: str = ""
    """Which of ``journal_certificates`` it is called with; empty for none."""


class Producer(BaseModel):
    """How it is known who asks over the service contracts: by the client certificate that a proxy has verified.

    What stands in the header is believed only when the request comes from the proxy, as it shows by its secret, its
    address or both: one of them must be set. The proxy must take the headers away from what comes from outside.
    """

    certificate_header: str = "Client-Cert"
    certificate_form: Literal["certificate", "subject"] = "certificate"
    """The certificate itself as RFC 9440 has it, or its subject alone as RFC 4514 writes it."""
    secret_header: str = "X-Proxy-Secret"
    secret: SecretStr = SecretStr("")
    proxies: list[IPv4Network | IPv6Network] = []

    @model_validator(mode="after")
    def refuse_to_trust_everybody(self) -> Self:
        """Refuse to start when anybody could say that they are somebody."""
        if not self.secret.get_secret_value() and not self.proxies:
            raise ValueError("set WEBTIDBOK_PRODUCER__SECRET or WEBTIDBOK_PRODUCER__PROXIES")
        return self


class Smtp(BaseModel):
    """The server that takes e-mail (RFC 6409)."""

    host: str
    port: int = 587
    username: str = ""
    password: SecretStr = SecretStr("")
    tls: Literal["starttls", "implicit", "off"] = "starttls"
    """How the way there is sealed (RFC 3207, RFC 8314); ``implicit`` is that of port 465."""
    sender: str
    """The address that messages come from."""


class SmsGateway(BaseModel):
    """The gateway that takes SMS: a POST of JSON with ``from``, ``to`` (E.164) and ``text``."""

    url: str
    token: SecretStr = SecretStr("")
    """Sent as a bearer token (RFC 6750)."""
    sender: str = "Webtidbok"


class Settings(BaseSettings):
    """How this installation runs. Outside demo mode the demo's secrets and its identity provider are refused."""

    model_config = SettingsConfigDict(
        env_prefix="WEBTIDBOK_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    demo: bool = False
    public_url: str = "http://localhost:8000"
    database_url: str = f"sqlite+aiosqlite:///{ROOT / 'var' / 'webtidbok.db'}"
    database_pool_size: int = Field(default=5, ge=1)
    encryption_keys: dict[str, SecretStr] = {"demo": SecretStr(DEMO_KEY)}
    """Key id → 32 bytes in base64. The first one seals; all of them open."""
    lookup_key: SecretStr = SecretStr(DEMO_SECRET)
    cookie_key: SecretStr = SecretStr(DEMO_SECRET)
    resident_idp: ResidentProvider | None = None
    staff_idp: IdentityProvider | None = None
    resident_claims: ResidentClaims = ResidentClaims()
    staff_claims: StaffClaims = StaffClaims()
    smtp: Smtp | None = None
    sms: SmsGateway | None = None
    """Where messages to residents go. What is not set is off; in demo mode an inbox of our own takes its place."""
    journal_certificates: dict[str, ClientCertificate] = {}
    """The certificates that journal systems are called with, by names that their connections use."""
    journal_ca: Path | None = None
    """Whom we trust to vouch for journal systems (PEM); empty: whom the machine trusts."""
    consumer_hsa_id: str = ""
    """Our own HSA-id, told to journal systems as the original consumer; empty: not told."""
    engagement_lookup: EngagementLookup | None = None
    """Where it is asked where a resident has times. Not set, only those clinics are asked that are known here."""
    engagement_index: EngagementIndex | None = None
    """Where it is told who has something booked here. Not set, nobody is told."""
    producer: Producer | None = None
    """Who is let in over the service contracts (``web/riv.py``). Not set, nobody is."""
    population_register: Literal["off", "demo"] | None = None
    """Which adapter says who is guardian of whom. Off, nobody acts for anybody else; the demo has one of its own."""
    downtime_dir: Path | None = None
    """Where each clinic's list of the coming day is written every evening; off when empty. The demo has one in var/."""
    downtime_at: time = time(18)
    """From when, on clocks in Sweden."""
    downtime_keep_days: int = Field(default=7, ge=1)
    """How many days a list is kept after the day that it is about."""
    downtime_print: str = ""
    """A command that is given each list, such as ``lp -d {clinic} {file}``; run without a shell."""
    demo_journal: str = ""
    """Where the demo's journal system answers; empty: no clinic of the demo is connected to it."""
    trusted_proxy_hops: int = 0
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("downtime_print")
    @classmethod
    def refuse_open_quotes(cls, command: str) -> str:
        """Refuse to start with a command that no evening could run."""
        shlex.split(command)  # ValueError: "No closing quotation"
        return command

    @model_validator(mode="after")
    def refuse_demo_secrets(self) -> Self:
        """Outside demo mode, refuse to start with anything that every reader of the source knows."""
        if self.demo:
            return self
        secrets = [*self.encryption_keys.values(), self.lookup_key, self.cookie_key]
        secrets += [idp.client_secret for idp in (self.resident_idp, self.staff_idp) if idp]
        if any(secret.get_secret_value() in (DEMO_KEY, DEMO_SECRET) for secret in secrets):
            raise ValueError(
                "a demo secret is set outside demo mode: set WEBTIDBOK_ENCRYPTION_KEYS, "
                "WEBTIDBOK_LOOKUP_KEY, WEBTIDBOK_COOKIE_KEY and the providers' client secrets"
            )
        if self.resident_idp is None or self.staff_idp is None:
            raise ValueError("set WEBTIDBOK_RESIDENT_IDP__ISSUER and WEBTIDBOK_STAFF_IDP__ISSUER")
        if self.population_register == "demo":
            raise ValueError("the demo's population register is set outside demo mode")
        if any("/demo/idp" in idp.issuer for idp in (self.resident_idp, self.staff_idp)):
            raise ValueError("the demo identity provider is set outside demo mode")
        return self

    @property
    def origin(self) -> str:
        """The public address without a slash at its end."""
        return self.public_url.rstrip("/")

    @property
    def https(self) -> bool:
        """Whether residents reach us over TLS; settles the cookie's name and its Secure flag."""
        return self.origin.startswith("https://")

    @property
    def index_in_use(self) -> EngagementLookup | None:
        """The engagement index that is asked; in demo mode, unless another is set, the demo's journal system's own."""
        if self.engagement_lookup or not (self.demo and self.demo_journal):
            return self.engagement_lookup
        return EngagementLookup(
            address=f"{self.demo_journal}/ei/FindContent", logical_address=DEMO_INDEX_OWNER
        )

    @property
    def register_in_use(self) -> Literal["off", "demo"]:
        """The population register that is asked; in demo mode our own unless another is set."""
        return self.population_register or ("demo" if self.demo else "off")

    @property
    def downtime_folder(self) -> Path | None:
        """Where the lists for when nothing else works are written; None where they are not."""
        return self.downtime_dir or (ROOT / "var" / "downtime" if self.demo else None)

    @property
    def channels(self) -> frozenset[Channel]:
        """The ways in which messages can be sent."""
        given = {Channel.EMAIL: self.smtp, Channel.SMS: self.sms}
        return frozenset(channel for channel, way in given.items() if way or self.demo)

    def provider(self, kind: Literal["resident", "staff"]) -> IdentityProvider:
        """Return the provider for residents or staff; in demo mode our own unless another is set."""
        chosen, ours = (
            (self.resident_idp, ResidentProvider)
            if kind == "resident"
            else (self.staff_idp, IdentityProvider)
        )
        return chosen or ours(issuer=f"{self.origin}/demo/idp/{kind}", client_id=f"webtidbok-{kind}")


@cache
def get_settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
