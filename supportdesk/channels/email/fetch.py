"""Fetching mails by explicit UIDs in bounded batches, so that one bad mail never stops the others.

Only an answer for an asked UID that has the content is a mail. A failing batch is halved down to the single UID,
which is refused into quarantine; a UID without an answer is gone only when a second SEARCH does not list it either.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, ProtocolError

from supportdesk.channels.email.connection import alive, is_busy
from supportdesk.channels.email.folders import Opened, busy, still_there
from supportdesk.channels.email.partial import MOST_OCTETS, Unusable, answered, asked, fetch_in_part
from supportdesk.channels.email.settings import MEGABYTE, Settings
from supportdesk.channels.protocol import RawItem, Sink, external_id
from supportdesk.channels.trouble import ConnectionLost, words
from supportdesk.i18n import N_

BATCH_MAILS = 500
BATCH_OCTETS = 8 * MEGABYTE
LIST_MAILS = 5000
TRIES = 3  # a single mail is asked for this often before it is refused
PAUSE = 0.2  # seconds between those, times the number of the try
PREVIEW_OCTETS = MEGABYTE  # of a mail over the size limit whose structure the server cannot tell
FEW = 4  # a batch this small is halved without asking whether the server as a whole is busy
HISTORY, DELETED, GONE, LABEL, UNFETCHABLE = "history", "deleted", "gone", "label", "unfetchable"
NO_CONTENT = N_("the answer has no content")
ENDS_CONNECTION = N_("the server ends the connection over this mail")

Answer = Mapping[bytes, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail as listed before its bytes are fetched."""

    uid: int
    size: int
    received_at: datetime
    deleted: bool
    identity: int = 0  # the same in every folder that shows this mail; 0 where the server has none


@dataclass(frozen=True, slots=True)
class Request:
    """What to FETCH of each mail, and which answers count as one."""

    parts: tuple[str, ...]
    counts: Callable[[int, Answer], bool]


LISTING = Request(("UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE"), lambda _, answer: b"RFC822.SIZE" in answer)
GMAIL_LISTING = Request((*LISTING.parts, "X-GM-MSGID"), LISTING.counts)
STRUCTURE = Request(("UID", "BODYSTRUCTURE"), lambda _, answer: b"BODYSTRUCTURE" in answer)
HEADER = Request(("UID", "BODY.PEEK[HEADER]"), lambda _, answer: bool(answer.get(b"BODY[HEADER]")))


