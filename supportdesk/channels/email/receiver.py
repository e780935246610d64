"""The incoming half of an e-mail channel: one IMAP connection that takes what is there and waits for more.

The UID cursor is only a short cut: a folder is compared with the desk as a whole when it is first opened, after any
trouble, and every hour, so a crash between two rows or a UID that became visible late leaves no gap.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from supportdesk.channels import backoff
from supportdesk.channels.backoff import BACK_OFF, LOGIN_BACK_OFF
from supportdesk.channels.email.connection import connect, hang_up
from supportdesk.channels.email.fetch import Fetcher
from supportdesk.channels.email.folders import Opened, not_understood, open_folder, uids_above
from supportdesk.channels.email.idle import wait_for_news
from supportdesk.channels.email.moving import move
from supportdesk.channels.email.oauth import ending
from supportdesk.channels.email.settings import Server, Settings, settings
from supportdesk.channels.protocol import Balance, RawItem, Sink
from supportdesk.channels.secrets import SecretMissing
from supportdesk.channels.trouble import ConnectionLost, FolderTrouble, LoginRefused, ServerTrouble
from supportdesk.i18n import N_

RECONCILE_SECONDS = 3600.0
RECONNECTIONS = 30  # of one catch-up: enough to halve 500 mails down to the one that breaks connections, twice

Key = tuple[str, int]  # folder, UIDVALIDITY


@dataclass
class _Progress:
    """What one connection achieved before it ended."""

    taken: int = 0
    reused: bool = False


class ImapReceiver:
    """See ``protocol.Receiver``."""

    def __init__(self, account: Settings) -> None:
        self.account = account
        self._client: IMAPClient | None = None
        self._fetcher = Fetcher(account)
        self._compared: dict[Key, float] = {}  # when a folder was last compared with the desk as a whole
        self._searched: dict[Key, int] = {}  # UIDNEXT before the last search: all below it was seen
        self._stop = threading.Event()

    def catch_up(self, sink: Sink) -> int:
        """Take all there is in every folder; the outcome is told to ``sink.contact``.

        Raises ``ServerTrouble`` or ``SecretMissing``; ``FolderTrouble`` only after the other folders were taken.
        """
        try:
            taken = self._catch_up(sink)
        except (ServerTrouble, SecretMissing) as trouble:
            sink.contact(str(trouble))
            raise
        sink.contact()
        if ends := ending(self.account.imap.oauth, self.account.smtp.oauth):
            sink.contact(ends)
        return taken

    def watch(self, sink: Sink, stop: threading.Event) -> None:
        """Take what comes until ``stop``; outages of the server are waited out with a growing back-off."""
        hang_ups = 0
        self._stop = stop
        while not stop.is_set():
            began = time.monotonic()
            try:
                self._catch_up_openable(sink)
            except (ServerTrouble, SecretMissing) as trouble:
                self.close()
                stop.wait(sink.hold_off(*_back_off(trouble)))
                continue
            try:
                self._wait(stop)
                hang_ups = 0
            except (ServerTrouble, SecretMissing):  # servers end idle connections; only often is too often
                self.close()
                hang_ups = hang_ups + 1 if time.monotonic() - began < self.account.poll else 1
                stop.wait(backoff.seconds(hang_ups, *BACK_OFF))
        self.close()

    def reconcile(self, sink: Sink) -> tuple[Balance, ...]:
        """Every folder as a whole. Raises ``ServerTrouble`` or ``SecretMissing``."""
        client = self._connected()
        balances = []
        try:
            for name in self.account.folders:
                folder = self._open(client, name)
                uids = uids_above(client, self.account.imap, folder, 0)
                unknown = sink.unknown(folder.name, folder.uidvalidity, uids) if uids else ()
                balances.append(Balance(folder.name, folder.uidvalidity, len(uids), tuple(sorted(unknown))))
        except IMAPClientError as error:
            raise not_understood(self.account.imap, error) from None
        return tuple(balances)

    def fetch_again(self, folder: str, uidvalidity: int, uid: int) -> RawItem | None:
        """See ``protocol.Receiver``. Moves and changes nothing. Raises ``ServerTrouble`` or ``SecretMissing``."""
        client = self._connected()
        try:
            opened = open_folder(client, self.account.imap, folder, moving=False)
            return self._fetcher.fetch_whole(client, opened, uid) if opened.uidvalidity == uidvalidity else None
        except IMAPClientError as error:
            raise not_understood(self.account.imap, error) from None
        except ConnectionLost:
            self.close()
            raise

    def close(self) -> None:
        """Hang up; the next use connects again and compares every folder."""
        self._compared.clear()
        if self._client is not None:
            hang_up(self._client)
            self._client = None

    def _catch_up_openable(self, sink: Sink) -> None:
        """A folder that is missing is the sink's to know; it does not end the watch over the others."""
        try:
            self.catch_up(sink)
        except FolderTrouble:
            return

    def _catch_up(self, sink: Sink) -> int:
        taken = 0
        for connection in range(RECONNECTIONS):
            progress = _Progress(reused=self._client is not None)
            learned = self._fetcher.learned
            try:
                self._all_folders(sink, progress)
                return taken + progress.taken
            except FolderTrouble:
                raise
            except ServerTrouble as trouble:
                self.close()
                # Go on while it leads somewhere: to mails, or to the one mail that breaks connections.
                leads_on = progress.taken or progress.reused or self._fetcher.learned > learned
                if not isinstance(trouble, ConnectionLost) or not leads_on or connection == RECONNECTIONS - 1:
                    raise
            taken += progress.taken
        return taken

    def _all_folders(self, sink: Sink, progress: _Progress) -> None:
        client = self._connected()
        first_trouble: FolderTrouble | None = None
        for name in self.account.folders:
            try:
                self._one_folder(client, name, sink, progress)
            except FolderTrouble as trouble:
                first_trouble = first_trouble or trouble
            except IMAPClientError as error:
                raise not_understood(self.account.imap, error) from None
        if first_trouble is not None:
            raise first_trouble

    def _one_folder(self, client: IMAPClient, name: str, sink: Sink, progress: _Progress) -> None:
        folder = self._open(client, name)
        key = (folder.name, folder.uidvalidity)
        compared = self._compared.pop(key, None)  # back only after a clean end
        if compared is None or time.monotonic() - compared > RECONCILE_SECONDS:
            compared = time.monotonic()
            uids = self._without_row(client, folder, sink)
        else:
            uids = uids_above(client, self.account.imap, folder, sink.taken(*key).highest)
        not_moved: FolderTrouble | None = None
        for batch in self._fetcher.fetch(client, folder, uids, sink):
            progress.taken += len(batch)
            if self.account.move_to and batch and not_moved is None:
                not_moved = self._move(client, batch)
            if self._stop.is_set():
                return
        if uids and (lost := sink.unknown(*key, uids)):
            raise _unbalanced(self.account.imap, folder, len(lost))
        self._compared[key] = compared
        self._searched[key] = folder.uidnext
        if not_moved is not None:
            raise not_moved

    def _without_row(self, client: IMAPClient, folder: Opened, sink: Sink) -> Sequence[int]:
        """The whole folder compared with the desk: what it knows nothing of, ascending."""
        key = (folder.name, folder.uidvalidity)
        uids = uids_above(client, self.account.imap, folder, 0)
        if key not in self._searched and not sink.taken(*key).highest:
            history = self._fetcher.leave_history(client, folder, uids, sink)
            uids = [uid for uid in uids if uid not in history]
        return sorted(sink.unknown(*key, uids)) if uids else ()

    def _move(self, client: IMAPClient, uids: Sequence[int]) -> FolderTrouble | None:
        try:
            move(client, self.account.imap, uids, self.account.move_to)
        except FolderTrouble as trouble:
            return trouble
        return None

    def _wait(self, stop: threading.Event) -> None:
        """For news of the first folder; the others are looked at when the poll is due."""
        client = self._connected()
        try:
            folder = self._open(client, self.account.folders[0])
            # News of before this opening is announced to nobody; UIDNEXT tells. What comes later, IDLE tells.
            if self._searched.get((folder.name, folder.uidvalidity)) == folder.uidnext:
                wait_for_news(client, self.account.imap, stop, self.account.poll)
        except FolderTrouble:
            stop.wait(self.account.poll)
        except IMAPClientError as error:
            raise not_understood(self.account.imap, error) from None

    def _open(self, client: IMAPClient, name: str) -> Opened:
        return open_folder(client, self.account.imap, name, moving=bool(self.account.move_to))

    def _connected(self) -> IMAPClient:
        if self._client is None:
            self._client = connect(self.account.imap)
        return self._client


def receiver(values: Mapping[str, Any]) -> ImapReceiver:
    """The receiver of a channel with these settings; connects at the first use."""
    return ImapReceiver(settings(values))


def _unbalanced(server: Server, folder: Opened, lost: int) -> FolderTrouble:
    """Every UID ends as taken, refused or skipped; that one does not is an error of this program, and is told."""
    return FolderTrouble(
        N_("{count} mails of the folder {folder} on {server} were neither taken nor refused."),
        hint=N_("They are tried again; see: supportdesk intake reconcile"),
        count=lost, folder=folder.name, server=server.shown,
    )  # fmt: skip


def _back_off(trouble: Exception) -> tuple[float, float]:
    return LOGIN_BACK_OFF if isinstance(trouble, (LoginRefused, SecretMissing)) else BACK_OFF
