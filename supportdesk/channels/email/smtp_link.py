"""One connection to an SMTP server: kept, asked whether it lives, replaced, and one mail at a time carried over it.

A mail is handed over once. Only a kept connection that is found dead at MAIL, before the server had anything, is
replaced within the same try; repeating is otherwise the outbox's decision.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
)

from supportdesk.channels.email.settings import Server
from supportdesk.channels.email.smtp import connect
from supportdesk.channels.protocol import LONGEST_SEND, PermanentRefusal, Refused, Sent, TemporaryRefusal
from supportdesk.channels.secrets import SecretMissing
from supportdesk.channels.trouble import ServerTrouble, connection_lost, words
from supportdesk.i18n import N_

IDLE_SECONDS = 60.0  # a kept connection unused for longer is closed
ASK_AFTER = 5.0  # unused for longer, it is asked before it is used
MOST_MAILS = 100  # over one connection; servers count them too
ADDRESS_SYNTAX = 553
CLOSING = 421  # it says goodbye (RFC 5321, 3.8)

Dsn = Literal["none", "failure", "all"]
_NOTIFY = {"failure": "FAILURE,DELAY", "all": "SUCCESS,FAILURE,DELAY"}
_MESSAGE_ID = re.compile(rb"\AMessage-ID:\s*<([!-;=?-~]+)>", re.IGNORECASE)
LONGEST_ENVID = 100
"""Characters of an envelope identifier (RFC 3461, 4.4)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail and who it is from and for, as SMTP says it. ``dsn``: which reports are asked for; with "none" it is
    the servers that decide, and what fails is reported all the same."""

    wire: bytes
    sender: str
    recipients: tuple[str, ...]
    dsn: Dsn = "failure"


class Link:
    """A connection of one account. Whoever took it from its host uses it alone, from one thread at a time."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.used = 0.0
        self._runner = asyncio.Runner()
        self._client: SMTP | None = None
        self._carried = 0

    @property
    def alive(self) -> bool:
        return self._client is not None and self._client.is_connected

    def send(self, mail: Envelope) -> Sent:
        """Connect if need be, and hand the mail over; raises the two refusals."""
        try:
            return self._runner.run(self._within_time(mail))
        finally:
            self.used = time.monotonic()

    def close(self) -> None:
        """QUIT, and end the loop; the link is not used again."""
        with contextlib.suppress(Exception):
            self._runner.run(self._hang_up(politely=True))
        self._runner.close()

    async def _within_time(self, mail: Envelope) -> Sent:
        try:
            async with asyncio.timeout(LONGEST_SEND):
                return await self._send(mail)
        except ServerTrouble as trouble:
            raise TemporaryRefusal.because(trouble) from trouble
        except TimeoutError as error:
            raise TemporaryRefusal.because(connection_lost(self.server, error)) from error
        finally:
            if self._carried >= MOST_MAILS:
                await self._hang_up(politely=True)

    async def _send(self, mail: Envelope) -> Sent:
        try:
            client = await self._begun(mail)
            refused = await self._addressed(client, mail)
            answer = await client.data(mail.wire)
        except SMTPResponseException as refusal:
            await self._reset(refusal.code)
            raise refused_by(self.server, refusal.code, refusal.message) from None
        except (SMTPNotSupported, ValueError) as error:  # an address that cannot be put on the wire
            await self._reset()
            raise refused_by(self.server, ADDRESS_SYNTAX, str(error)) from None
        except (SMTPException, OSError) as error:
            await self._hang_up()
            raise connection_lost(self.server, error) from error
        except (TemporaryRefusal, PermanentRefusal):
            raise
        except BaseException:
            await self._hang_up()
            raise
        self._carried += 1
        return Sent(words(answer.message), refused)

    async def _begun(self, mail: Envelope) -> SMTP:
        """A connection that has accepted MAIL; at a kept one that turns out to be dead, a new one."""
        client = await self._kept()
        if client is not None:
            try:
                await _mail(client, mail)
                return client
            except SMTPResponseException as refusal:
                if refusal.code != CLOSING and client.is_connected:
                    raise
            except SMTPNotSupported:
                raise
            except (SMTPException, OSError):
                pass
        await self._hang_up()
        self._client = client = await self._connected()
        await _mail(client, mail)
        return client

    async def _kept(self) -> SMTP | None:
        """The connection there is, if it still answers."""
        client, unused = self._client, time.monotonic() - self.used
        if client is None or not client.is_connected or unused > IDLE_SECONDS:
            return None
        if unused > ASK_AFTER:
            try:
                await client.noop(timeout=10)
            except (SMTPException, OSError):
                return None
        return client

    async def _connected(self) -> SMTP:
        """Whatever prevents it, nothing is wrong with the mail."""
        try:
            client = await connect(self.server)
        except (ServerTrouble, SecretMissing) as trouble:
            raise TemporaryRefusal.because(trouble, away=True) from trouble
        self._carried = 0
        return client

    async def _addressed(self, client: SMTP, mail: Envelope) -> tuple[Refused, ...]:
        """Those it does not take beside others; raises when it takes none."""
        options = [f"NOTIFY={_NOTIFY[mail.dsn]}"] if _reports(client, mail) else []
        refused: list[Refused] = []
        for address in mail.recipients:
            try:
                await client.rcpt(address, options=options, encoding=_encoding(mail))
            except SMTPRecipientRefused as refusal:
                if refusal.code == CLOSING:
                    raise
                refused.append(Refused(address, refusal.code, words(refusal.message)))
        if len(refused) == len(mail.recipients):
            await self._reset()
            raise _all_refused(self.server, tuple(refused))
        return tuple(refused)

    async def _reset(self, code: int = 0) -> None:
        """Make the connection ready for the next mail, or end it."""
        client = self._client
        try:
            if code == CLOSING or client is None:
                await self._hang_up()
            else:
                await client.rset()
        except (SMTPException, OSError):
            await self._hang_up()

    async def _hang_up(self, *, politely: bool = False) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        if politely and client.is_connected:
            with contextlib.suppress(SMTPException, OSError):
                await client.quit(timeout=5)
        client.close()