@dataclass
class Fetcher:
    """Fetches for one account; outlives connections, so that it learns from those a mail has broken."""

    settings: Settings
    batch_mails: int = BATCH_MAILS
    learned: int = 0  # grows while connections that die still tell something about the mails
    _struck: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    _folders: dict[int, str] = field(default_factory=dict)  # where a mail of which identity was taken

    def fetch(self, client: IMAPClient, folder: Opened, uids: Sequence[int], sink: Sink) -> Iterator[tuple[int, ...]]:
        """Take ``uids`` (ascending) into the sink; yields the UIDs of each batch after it was committed.

        Mails over which connections died come last, and are refused when meanwhile another could be taken:
        until then it may be the line or the server.
        """
        suspects = [uid for uid in uids if self._struck[folder.name, folder.uidvalidity, uid] >= TRIES]
        others = False
        for batch in self._fetch(client, folder, sorted(set(uids) - set(suspects)), sink):
            others = others or bool(batch)
            yield batch
        if not others:
            yield from self._fetch(client, folder, suspects, sink)
            return
        for uid in suspects:
            sink.refuse(folder.name, folder.uidvalidity, uid, UNFETCHABLE, ENDS_CONNECTION, None)

    def _fetch(self, client: IMAPClient, folder: Opened, uids: Sequence[int], sink: Sink) -> Iterator[tuple[int, ...]]:
        left = list(uids)
        while left:
            asked, left = left[: self.batch_mails], left[self.batch_mails :]
            listing = GMAIL_LISTING if client.has_capability("X-GM-EXT-1") else LISTING
            answers = self._ask(client, folder, asked, listing, sink)
            now = datetime.now(UTC)
            listed = [_listed(uid, answers[uid], now) for uid in asked if uid in answers]
            if deleted := [mail.uid for mail in listed if mail.deleted]:
                sink.skip(folder.name, folder.uidvalidity, deleted, DELETED)
            elsewhere = [mail.uid for mail in listed if not mail.deleted and self._is_elsewhere(mail, folder)]
            if elsewhere:
                sink.skip(folder.name, folder.uidvalidity, elsewhere, LABEL)
            left_alone = {*deleted, *elsewhere}
            for batch in self._batches([mail for mail in listed if mail.uid not in left_alone]):
                taken = self._take(client, folder, batch, sink)
                self._folders |= {mail.identity: folder.name for mail in batch if mail.identity and mail.uid in taken}
                yield taken
                self.batch_mails = min(BATCH_MAILS, self.batch_mails * 2)

    def leave_history(self, client: IMAPClient, folder: Opened, uids: Sequence[int], sink: Sink) -> frozenset[int]:
        """Skip what is older than the channel's history begins; returns those UIDs.

        For a folder new to the desk, before anything else of it is recorded: one transaction, so that it is all
        skipped or still new.
        """
        since = self.settings.since
        old: list[int] = []
        if since is None:
            return frozenset()
        for start in range(0, len(uids), LIST_MAILS):
            answers = self._halving(client, folder, uids[start : start + LIST_MAILS], LISTING)
            old += [uid for uid, answer in answers.items() if _listed(uid, answer, since).received_at < since]
        if old:
            sink.skip(folder.name, folder.uidvalidity, old, HISTORY)
        return frozenset(old)

    def fetch_whole(self, client: IMAPClient, folder: Opened, uid: int) -> RawItem | None:
        """One mail of whatever size and whatever flags; None when the server no longer lists it.

        Raises ``IMAPClientError`` when the server has it and does not give it.
        """
        listed = self._fetched(client, folder, [uid], LISTING).get(uid)
        if listed is None:
            if still_there(client, self.settings.imap, [uid]):
                raise ProtocolError(NO_CONTENT)
            return None
        mail = _listed(uid, listed, datetime.now(UTC))
        answer = self._fetched(client, folder, [uid], _body("BODY.PEEK[]", b"BODY[]", {uid: mail})).get(uid)
        if answer is None:
            raise ProtocolError(NO_CONTENT)
        return _item(folder, mail, answer[b"BODY[]"], partial=False)

    def _batches(self, listed: Sequence[Listed]) -> Iterator[list[Listed]]:
        batch: list[Listed] = []
        octets = 0
        for mail in listed:
            length = min(mail.size, MOST_OCTETS) if self._is_large(mail) else mail.size
            if batch and octets + length > BATCH_OCTETS:
                yield batch
                batch, octets = [], 0
            batch.append(mail)
            octets += length
        if batch:
            yield batch

    def _is_elsewhere(self, mail: Listed, folder: Opened) -> bool:
        """Gmail shows one mail in a folder for each of its labels. What this process does not remember is fetched
        again: the desk knows the bytes.
        """
        return self._folders.get(mail.identity, folder.name) != folder.name

    def _is_large(self, mail: Listed) -> bool:
        return mail.size > self.settings.size_limit

    def _take(self, client: IMAPClient, folder: Opened, batch: Sequence[Listed], sink: Sink) -> tuple[int, ...]:
        """Fetch one batch and commit it."""
        items: list[RawItem] = []
        rest: list[Listed] = []
        for mail in batch:
            if self._is_large(mail) and (raw := self._in_part(client, folder, mail)) is not None:
                items.append(_item(folder, mail, raw, partial=True))
            else:
                rest.append(mail)
        for large, part, key in (
            (False, "BODY.PEEK[]", b"BODY[]"),
            (True, f"BODY.PEEK[]<0.{PREVIEW_OCTETS}>", b"BODY[]<0>"),
        ):
            mails = {mail.uid: mail for mail in rest if self._is_large(mail) is large}
            answers = self._ask(client, folder, list(mails), _body(part, key, mails), sink)
            items += [_item(folder, mails[uid], answer[key], partial=large) for uid, answer in answers.items()]
        if items:
            items.sort(key=lambda item: item.uid)
            sink.take(items)
        return tuple(item.uid for item in items)

    def _in_part(self, client: IMAPClient, folder: Opened, mail: Listed) -> bytes | None:
        """A mail over the size limit without its large parts; None where only its beginning is left to fetch.

        Servers are known to err about the structure of mails, and to die over it: no mail is refused for that.
        """

        def ask(sections: Sequence[str]) -> dict[str, bytes]:
            request = Request(("UID", *asked(sections)), lambda _, answer: len(answer) > len(sections))
            return answered(sections, self._fetched(client, folder, [mail.uid], request).get(mail.uid, {}))

        if self._struck[folder.name, folder.uidvalidity, mail.uid] >= TRIES - 1:
            return None
        try:
            structure = self._fetched(client, folder, [mail.uid], STRUCTURE).get(mail.uid, {}).get(b"BODYSTRUCTURE")
            return fetch_in_part(structure, mail.size, ask)
        except (IMAPClientError, Unusable):
            return None

    def _ask(
        self, client: IMAPClient, folder: Opened, uids: Sequence[int], request: Request, sink: Sink
    ) -> dict[int, Answer]:
        """The answers that count. Each other UID is recorded by the end: skipped as gone, or refused."""
        answers = self._halving(client, folder, uids, request)
        missing = [uid for uid in uids if uid not in answers]
        if missing:
            there = still_there(client, self.settings.imap, missing)
            if gone := [uid for uid in missing if uid not in there]:
                sink.skip(folder.name, folder.uidvalidity, gone, GONE)
            for uid in sorted(there):
                self._last_chance(client, folder, uid, request, sink, answers)
        return answers

    def _halving(self, client: IMAPClient, folder: Opened, uids: Sequence[int], request: Request) -> dict[int, Answer]:
        """Ask for all; when the server says NO, for each half. What stays without an answer is left out."""
        if not uids:
            return {}
        try:
            return self._fetched(client, folder, uids, request)
        except IMAPClientError as error:
            if len(uids) == 1:
                return {}
            if len(uids) > FEW and is_busy(error) and not self._ends(client, folder, uids, request):
                raise busy(self.settings.imap, error) from None
        half = len(uids) // 2
        first = self._halving(client, folder, uids[:half], request)
        return first | self._halving(client, folder, uids[half:], request)

    def _ends(self, client: IMAPClient, folder: Opened, uids: Sequence[int], request: Request) -> dict[int, Answer]:
        """The first and the last alone: a server that refuses both is busy, and asking on would be hammering."""
        first = self._halving(client, folder, uids[:1], request)
        return first or self._halving(client, folder, uids[-1:], request)

    def _last_chance(
        self,
        client: IMAPClient,
        folder: Opened,
        uid: int,
        request: Request,
        sink: Sink,
        answers: dict[int, Answer],
    ) -> None:
        """Ask again for a mail that is there and got no answer; add it to ``answers`` or refuse it.

        Where nothing else could be fetched either and the server calls itself busy, it is not the mail's fault.
        """
        error: IMAPClientError | str = NO_CONTENT
        for attempt in range(TRIES):
            time.sleep(PAUSE * attempt)
            try:
                if found := self._fetched(client, folder, [uid], request):
                    answers.update(found)
                    return
            except IMAPClientError as refusal:
                error = refusal
        if not answers and not isinstance(error, str) and is_busy(error):
            raise busy(self.settings.imap, error)
        header = self._halving(client, folder, [uid], HEADER).get(uid, {}).get(b"BODY[HEADER]")
        sink.refuse(folder.name, folder.uidvalidity, uid, UNFETCHABLE, words(error), header)

    def _fetched(self, client: IMAPClient, folder: Opened, uids: Sequence[int], request: Request) -> dict[int, Answer]:
        """One FETCH. Flag news of other programs come in the same form and do not count."""
        try:
            with alive(self.settings.imap):
                answers = client.fetch(uids, request.parts)
        except ConnectionLost:
            self._strike(folder, uids)
            raise
        except (ValueError, LookupError, TypeError, AttributeError) as error:  # what the library does with nonsense
            raise ProtocolError(f"{type(error).__name__}: {error}") from error
        return {uid: answer for uid, answer in answers.items() if request.counts(uid, answer)}

    def _strike(self, folder: Opened, uids: Sequence[int]) -> None:
        """The connection died over these: ask for fewer next time, and note a single one."""
        self.batch_mails = max(1, min(self.batch_mails, len(uids)) // 2)
        key = (folder.name, folder.uidvalidity, uids[0])
        if len(uids) == 1:
            self._struck[key] += 1
        if len(uids) > 1 or self._struck[key] <= TRIES:
            self.learned += 1


def _body(part: str, key: bytes, mails: Mapping[int, Listed]) -> Request:
    """An empty answer for a mail that is not empty is an error of the server, not a mail."""
    return Request(("UID", part), lambda uid, answer: bool(answer.get(key)) or (key in answer and not mails[uid].size))


def _listed(uid: int, answer: Answer, now: datetime) -> Listed:
    received: datetime | None = answer.get(b"INTERNALDATE")
    # A server's clock may be ahead; a mail from the future would sort above everything for years.
    at = min(received.astimezone(UTC), now) if received is not None else now
    deleted = b"\\Deleted" in answer.get(b"FLAGS", ())
    return Listed(uid, int(answer[b"RFC822.SIZE"]), at, deleted, int(answer.get(b"X-GM-MSGID", 0)))


def _item(folder: Opened, mail: Listed, raw: bytes | None, *, partial: bool) -> RawItem:
    raw = raw or b""
    return RawItem(
        external_id=external_id(folder.name, folder.uidvalidity, mail.uid),
        raw=raw,
        received_at=mail.received_at,
        folder=folder.name,
        uidvalidity=folder.uidvalidity,
        uid=mail.uid,
        size=max(mail.size, len(raw)) if partial else len(raw),
    )
