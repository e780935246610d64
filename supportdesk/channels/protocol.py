"""What a channel promises the desk, and what the desk promises a channel.

A channel hands raw things to a ``Sink`` and touches its server only after the sink took them, so nothing is lost
by dying between the two. Channels never see the store; the desk never sees a socket.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from supportdesk.domain.errors import DeskError


@dataclass(frozen=True, slots=True)
class RawItem:
    """One thing received, untouched. With (folder, uidvalidity, uid) ``external_id`` is unique in the channel.

    ``received_at`` is when the server received it, never in the future. ``size`` is the octets of the whole thing:
    greater than ``len(raw)`` when only a part of it was fetched because it is over the size limit.
    """

    external_id: str
    raw: bytes
    received_at: datetime
    folder: str = ""
    uidvalidity: int = 0
    uid: int = 0
    size: int = 0


def external_id(folder: str, uidvalidity: int, uid: int) -> str:
    """What a mail of a mailbox is called, whether it was taken, skipped or refused."""
    return f"{folder}/{uidvalidity}/{uid}"


@dataclass(frozen=True, slots=True)
class Taken:
    """How far a folder was taken: the highest UID that has a row of any status, 0 where there is none."""

    highest: int = 0


class Sink(Protocol):
    """Where received things go. Every method has committed when it returns, and raises when it could not.

    All but ``unknown`` and ``taken`` are idempotent: the same UID may come again after a crash.
    """

    def taken(self, folder: str, uidvalidity: int) -> Taken:
        """Where to go on in this folder, under exactly this UIDVALIDITY."""
        ...

    def unknown(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> Sequence[int]:
        """Those of ``uids`` that have no row: taken nowhere, refused nowhere, skipped nowhere."""
        ...

    def take(self, items: Sequence[RawItem]) -> None:
        """Keep the bytes and their unique keys in one transaction."""
        ...

    def skip(self, folder: str, uidvalidity: int, uids: Sequence[int], reason: str) -> None:
        """Record that these are left alone on purpose: "history", "deleted", "gone", "label"."""
        ...

    def refuse(
        self, folder: str, uidvalidity: int, uid: int, cause: str, error: str, placeholder: bytes | None
    ) -> None:
        """Put a UID that cannot be fetched into quarantine, with the server's words and whatever could be read."""
        ...

    def contact(self, error: str = "") -> None:
        """Record that the server was reached and all is taken, or the sentence that says what is wrong."""
        ...

    def hold_off(self, first: float, longest: float) -> float:
        """Count one more failure in a row and return the seconds to leave the server alone, see ``backoff.seconds``.

        Both are kept over restarts, until a ``contact`` without an error.
        """
        ...


@dataclass(frozen=True, slots=True)
class Balance:
    """One folder compared with the desk: ``on_server`` = taken + refused + skipped + ``unknown``."""

    folder: str
    uidvalidity: int
    on_server: int
    unknown: tuple[int, ...]


class Receiver(Protocol):
    """The incoming half of a channel. One thread uses it."""

    def catch_up(self, sink: Sink) -> int:
        """Take all there is, once; returns how many things. Raises ``DeskError`` when the server stops that."""
        ...

    def watch(self, sink: Sink, stop: threading.Event) -> None:
        """Take what comes until ``stop`` is set, through outages of the server; the sink's errors come out."""
        ...

    def reconcile(self, sink: Sink) -> tuple[Balance, ...]:
        """What the server has and the desk knows nothing of, taking nothing; nothing to compare is ()."""
        ...

    def fetch_again(self, folder: str, uidvalidity: int, uid: int) -> RawItem | None:
        """One thing whole, however large it is: for what was fetched in part or could never be fetched.

        None when it is gone, or its folder has another UIDVALIDITY. Raises ``ServerTrouble`` with the server's words.
        """
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Refused:
    """A recipient the server did not accept while it accepted others. 4xx codes may be tried again."""

    recipient: str
    code: int
    text: str

    @property
    def temporary(self) -> bool:
        return 400 <= self.code < 500


@dataclass(frozen=True, slots=True)
class Sent:
    """The server took responsibility for all recipients but the ``refused`` ones. ``text`` is its answer."""

    text: str = ""
    refused: tuple[Refused, ...] = ()


LONGEST_SEND = 140.0
LONGEST_WAIT = 30.0
"""Seconds one sending may take, and may wait before it for others: less than the lease of a message."""


class Sender(Protocol):
    """The outgoing half of a channel. Safe to share between threads, ``at_once`` of which it keeps busy."""

    at_once: int

    def send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
        """Hand a complete message over once; never repeats what the server may have accepted.

        Raises ``TemporaryRefusal`` when a later try may work, ``PermanentRefusal`` when it will not.
        """
        ...

    def close(self) -> None: ...


class _Refusal(DeskError):
    def __init__(
        self,
        message: str,
        /,
        hint: str = "",
        *,
        code: int = 0,
        text: str = "",
        recipients: tuple[Refused, ...] = (),
        away: bool = False,
        **facts: object,
    ) -> None:
        super().__init__(message, hint, code=code, text=text, **facts)
        self.code = code
        self.text = text
        self.recipients = recipients
        self.away = away


class TemporaryRefusal(_Refusal):
    """Not now: a 4xx answer (``code``, ``text``), or no server to talk to (code 0).

    ``away``: there was no way to the server at all, so no other mail would have fared better.
    """

    exit_code: ClassVar[int] = 75

    @classmethod
    def because(cls, trouble: DeskError, *, away: bool = False) -> "TemporaryRefusal":
        """The server could not be used at all: its sentence, code 0."""
        made = cls(trouble.message, trouble.hint, text=str(trouble), away=away)
        made.facts.update(trouble.facts)
        return made


class PermanentRefusal(_Refusal):
    """Never, as it is: a 5xx answer. ``recipients`` says who was refused when it was them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a channel's test: what was tried (a msgid), whether it worked, the server's words."""

    name: str
    ok: bool
    detail: str = ""


class Terminal(Protocol):
    """A person to talk with while access to an account is granted."""

    def say(self, text: str) -> None:
        """One line or paragraph, translated already."""
        ...

    def typed(self) -> str:
        """What was typed and ended with Enter since the last call, "" where it is nothing yet. Never waits."""
        ...