async def _mail(client: SMTP, mail: Envelope) -> None:
    options = []
    if client.supports_extension("size"):
        options.append(f"SIZE={len(mail.wire)}")
    if not mail.wire.isascii() and client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    if _encoding(mail) == "utf-8":
        if not client.supports_extension("smtputf8"):
            raise SMTPNotSupported("SMTPUTF8 is not supported by this server")
        options.append("SMTPUTF8")
    if _reports(client, mail):
        options.append("RET=HDRS")
        name = envelope_id(mail.wire)
        options += [f"ENVID={name}"] if name else []
    await client.mail(mail.sender, options=options, encoding=_encoding(mail))


def _encoding(mail: Envelope) -> str:
    return "ascii" if all(address.isascii() for address in (mail.sender, *mail.recipients)) else "utf-8"


def _reports(client: SMTP, mail: Envelope) -> bool:
    """Whether reports are asked for (RFC 3461). With the null sender there is nobody to report to."""
    return mail.dsn in _NOTIFY and bool(mail.sender) and client.supports_extension("dsn")


def envelope_id(wire: bytes) -> str:
    """The mail's own Message-ID as xtext (RFC 3461, 4): what a report calls Original-Envelope-Id. "" if too long."""
    found = _MESSAGE_ID.match(wire)
    text = "".join(f"+{ord(c):02X}" if c in "+=" else c for c in found[1].decode("ascii")) if found else ""
    return text if len(text) <= LONGEST_ENVID else ""


def refused_by(
    server: Server, code: int, text: str, recipients: tuple[Refused, ...] = ()
) -> TemporaryRefusal | PermanentRefusal:
    """Its first digit decides (RFC 5321, 4.2.1)."""
    kind = PermanentRefusal if 500 <= code < 600 else TemporaryRefusal
    return kind(
        N_("{server} does not take the mail: {code} {text}."),
        code=code, text=words(text), recipients=recipients, server=server.shown,
    )  # fmt: skip


def _all_refused(server: Server, refused: Sequence[Refused]) -> TemporaryRefusal | PermanentRefusal:
    """Temporary as long as one of them may be accepted later."""
    telling = next((one for one in refused if one.temporary), refused[0])
    return refused_by(server, telling.code, telling.text, tuple(refused))
