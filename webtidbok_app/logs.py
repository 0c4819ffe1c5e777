"""Logs that name nobody: every record passes a filter, and every failure gets a reference for support."""

import logging
import re
import secrets

from webtidbok_app.domain.errors import WebtidbokError

_REFERENCE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
_SECRETS = (
    # the session cookie by name, then any cookie header, as text or as a Python or JSON mapping
    (re.compile(r"((?:__Host-|__Secure-)?webtidbok[\w-]*=)[^;\s'\",]+"), r"\1…"),
    (re.compile(r"""((['"])cookie\2\s*:\s*(['"])).*?(?=\3)""", re.IGNORECASE), r"\1…"),
    (re.compile(r"^((?:set-)?cookie\s*:\s*).*$", re.IGNORECASE | re.MULTILINE), r"\1…"),
    # what stands in addresses: the framework's client token and OpenID Connect's parameters
    (re.compile(r"([?&](?:token|code|state|nonce|code_verifier|id_token|login_hint)=)[^&\s'\"]+"), r"\1…"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "…"),
    # personnummer and samordningsnummer, ten or twelve digits; an HSA-id's organisation number has no such month
    (re.compile(rf"(?<!\d)(?:18|19|20)?\d\d{_MONTH_AND_DAY}[-+]?\d{{4}}(?!\d)"), "…"),
)
_log = logging.getLogger("webtidbok")


class Scrubber(logging.Filter):
    """Takes cookies, tokens and personal numbers out of every record, also out of tracebacks."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub(record.getMessage()), None
        if record.exc_info:
            record.exc_text = scrub(logging.Formatter().formatException(record.exc_info))
        return True


def scrub(text: str) -> str:
    """Return ``text`` without cookies, tokens and personal numbers."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def set_up_logging(level: str) -> None:
    """Send all logs to standard error, through the scrubber. Libraries' own handlers are scrubbed too."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    for logger in (logging.root, *loggers):
        for handler in logger.handlers:
            if not any(isinstance(one, Scrubber) for one in handler.filters):
                handler.addFilter(Scrubber())
    for chatty in ("httpx2", "httpcore2", "authlib", "aiosqlite"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def report(error: Exception) -> str:
    """Log ``error`` and return the reference that the visitor can give to support.

    What a rule says no to is one line; what nobody expected has its traceback with it.
    """
    reference = new_reference()
    if isinstance(error, WebtidbokError):
        cause = type(error.__cause__).__name__ if error.__cause__ else "no cause"
        _log.warning("[%s] %s (%s)", reference, error.code, cause)
    else:
        _log.error("[%s] unexpected", reference, exc_info=error)
    return reference


def is_reference(text: str) -> bool:
    """Whether ``text`` looks like a reference (it has been through the browser)."""
    return re.fullmatch(f"[{_REFERENCE_SIGNS}]{{4}}-[{_REFERENCE_SIGNS}]{{4}}", text) is not None


def new_reference() -> str:
    """Return eight signs that can be read out on the phone: no 0, O, 1, I or L."""
    signs = "".join(secrets.choice(_REFERENCE_SIGNS) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"
