"""Which UIDs of a folder are to be taken. The cursor is UIDVALIDITY and UID; flags and dates never are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from supportdesk.channels.email.connection import alive, is_busy
from supportdesk.channels.email.settings import Server
from supportdesk.channels.trouble import FolderTrouble, ServerTrouble, words
from supportdesk.i18n import N_

# imaplib gives up on a line of a million octets; a SEARCH answer needs up to eleven an UID.
SEARCH_WINDOW = 80_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder as it was when selected."""

    name: str
    uidvalidity: int
    exists: int
    uidnext: int


def open_folder(client: IMAPClient, server: Server, name: str, *, moving: bool) -> Opened:
    """EXAMINE, so that reading cannot change it; SELECT only when taken mail is moved away.

    Raises ``FolderTrouble`` when there is no such folder or it has no lasting UIDs.
    """
    try:
        with alive(server):
            answer = client.select_folder(name, readonly=not moving)
    except IMAPClientError as error:
        if is_busy(error):
            raise busy(server, error) from None
        raise FolderTrouble(
            N_("{server} does not open the folder {folder}: {reason}."),
            hint=N_("It may have been renamed or removed; supportdesk channel test lists the folders."),
            server=server.shown, folder=name, reason=words(error),
        ) from None  # fmt: skip
    uidvalidity = answer.get(b"UIDVALIDITY", 0)
    if not uidvalidity or b"UIDNOTSTICKY" in answer:
        raise FolderTrouble(
            N_("{server} keeps no lasting UIDs in the folder {folder}: it cannot be fetched safely."),
            server=server.shown, folder=name,
        )  # fmt: skip
    return Opened(name, uidvalidity, answer.get(b"EXISTS", 0), answer.get(b"UIDNEXT", 0))


def uids_above(client: IMAPClient, server: Server, folder: Opened, cursor: int) -> Sequence[int]:
    """The UIDs greater than ``cursor``, ascending. ``n:*`` always names the last mail, also below n (RFC 3501)."""
    found: set[int] = set()
    for criterion in _windows(folder, cursor + 1):
        with alive(server):
            found.update(client.search(["UID", criterion]))
    return sorted(uid for uid in found if uid > cursor)


def still_there(client: IMAPClient, server: Server, uids: Sequence[int]) -> frozenset[int]:
    """Those of ``uids`` the server still lists."""
    with alive(server):
        return frozenset(client.search(["UID", ",".join(map(str, uids))])) & frozenset(uids)


def busy(server: Server, error: IMAPClientError | str) -> ServerTrouble:
    """The server asks to be left alone for a while."""
    return ServerTrouble(
        N_("{server} is busy: {reason}."), hint=N_("It is tried again later."), server=server.shown, reason=words(error)
    )


def not_understood(server: Server, error: Exception) -> ServerTrouble:
    """A NO or BAD, or an answer that breaks the protocol, where none was to be expected."""
    return ServerTrouble(N_("{server} answers: {reason}."), server=server.shown, reason=words(error))


def _windows(folder: Opened, first: int) -> Iterator[str]:
    """UID ranges whose answers fit a line. The last is open, for what arrived since the folder was opened."""
    if folder.exists > SEARCH_WINDOW:
        while first + SEARCH_WINDOW < folder.uidnext:
            yield f"{first}:{first + SEARCH_WINDOW - 1}"
            first += SEARCH_WINDOW
    yield f"{first}:*"
