"""Where messages go in tests: a real SMTP server and a real gateway over HTTP, both on loopback."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from scripts.dev import free_port


class Mailbox:
    """What an SMTP server has taken. ``refusal`` is an SMTP answer to give to every recipient instead."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusal = ""
        self.asked = 0
        self.arrived = Event()
        self.reached, self.gate = Event(), Event()
        """Set when a letter is on its way in; it is taken when the gate is open."""
        self.gate.set()

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked += 1
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.reached.set()
        await asyncio.to_thread(self.gate.wait, 20)
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.arrived.set()
        return "250 OK"

    @property
    def texts(self) -> list[str]:
        """The bodies, on one line each."""
        return [" ".join(mail.get_content().split()) for mail in self.mails]


@contextmanager
def smtp_server(mailbox: Mailbox, port: int = 0) -> Iterator[int]:
    """Run an SMTP server that fills ``mailbox``, and give its port."""
    server = Controller(mailbox, hostname="127.0.0.1", port=port or free_port())
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def smtp_settings(port: int) -> dict[str, str]:
    """Return the environment in which e-mail goes to the SMTP server at ``port``."""
    wanted = {"HOST": "127.0.0.1", "PORT": str(port), "TLS": "off", "SENDER": "noreply@webtidbok.test"}
    return {f"WEBTIDBOK_SMTP__{name}": value for name, value in wanted.items()}


class Gateway:
    """What an SMS gateway was asked to send. ``status`` is what it answers."""

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 202


@contextmanager
def sms_gateway(gateway: Gateway) -> Iterator[str]:
    """Run a gateway that fills ``gateway``, and give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.headers.append(dict(self.headers))
            if gateway.status < 400:
                gateway.texts.append(json.loads(body))
            self.send_response(gateway.status)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/messages"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
