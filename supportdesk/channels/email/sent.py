"""A copy of each sent mail in a folder of the mailbox, where other mail programs look for it.

The mail is sent by then: whatever happens here is told in the log and changes nothing about that.
"""

import logging
from datetime import datetime

from imapclient import SEEN, IMAPClient
from imapclient.imapclient import SENT

from supportdesk.channels.email.connection import alive, connect, hang_up
from supportdesk.channels.email.settings import Settings
from supportdesk.channels.trouble import FolderTrouble, words
from supportdesk.domain.errors import DeskError
from supportdesk.i18n import N_, sentence

AUTO = "auto"
COPIES_ITSELF = "X-GM-EXT-1"
"""Gmail: what is sent through its SMTP server is in its folder of sent mail already."""

log = logging.getLogger(__name__)


def keep_copy(account: Settings, wire: bytes, at: datetime) -> None:
    """Append ``wire``, sent at ``at``, to the account's folder for sent mail; does nothing where none is set.

    Over a connection of its own, so that it disturbs neither receiving nor sending. Never raises.
    """
    if not account.sent_folder:
        return
    try:
        client = connect(account.imap)
        try:
            with alive(account.imap):
                _append(client, account, wire, at)
        finally:
            hang_up(client)
    except Exception as error:
        told = sentence(error) if isinstance(error, DeskError) else words(error)
        log.warning("no copy of a sent mail was kept on %s: %s", account.imap.shown, told)


def folder_for_copies(client: IMAPClient, account: Settings) -> str | None:
    """The one named, which may not be there yet; for "auto" the one with the special use \\Sent (RFC 6154), else one
    with a usual name. None where the server keeps copies itself; raises ``FolderTrouble`` where none is found.
    """
    if account.sent_folder != AUTO:
        return account.sent_folder
    if client.has_capability(COPIES_ITSELF):
        return None
    for flags, _, name in client.list_folders():
        if SENT.lower() in (flag.lower() for flag in flags):
            return str(name)
    found = client.find_special_folder(SENT)
    if found is None:
        raise FolderTrouble(
            N_("{server} names no folder for sent mail."),
            hint=N_("Name one with the option sent-folder."),
            server=account.imap.shown,
        )
    return str(found)


def _append(client: IMAPClient, account: Settings, wire: bytes, at: datetime) -> None:
    folder = folder_for_copies(client, account)
    if folder is None:
        return
    if account.sent_folder != AUTO and not client.folder_exists(folder):
        client.create_folder(folder)
    limit = _limit(client, folder)
    if limit is not None and len(wire) > limit:
        raise FolderTrouble(N_("{server} takes no mail over {limit} bytes."), server=account.imap.shown, limit=limit)
    client.append(folder, wire, (SEEN,), at)  # the library waits for the server to ask for the literal


def _limit(client: IMAPClient, folder: str) -> int | None:
    """The largest mail that may be appended (RFC 7889), None where the server does not say."""
    for capability in client.capabilities():
        name, equals, value = capability.upper().partition(b"=")
        if name == b"APPENDLIMIT" and equals:
            return int(value)
        if name == b"APPENDLIMIT":  # every folder has its own
            told = client.folder_status(folder, ["APPENDLIMIT"]).get(b"APPENDLIMIT")
            return None if told is None else int(told)
    return None
