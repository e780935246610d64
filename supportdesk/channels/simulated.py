"""Channels to customers who live in this process: for demonstrations and tests, without any network.

Everything between the desk and the wire is real: raw bytes are received into the inbox and parsed, answers leave
through the outbox and are composed. Mail is real mail (see ``email.letters``); a chat message or a call is one JSON
object:

    {"id", "medium", "from", "name", "text", "kind": "normal"|"call", "in_reply_to", "subject"}
"""

import hashlib
import json
import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from supportdesk.channels.protocol import Balance, PermanentRefusal, RawItem, Sent, Sink
from supportdesk.domain.arrival import Arrival, Departure, Kind
from supportdesk.domain.message import Address
from supportdesk.domain.msgid import N_
from supportdesk.domain.safe import safe_line, safe_text
from supportdesk.domain.threading import MailFacts

UNKNOWN = "nobody"
"""Whoever is called so, or begins so, can be reached by nobody: sending to them is refused for good."""
MOST_UNREAD = 1000
SUBJECT = 60
WAIT = 0.25


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a customer got: the composed bytes and who they were for."""

    wire: bytes
    recipients: tuple[str, ...]


@dataclass
class Post:
    """The wire of one medium in this process: what customers wrote and what they got."""

    written: "queue.SimpleQueue[RawItem]" = field(default_factory=queue.SimpleQueue)
    delivered: "queue.Queue[Delivered]" = field(default_factory=lambda: queue.Queue(MOST_UNREAD))


@cache
def post(medium: str) -> Post:
    """The one post of a medium."""
    return Post()


def arrive(raw: bytes, _instance: str) -> Arrival:
    """Parse a chat message or a call; raises ``ValueError`` or ``LookupError`` for anything else."""
    said: dict[str, Any] = json.loads(raw)
    medium = str(said["medium"])
    text = safe_text(str(said["text"]))
    sender = Address(safe_line(str(said["from"])), safe_line(str(said.get("name", ""))))
    answered = str(said.get("in_reply_to", ""))
    subject = safe_line(str(said.get("subject", ""))) or " ".join(text.split())[:SUBJECT]
    message_id = f"{said['id']}@{medium}.invalid"
    facts = MailFacts(message_id, answered, (), (), subject, sender.address)
    return Arrival(
        identity_kind=medium, sender=sender, subject=subject, text=text, reply_text=text, facts=facts,
        kind=Kind(said.get("kind", Kind.NORMAL)), message_id=message_id, references=(answered,) if answered else (),
        body_digest=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip


def depart(departure: Departure) -> bytes:
    """A chat message on its way to a customer."""
    said = {
        "id": departure.message_id, "to": [to.address for to in departure.to], "from": departure.sender.name,
        "text": departure.text, "files": [file.filename for file in departure.files],
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False).encode()


class SimulatedReceiver:
    """Takes what the customers of this process write, as it comes."""

    def __init__(self, medium: str) -> None:
        self._post = post(medium)

    def catch_up(self, sink: Sink) -> int:
        items = self._written()
        if items:
            sink.take(items)
        sink.contact()
        return len(items)

    def watch(self, sink: Sink, stop: threading.Event) -> None:
        sink.contact()
        while not stop.is_set():
            try:
                first = self._post.written.get(timeout=WAIT)
            except queue.Empty:
                continue
            sink.take([first, *self._written()])
            sink.contact()

    def reconcile(self, _sink: Sink) -> tuple[Balance, ...]:
        """Nothing is kept anywhere else that could be compared."""
        return ()

    def fetch_again(self, _folder: str, _uidvalidity: int, _uid: int) -> RawItem | None:
        """What was said is said once."""
        return None

    def close(self) -> None:
        """There is nothing to close."""

    def _written(self) -> list[RawItem]:
        found = []
        while not self._post.written.empty():
            found.append(self._post.written.get())
        return found


class SimulatedSender:
    """Hands messages to the customers of this process; where nobody reads them, only the newest are kept."""

    at_once = 1

    def __init__(self, medium: str) -> None:
        self._post = post(medium)

    def send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
        for recipient in recipients:
            if recipient.startswith(UNKNOWN):
                raise PermanentRefusal(
                    N_("{recipient} is unknown."), code=550, text=f"550 5.1.1 <{recipient}>: no such user here",
                    recipient=recipient,
                )  # fmt: skip
        made = Delivered(wire, tuple(recipients))
        while True:
            try:
                self._post.delivered.put_nowait(made)
                return Sent("delivered")
            except queue.Full:
                self._post.delivered.get()

    def close(self) -> None:
        """There is nothing to close."""


def receiver(settings: Mapping[str, Any]) -> SimulatedReceiver:
    return SimulatedReceiver(settings["medium"])


def sender(settings: Mapping[str, Any]) -> SimulatedSender:
    return SimulatedSender(settings["medium"])
