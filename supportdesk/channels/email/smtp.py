"""The outgoing half of an e-mail channel: SMTP with a connection kept for the next mail.

A mail is handed over once. A kept connection is asked whether it lives before it is used, so nothing has to be
repeated after the server may have accepted it; repeating is the outbox's decision.
"""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from supportdesk.channels import secrets
from supportdesk.channels.email import tls
from supportdesk.channels.email.settings import Security, Server, settings
from supportdesk.channels.protocol import PermanentRefusal, Refused, Sent, TemporaryRefusal
from supportdesk.channels.secrets import SecretMissing
from supportdesk.channels.trouble import ServerTrouble, connection_lost, login_refused, no_starttls, unreachable, words
from supportdesk.i18n import N_

CONNECT_SECONDS = 20.0
IDLE_SECONDS = 60.0  # a kept connection unused for longer is not worth asking
ADDRESS_SYNTAX = 553


class SmtpSender:
    """See ``protocol.Sender``."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._lock = threading.Lock()
        self._runner = asyncio.Runner()
        self._client: SMTP | None = None
        self._used = 0.0

    def send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
        """Hand one mail over. A missing secret, a wrong password or a silent server are ``TemporaryRefusal`` too:
        nothing is wrong with the mail."""
        if not recipients:
            raise PermanentRefusal(N_("The mail has no recipient."))
        for address in (sender, *recipients):
            if not address.isprintable() or "<" in address or ">" in address:
                raise _refusal(self.server, ADDRESS_SYNTAX, address)
        with self._lock:
            try:
                return self._runner.run(self._send(wire, sender, recipients))
            except (ServerTrouble, SecretMissing) as trouble:
                raise TemporaryRefusal.because(trouble) from trouble

    def close(self) -> None:
        """QUIT, and end the loop; the sender is not used again."""
        with self._lock:
            with contextlib.suppress(Exception):
                self._runner.run(self._hang_up(politely=True))
            self._runner.close()

    async def _send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
        client = await self._connected()
        try:
            options = _mail_options(client, wire, (sender, *recipients))
            errors, answer = await client.sendmail(sender, list(recipients), wire, mail_options=options)
        except SMTPRecipientsRefused as refusal:
            raise _all_refused(self.server, refusal.recipients) from None
        except SMTPResponseException as refusal:
            if refusal.code == 421 or not client.is_connected:  # it says goodbye (RFC 5321, 3.8)
                await self._hang_up()
            raise _refusal(self.server, refusal.code, refusal.message) from None
        except (SMTPNotSupported, ValueError) as error:  # an address that cannot be put on the wire
            raise _refusal(self.server, ADDRESS_SYNTAX, str(error)) from None
        except (SMTPException, OSError) as error:
            await self._hang_up()
            raise connection_lost(self.server, error) from error
        except BaseException:
            await self._hang_up()
            raise
        finally:
            self._used = time.monotonic()
        refused = tuple(Refused(address, code, words(text)) for address, (code, text) in errors.items())
        return Sent(words(answer), refused)

    async def _connected(self) -> SMTP:
        """The kept connection if it still answers, else a new one, logged in."""
        client = self._client
        if client is not None and client.is_connected and time.monotonic() - self._used < IDLE_SECONDS:
            with contextlib.suppress(SMTPException, OSError):
                await client.noop(timeout=10)
                return client
        await self._hang_up()
        self._client = await connect(self.server)
        return self._client

    async def _hang_up(self, *, politely: bool = False) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        if politely and client.is_connected:
            with contextlib.suppress(SMTPException, OSError):
                await client.quit(timeout=5)
        client.close()


async def connect(server: Server) -> SMTP:
    """Connect, encrypt and log in. Raises ``ServerTrouble``, or ``SecretMissing``."""
    client = await open_connection(server)
    try:
        await log_in(client, server)
    except BaseException:
        client.close()
        raise
    return client


async def open_connection(server: Server) -> SMTP:
    """Connect, greet, and encrypt; without logging in."""
    encrypted = server.security is not Security.PLAIN
    try:
        sock = await asyncio.to_thread(socket.create_connection, (server.host, server.port), CONNECT_SECONDS)
    except OSError as error:
        raise unreachable(server, error) from None
    client = SMTP(
        hostname=server.host,
        sock=sock,
        use_tls=server.security is Security.TLS,
        start_tls=False,
        tls_context=tls.context(server) if encrypted else None,
        local_hostname=_own_name(sock),
        timeout=server.timeout,
    )
    try:
        await client.connect()
        if server.security is Security.STARTTLS:
            await _start_tls(client, server)
    except SMTPResponseException as refusal:
        client.close()
        raise _greeting_refused(server, refusal) from None
    except (SMTPException, OSError) as error:
        client.close()
        sock.close()
        raise unreachable(server, error) from None
    except BaseException:
        client.close()
        sock.close()
        raise
    return client


async def log_in(client: SMTP, server: Server) -> None:
    """With the one method that suits the connection: trying others with a wrong password locks accounts."""
    if not server.user:
        return
    password = secrets.resolve(server.secret)
    try:
        await client.ehlo()
        offered = client.server_auth_methods
        methods = ("plain", "login", "cram-md5") if client.get_transport_info("sslcontext") else SMTP.AUTH_METHODS
        method = next((name for name in methods if name in offered), "")
        if not method:
            raise login_refused(server, server.user, N_("it offers no way to log in; check port and security"))
        client.server_auth_methods = [method]
        await client.login(server.user, password)
    except SMTPAuthenticationError as refusal:
        if 400 <= refusal.code < 500:
            raise _greeting_refused(server, refusal) from None
        raise login_refused(server, server.user, f"{refusal.code} {refusal.message}") from None
    except (SMTPException, OSError) as error:
        raise connection_lost(server, error) from error


def _own_name(sock: socket.socket) -> str:
    """For EHLO: the host's full name, or its address (RFC 5321, 4.1.4). Asking DNS for it may take seconds."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = str(sock.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


