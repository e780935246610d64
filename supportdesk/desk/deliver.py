"""Delivery: from the outbox to the channel. At least once, always the same Message-ID.

Several messages are on their way at a time, as many as a channel's sender keeps busy; those of one ticket in their
order. Outcomes are written as they come, all that have come together.
"""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from supportdesk.channels.protocol import (
    LONGEST_SEND,
    LONGEST_WAIT,
    PermanentRefusal,
    Sender,
    Sent,
    TemporaryRefusal,
)
from supportdesk.desk import channels, settling
from supportdesk.desk.departures import Ready, ready, wire
from supportdesk.desk.desk import Desk
from supportdesk.desk.settling import Outcome
from supportdesk.domain.channel import Channel
from supportdesk.domain.errors import DeskError
from supportdesk.store import outbox
from supportdesk.store.outbox import LEASE, Claim

log = logging.getLogger(__name__)

BATCH = 100
LATEST_START = LEASE.total_seconds() - LONGEST_SEND - LONGEST_WAIT - 10
"""Seconds after its claim until which a message may be begun; later it might end after its lease, and be sent twice."""

Senders = Callable[[Channel], Sender]


def deliver_due(
    desk: Desk,
    senders: Senders,
    *,
    holder: str = "",
    only: Sequence[int] | None = None,
    limit: int = BATCH,
    stop: threading.Event | None = None,
) -> int:
    """Send what is due and free, on channels that are not paused; returns how many were claimed. Call until 0.

    When ``stop`` is set, what has not begun is given back.
    """
    open_channels = {c.id: c for c in channels.channels(desk) if not c.paused and (only is None or c.id in only)}
    began = time.monotonic()
    with desk.store.write() as conn:
        claims = outbox.claim(conn, holder, desk.now(), limit, list(open_channels))
    if claims:
        _Round(desk, senders, stop or threading.Event(), began).deliver(claims, open_channels)
    return len(claims)


class _Round:
    """One batch of claims on its way."""

    def __init__(self, desk: Desk, senders: Senders, stop: threading.Event, began: float) -> None:
        self.desk = desk
        self.senders = senders
        self.stop = stop
        self.began = began
        self.outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self.broken = threading.Event()  # the store: what cannot be written must not be sent

    def deliver(self, claims: Sequence[Claim], open_channels: dict[int, Channel]) -> None:
        lanes: dict[int, list[Ready]] = {}
        for one in self._ready(claims, open_channels):
            lanes.setdefault(one.channel.id, []).append(one)
        threads = [thread for lane in lanes.values() for thread in self._lane(lane)]
        if len(threads) == 1:
            threads[0].run()
        else:
            for thread in threads:
                thread.start()
        self._settle(len(claims))

    def _ready(self, claims: Sequence[Claim], open_channels: dict[int, Channel]) -> Iterator[Ready]:
        """All of them, but for those that cannot even be read."""
        try:
            yield from ready(self.desk, claims, open_channels)
        except Exception as error:
            if len(claims) > 1:
                for claim in claims:
                    yield from self._ready([claim], open_channels)
                return
            log.exception("message %d cannot be read", claims[0].message_id)
            self.outcomes.put(settling.later(claims[0], error))

    def _lane(self, lane: list[Ready]) -> Iterable[threading.Thread]:
        """The threads that send what one channel has to send."""
        try:
            sender = self.senders(lane[0].channel)
        except Exception as error:
            if not isinstance(error, DeskError):
                log.exception("%s cannot send", lane[0].channel.name)
            for one in lane:
                self.outcomes.put(settling.later(one.claim, error))
            return ()
        tickets: dict[int, list[Ready]] = {}
        for one in lane:
            tickets.setdefault(one.message.ticket, []).append(one)
        waiting = deque(tickets.values())
        run = _Lane(self, sender, waiting).run
        name = f"deliver {lane[0].channel.name}"
        return [threading.Thread(target=run, name=name, daemon=True) for _ in range(min(sender.at_once, len(waiting)))]

    def _settle(self, missing: int) -> None:
        """Until every claim has its outcome and all that can be written is."""
        trouble: Exception | None = None
        while missing:
            come = [self.outcomes.get()]
            while not self.outcomes.empty():
                come.append(self.outcomes.get())
            missing -= len(come)
            try:
                settling.settle(self.desk, come)
            except Exception as error:
                self.broken.set()
                trouble = error
        if trouble is not None:
            raise trouble


class _Lane:
    """What a channel has to send, as tickets with their messages; run by several threads."""

    def __init__(self, round_: _Round, sender: Sender, waiting: deque[list[Ready]]) -> None:
        self.round = round_
        self.sender = sender
        self.waiting = waiting
        self.away: TemporaryRefusal | None = None

    def run(self) -> None:
        while True:
            try:
                ticket = self.waiting.popleft()
            except IndexError:
                return
            for one in ticket:
                self.round.outcomes.put(self._outcome(one))

    def _outcome(self, one: Ready) -> Outcome:
        round_ = self.round
        late = time.monotonic() - round_.began > LATEST_START
        if late or round_.stop.is_set() or round_.broken.is_set():
            return settling.untried(one.claim)
        if self.away is not None:
            return settling.later(one.claim, self.away)
        try:
            return settling.taken(one.claim, self._send(one))
        except TemporaryRefusal as refusal:
            if refusal.away:
                self.away = refusal
            return settling.later(one.claim, refusal)
        except PermanentRefusal as refusal:
            return settling.failed(one.claim, refusal.text or str(refusal))
        except DeskError as trouble:
            return settling.later(one.claim, trouble)
        except Exception as error:  # or one message that cannot be composed would hold up all the others
            log.exception("message %d cannot be sent", one.claim.message_id)
            return settling.later(one.claim, error)

    def _send(self, one: Ready) -> Sent:
        """Automatic mail has the null sender (see ``desk.acknowledge``); from the channel where a server refuses that
        as such, for it has then taken nothing."""
        mail = wire(self.round.desk, one)
        if not one.automatic:
            return self.sender.send(mail, one.channel.address, one.recipients)
        try:
            return self.sender.send(mail, "", one.recipients)
        except PermanentRefusal as refusal:
            if refusal.recipients:
                raise
        return self.sender.send(mail, one.channel.address, one.recipients)
