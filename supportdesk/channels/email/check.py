"""Trying an account step by step, for ``supportdesk channel test``: where it stops, and the server's words."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from aiosmtplib import SMTP, SMTPException
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from supportdesk.channels import secrets
from supportdesk.channels.email import connection, smtp
from supportdesk.channels.email.folders import open_folder
from supportdesk.channels.email.login import log_in
from supportdesk.channels.email.moving import can_move
from supportdesk.channels.email.oauth import tokens
from supportdesk.channels.email.sent import folder_for_copies
from supportdesk.channels.email.settings import Security, Server, Settings, settings
from supportdesk.channels.protocol import Step
from supportdesk.channels.trouble import unreachable, words
from supportdesk.domain.errors import DeskError
from supportdesk.i18n import N_, _, sentence


class _Stop(Exception):
    """A step failed; those after it on this server cannot be tried."""


class _Steps:
    """What was tried on one server."""

    def __init__(self) -> None:
        self.done: list[Step] = []

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Record the block as a step; the strings it appends are the detail."""
        detail: list[str] = []
        try:
            yield detail
        except DeskError as error:
            self.done.append(Step(name, False, sentence(error)))
            raise _Stop from None
        except (IMAPClientError, SMTPException, OSError) as error:
            self.done.append(Step(name, False, words(error)))
            raise _Stop from None
        self.done.append(Step(name, True, ", ".join(detail)))


def test(values: Mapping[str, Any]) -> tuple[Step, ...]:
    """Connects to both servers and changes nothing on either. Raises ``Invalid`` for impossible settings."""
    account = settings(values)
    return _imap(account) + _smtp(account.smtp)


def _imap(account: Settings) -> tuple[Step, ...]:
    steps = _Steps()
    client: IMAPClient | None = None
    try:
        _find_host(steps, account.imap, N_("IMAP: host name"))
        with steps.step(_encrypted(account.imap, N_("IMAP: connection"), N_("IMAP: encrypted connection"))) as detail:
            client = connection.open_connection(account.imap)
            detail.append(words(client.welcome))
        _find_secret(steps, account.imap, N_("IMAP: secret"))
        _find_access(steps, account.imap, N_("IMAP: access granted"))
        with steps.step(N_("IMAP: login")) as detail:
            connection.log_in(client, account.imap)
            detail.append(account.imap.user)
        with steps.step(N_("IMAP: what the server can")) as detail:
            detail += [name for name in ("IDLE", "UIDPLUS", "MOVE") if client.has_capability(name)]
        _folders(steps, client, account)
    except _Stop:
        pass
    finally:
        if client is not None:
            connection.hang_up(client)
    return tuple(steps.done)


def _folders(steps: _Steps, client: IMAPClient, account: Settings) -> None:
    """Each on its own: one that is missing says nothing about the next."""
    for name in account.folders:
        with contextlib.suppress(_Stop), steps.step(N_("IMAP: folder")) as detail:
            folder = open_folder(client, account.imap, name, moving=False)
            detail += [name, str(folder.exists)]
    if not all(step.ok for step in steps.done):
        with steps.step(N_("IMAP: folders there are")) as detail:
            detail += sorted(words(name) for flags, _, name in client.list_folders() if b"\\Noselect" not in flags)
    if account.move_to:
        with steps.step(N_("IMAP: moving taken mail")) as detail:
            if not can_move(client):
                raise IMAPClientError("MOVE, UIDPLUS: -")
            detail.append(account.move_to)
    if account.sent_folder:
        with steps.step(N_("IMAP: copies of sent mail")) as detail:
            detail.append(folder_for_copies(client, account) or _("kept by the server itself"))


def _smtp(server: Server) -> tuple[Step, ...]:
    steps = _Steps()
    with contextlib.suppress(_Stop):
        _find_host(steps, server, N_("SMTP: host name"))
        asyncio.run(_smtp_session(steps, server))
    return tuple(steps.done)


async def _smtp_session(steps: _Steps, server: Server) -> None:
    client: SMTP | None = None
    try:
        with steps.step(_encrypted(server, N_("SMTP: connection"), N_("SMTP: encrypted connection"))):
            client = await smtp.open_connection(server)
            await client.ehlo()
        if server.user:
            _find_secret(steps, server, N_("SMTP: secret"))
            _find_access(steps, server, N_("SMTP: access granted"))
            with steps.step(N_("SMTP: login")) as detail:
                await log_in(client, server)
                detail.append(server.user)
    finally:
        if client is not None:
            client.close()


def _find_host(steps: _Steps, server: Server, name: str) -> None:
    with steps.step(name) as detail:
        try:
            found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise unreachable(server, error) from None
        detail += _unique(str(address[0]) for *_, address in found)


def _find_secret(steps: _Steps, server: Server, name: str) -> None:
    with steps.step(name) as detail:
        secrets.resolve(server.secret)
        detail.append(server.secret.partition(":")[0])


def _find_access(steps: _Steps, server: Server, name: str) -> None:
    """A token for it, and until when the provider gives tokens, where it tells."""
    if server.oauth is None:
        return
    with steps.step(name) as detail:
        shared = tokens(server.oauth)
        shared.access_token()
        detail.append(server.oauth.title)
        if shared.until is not None:
            detail.append(_("until {at}").format(at=shared.until.isoformat(sep=" ", timespec="minutes")))


def _encrypted(server: Server, plain: str, encrypted: str) -> str:
    return plain if server.security is Security.PLAIN else encrypted


def _unique(values: Iterator[str]) -> Sequence[str]:
    return list(dict.fromkeys(values))
