"""An SMTP server on a free port that keeps what it receives and can be told to misbehave."""

import asyncio
import base64
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.services.dovecot import PASSWORD, Dovecot
from tests.services.ports import LOOPBACK, free_port

Drop = Literal["", "mail", "rcpt", "data", "accepted"]
ATTEMPTS = 3
CUT = "421 4.3.2 Never seen by the client"


@dataclass(frozen=True, slots=True)
class Received:
    """One mail the server took."""

    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass
class SmtpSink:
    """A running server; change its attributes between mails to change its manners.

    ``refuse_recipients`` maps an address to the answer it gets ("450 4.2.1 busy"), ``refuse_sender`` and
    ``refuse_data`` are answers to MAIL and to the whole mail. ``drop`` cuts the connection at that command;
    "accepted" cuts it after the mail was taken and before the client is told.
    """

    host: str = LOOPBACK
    port: int = 0
    received: list[Received] = field(default_factory=list)
    refuse_recipients: dict[str, str] = field(default_factory=dict)
    refuse_sender: str = ""
    refuse_data: str = ""
    drop: Drop = ""
    connections: int = 0
    logins: list[str] = field(default_factory=list)
    tls_used: bool = False
    knows_token: Callable[[str, str], bool] | None = None
    _mailboxes: Dovecot | None = field(default=None, repr=False)
    _arrived: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def forward_into(self, mailboxes: Dovecot) -> None:
        """From now on put each mail into the mailbox of its recipient: the part before the @ is the user."""
        self._mailboxes = mailboxes

    def wait_for(self, count: int, seconds: float = 10) -> list[Received]:
        """Block until ``count`` mails were received in all; returns them."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.received) >= count, seconds):
                raise TimeoutError(f"{len(self.received)} of {count} mails arrived within {seconds} s")
            return list(self.received)

    def keep(self, mail: Received) -> None:
        if self._mailboxes is not None:
            for recipient in mail.recipients:
                self._mailboxes.deliver(recipient.partition("@")[0], mail.raw)
        with self._arrived:
            self.received.append(mail)
            self._arrived.notify_all()

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        if data.password != PASSWORD.encode():
            return AuthResult(success=False, handled=False)
        self.logins.append(data.login.decode())
        return AuthResult(success=True)


class _Handler:
    """aiosmtpd's hooks, answering as the sink says."""

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sink.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sink.tls_used = _encrypted(server)
        if self._cut(server, "mail"):
            return CUT
        if self.sink.refuse_sender:
            return self.sink.refuse_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender ok"

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._cut(server, "rcpt"):
            return CUT
        if refusal := self.sink.refuse_recipients.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self._cut(server, "data"):
            return CUT
        if self.sink.refuse_data:
            return self.sink.refuse_data
        raw = envelope.original_content or b""
        mail = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw)
        await asyncio.to_thread(self.sink.keep, mail)
        self._cut(server, "accepted")
        return "250 2.0.0 Taken"

    def _cut(self, server: SMTP, moment: Drop) -> bool:
        cut = self.sink.drop == moment
        if cut and server.transport is not None:
            server.transport.abort()  # type: ignore[attr-defined]
        return cut


class _TokenHandler(_Handler):
    """Offers XOAUTH2 too: a refusal comes as a challenge, which has to be answered with nothing."""

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:
        user, _, rest = base64.b64decode(arguments[1]).decode().removeprefix("user=").partition("\1auth=Bearer ")
        token, _, end = rest.partition("\1\1")
        knows = self.sink.knows_token
        if knows is not None and end == "" and knows(user, token):
            self.sink.logins.append(user)
            return AuthResult(success=True)
        answered = await server.challenge_auth('{"status":"401","schemes":"bearer"}')
        message = None if answered == b"" else "501 5.5.2 That is no empty answer"
        return AuthResult(success=False, handled=False, message=message)


def _encrypted(server: SMTP) -> bool:
    return server.transport is not None and server.transport.get_extra_info("sslcontext") is not None


@contextmanager
def running_smtp(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login_needed: bool = False,
    knows_token: Callable[[str, str], bool] | None = None,
) -> Iterator[SmtpSink]:
    """Start a sink. ``tls`` makes it speak TLS from the first byte, ``starttls`` offers the upgrade;
    ``knows_token`` says whether a user may log in with an access token."""
    sink = SmtpSink(knows_token=knows_token)
    for attempt in range(ATTEMPTS):
        sink.port = free_port()
        controller = Controller(
            _TokenHandler(sink) if knows_token else _Handler(sink),
            hostname=sink.host,
            port=sink.port,
            ssl_context=tls,
            tls_context=starttls,
            server_hostname="sink.example",
            authenticator=sink.authenticate,
            auth_required=login_needed,
            auth_require_tls=False,
        )
        try:
            controller.start()
            break
        except OSError:
            if attempt == ATTEMPTS - 1:
                raise
    try:
        yield sink
    finally:
        controller.stop()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A plain SMTP server of the test's own; AUTH is offered with the password ``pw`` and not required."""
    with running_smtp() as sink:
        yield sink


@pytest.fixture
def smtp_with() -> Iterator[Callable[..., SmtpSink]]:
    """``smtp_with(starttls=…, login_needed=True)``: an SMTP server configured for the test."""
    with ExitStack() as stack:
        yield lambda **kwargs: stack.enter_context(running_smtp(**kwargs))
