"""The ways out: e-mail over SMTP, SMS through a gateway over HTTP, and in the demo an inbox of our own.

Each either hands the letter over or raises: ``Refused`` when it will never be taken, ``Unreachable`` when it may be
taken later. None of them logs what a letter says or where it goes.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

import aiosmtplib
import httpx2

from webtidbok_app.domain import clock
from webtidbok_app.domain.message import Channel
from webtidbok_app.notify.letter import Letter
from webtidbok_app.settings import Settings, SmsGateway, Smtp, get_settings

SECONDS_TO_ANSWER = 10.0
THE_NUMBERS_FAULT = {400, 404, 410, 422}
"""Answers of a gateway that says no to the number; any other may be another one tomorrow."""

Send = Callable[[Letter], Awaitable[None]]


class Refused(Exception):
    """The letter is not taken, and never will be."""


class Unreachable(Exception):
    """The letter could not be handed over now."""


def way_out(channel: Channel) -> Send | None:
    """Return what sends letters by the channel, or None when it is off."""
    settings = get_settings()
    if channel == Channel.EMAIL and settings.smtp:
        return _by_email(settings.smtp, settings)
    if channel == Channel.SMS and settings.sms:
        return _by_sms(settings.sms)
    return inbox.keep if settings.demo else None


def _by_email(smtp: Smtp, settings: Settings) -> Send:
    host = urlsplit(settings.origin).hostname

    async def send(letter: Letter) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = smtp.sender, letter.address, letter.subject
        mail["Date"] = format_datetime(clock.now())
        mail["Message-ID"] = f"<{letter.id}@{host}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: no out-of-office answers
        mail.set_content(letter.text)
        try:
            await aiosmtplib.send(
                mail,
                hostname=smtp.host,
                port=smtp.port,
                username=smtp.username or None,
                password=smtp.password.get_secret_value() or None,
                start_tls=smtp.tls == "starttls",
                use_tls=smtp.tls == "implicit",
                timeout=SECONDS_TO_ANSWER,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            lasting = all(refused.code >= 500 for refused in error.recipients)
            raise (Refused if lasting else Unreachable) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unreachable from error

    return send


def _by_sms(gateway: SmsGateway) -> Send:
    async def send(letter: Letter) -> None:
        headers = {"Idempotency-Key": str(letter.id)}
        if token := gateway.token.get_secret_value():
            headers["Authorization"] = f"Bearer {token}"
        body = {"from": gateway.sender, "to": letter.address, "text": letter.text}
        try:
            async with httpx2.AsyncClient(timeout=SECONDS_TO_ANSWER) as client:
                answer = await client.post(gateway.url, json=body, headers=headers)
                answer.raise_for_status()
        except httpx2.HTTPStatusError as error:
            raise (Refused if error.response.status_code in THE_NUMBERS_FAULT else Unreachable) from error
        except httpx2.HTTPError as error:
            raise Unreachable from error

    return send


class DemoInbox:
    """What the demo would have sent, the newest first, as long as the server runs."""

    def __init__(self) -> None:
        self.letters: deque[Letter] = deque(maxlen=200)

    async def keep(self, letter: Letter) -> None:
        """Take the letter, once."""
        if all(kept.id != letter.id for kept in self.letters):
            self.letters.appendleft(letter)


inbox = DemoInbox()
"""The demo's inbox in this worker."""