async def _start_tls(client: SMTP, server: Server) -> None:
    await client.ehlo()
    if not client.supports_extension("starttls"):
        raise no_starttls(server)
    await client.starttls()


def _mail_options(client: SMTP, wire: bytes, addresses: Sequence[str]) -> list[str]:
    options = []
    if not wire.isascii() and client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    if not all(address.isascii() for address in addresses):
        options.append("SMTPUTF8")  # aiosmtplib refuses when the server does not offer it
    return options


def _refusal(
    server: Server, code: int, text: str, recipients: tuple[Refused, ...] = ()
) -> TemporaryRefusal | PermanentRefusal:
    """Its first digit decides (RFC 5321, 4.2.1)."""
    kind = PermanentRefusal if 500 <= code < 600 else TemporaryRefusal
    return kind(
        N_("{server} does not take the mail: {code} {text}."),
        code=code, text=words(text), recipients=recipients, server=server.shown,
    )  # fmt: skip


def _all_refused(server: Server, refusals: Sequence[SMTPRecipientRefused]) -> TemporaryRefusal | PermanentRefusal:
    """Temporary as long as one of them may be accepted later."""
    refused = tuple(Refused(one.recipient, one.code, words(one.message)) for one in refusals)
    telling = next((one for one in refused if one.temporary), refused[0])
    return _refusal(server, telling.code, telling.text, refused)


def _greeting_refused(server: Server, refusal: SMTPResponseException) -> ServerTrouble:
    return ServerTrouble(
        N_("{server} does not let us in: {reason}."),
        server=server.shown, reason=words(f"{refusal.code} {refusal.message}"),
    )  # fmt: skip


def sender(values: Mapping[str, Any]) -> SmtpSender:
    """The sender of a channel with these settings; connects at the first mail."""
    return SmtpSender(settings(values).smtp)
