"""Logging in to an SMTP server, by password or by access token, with one method that suits the connection."""

import asyncio

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponseException

from supportdesk.channels import secrets
from supportdesk.channels.email.oauth import tokens
from supportdesk.channels.email.oauth_providers import OAuth
from supportdesk.channels.email.settings import Server
from supportdesk.channels.trouble import LoginRefused, ServerTrouble, connection_lost, login_refused, words
from supportdesk.i18n import N_


async def log_in(client: SMTP, server: Server) -> None:
    """Where the server wants a login. Raises ``ServerTrouble``, ``LoginRefused`` among them, or ``SecretMissing``."""
    if not server.user:
        return
    try:
        await client.ehlo()
        if server.oauth is not None:
            await _by_token(client, server, server.oauth)
        else:
            await _by_password(client, server)
    except SMTPAuthenticationError as refusal:
        raise _refused(server, refusal) from None
    except (SMTPException, OSError) as error:
        raise connection_lost(server, error) from error


def not_let_in(server: Server, refusal: SMTPResponseException) -> ServerTrouble:
    """A greeting or a login that is refused for now."""
    return ServerTrouble(
        N_("{server} does not let us in: {reason}."),
        server=server.shown, reason=words(f"{refusal.code} {refusal.message}"),
    )  # fmt: skip


async def _by_password(client: SMTP, server: Server) -> None:
    """Trying other methods with a wrong password locks accounts."""
    password = secrets.resolve(server.secret)
    offered = client.server_auth_methods
    methods = ("plain", "login", "cram-md5") if client.get_transport_info("sslcontext") else SMTP.AUTH_METHODS
    method = next((name for name in methods if name in offered), "")
    if not method:
        raise login_refused(server, server.user, N_("it offers no way to log in; check port and security"))
    client.server_auth_methods = [method]
    await client.login(server.user, password)


async def _by_token(client: SMTP, server: Server, account: OAuth) -> None:
    """A refused token may have been withdrawn: one new one is tried, and no third."""
    if "xoauth2" not in client.server_auth_methods:
        raise login_refused(server, server.user, N_("it does not offer XOAUTH2"))
    shared = tokens(account)
    token = await asyncio.to_thread(shared.access_token)
    try:
        await client.auth_xoauth2(server.user, token)
    except SMTPAuthenticationError as refusal:
        if not isinstance(_refused(server, refusal), LoginRefused):
            raise
        another = await asyncio.to_thread(shared.access_token, instead_of=token)
        if another == token:
            raise
        await client.auth_xoauth2(server.user, another)


def _refused(server: Server, refusal: SMTPAuthenticationError) -> ServerTrouble:
    if 400 <= refusal.code < 500:
        return not_let_in(server, refusal)
    return login_refused(server, server.user, f"{refusal.code} {refusal.message}")
