"""Moving mail that was taken out of the way, only in a manner that touches no other mail."""

from collections.abc import Sequence

from imapclient import DELETED, IMAPClient
from imapclient.exceptions import IMAPClientError

from supportdesk.channels.email.connection import alive
from supportdesk.channels.email.settings import Server
from supportdesk.channels.trouble import FolderTrouble, words
from supportdesk.i18n import N_


def can_move(client: IMAPClient) -> bool:
    """Without MOVE or UIDPLUS only a plain EXPUNGE is left, which removes what others marked deleted."""
    return bool(client.has_capability("MOVE") or client.has_capability("UIDPLUS"))


def move(client: IMAPClient, server: Server, uids: Sequence[int], folder: str) -> None:
    """Move ``uids``, already committed by the desk; the folder is made when it is not there.

    Raises ``FolderTrouble`` when the server does not: the mails stay where they are.
    """
    if not can_move(client):
        raise FolderTrouble(
            N_("{server} offers neither MOVE nor UIDPLUS: taken mail stays where it is."),
            hint=N_("Remove the option move-to."),
            server=server.shown,
        )
    try:
        with alive(server):
            if not client.folder_exists(folder):
                client.create_folder(folder)
            if client.has_capability("MOVE"):
                client.move(uids, folder)
                return
            client.copy(uids, folder)
            client.add_flags(uids, [DELETED], silent=True)
            client.uid_expunge(uids)
    except IMAPClientError as error:
        raise FolderTrouble(
            N_("{server} does not move mail to {folder}: {reason}."),
            server=server.shown, folder=folder, reason=words(error),
        ) from None  # fmt: skip
