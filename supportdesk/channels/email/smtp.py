"""Reaching an SMTP server: connected, encrypted, logged in."""

import asyncio
import socket

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException

from supportdesk.channels.email import tls
from supportdesk.channels.email.login import log_in, not_let_in
from supportdesk.channels.email.settings import Security, Server
from supportdesk.channels.trouble import connection_lost, no_starttls, unreachable

CONNECT_SECONDS = 20.0


async def connect(server: Server) -> SMTP:
    """Connect, encrypt, log in, and know what the server can. Raises ``ServerTrouble``, or ``SecretMissing``."""
    client = await open_connection(server)
    try:
        await log_in(client, server)
        await _introduce(client, server)
    except BaseException:
        client.close()
        raise
    return client


async def _introduce(client: SMTP, server: Server) -> None:
    if not client.is_ehlo_or_helo_needed:
        return
    try:
        try:
            await client.ehlo()
        except SMTPHeloError:
            await client.helo()
    except (SMTPException, OSError) as error:
        raise connection_lost(server, error) from error


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
        raise not_let_in(server, refusal) from None
    except (SMTPException, OSError) as error:
        client.close()
        sock.close()
        raise unreachable(server, error) from None
    except BaseException:
        client.close()
        sock.close()
        raise
    return client


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
