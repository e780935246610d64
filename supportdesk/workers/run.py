"""The workers of one process: receiving, intake, delivery, clock, heartbeat; each loop outlives its errors."""

import logging
import threading
from collections.abc import Callable, Sequence

from supportdesk.channels import kinds
from supportdesk.channels.protocol import RawItem, Sender
from supportdesk.desk import channels, deliver, holding, tick
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.channel import Channel
from supportdesk.domain.errors import DeskError, Invalid
from supportdesk.i18n import N_
from supportdesk.workers.leasing import leased
from supportdesk.workers.process import is_dead, this_process
from supportdesk.workers.reading import Intake

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between looks at inbox and outbox when nothing rang."""
TICK_EVERY = 1.0
HEARTBEAT_EVERY = 5.0
CHANNELS_EVERY = 5.0
"""Seconds until a channel that was added, paused or freed is noticed."""
LONGEST_PAUSE = 30.0
"""Seconds a loop waits after an error at most; it doubles from one."""


class Workers:
    """Everything that runs in the background of one desk. ``only``: the names of the channels to serve."""

    def __init__(self, desk: Desk, only: Sequence[str] = ()) -> None:
        self.desk = desk
        self.me = this_process()
        self._intake = Intake(desk)
        self._only = frozenset(only)
        self._stop = threading.Event()
        self._bell = threading.Event()  # something was received: look at once
        self._threads: list[threading.Thread] = []
        self._receiving: dict[int, tuple[threading.Thread, threading.Event]] = {}
        self._senders: dict[int, Sender] = {}
        for name in self._only:
            channels.channel(desk, name)

    def start(self) -> None:
        """Begin; returns at once."""
        holding.alive(self.desk, self.me.name, self.me.host)
        holding.release_dead(self.desk, is_dead)
        loops: dict[str, Callable[[], float]] = {
            "intake": self._take_in,
            "delivery": self._deliver,
            "clock": self._tick,
            "heartbeat": self._heartbeat,
            "channels": self._mind_channels,
        }
        for name, step in loops.items():
            thread = threading.Thread(target=self._loop, args=(name, step), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Until ``stop`` is called; True then."""
        return self._stop.wait(timeout)

    def stop(self) -> None:
        """End after what is being done; what is half done is done again by the next worker."""
        self._stop.set()
        self._bell.set()
        for _thread, stop in list(self._receiving.values()):
            stop.set()
        for thread in self._threads:
            thread.join(timeout=10)
        for thread, stop in list(self._receiving.values()):
            stop.set()  # also those that were started meanwhile
            thread.join(timeout=10)
        self._close_senders()
        holding.gone(self.desk, self.me.name)

    def once(self) -> int:
        """Take all there is, deliver all that is due, and return how many things were received.

        Raises the first ``DeskError`` of a channel after all channels were served.
        """
        holding.release_dead(self.desk, is_dead)
        trouble: DeskError | None = None
        received = 0
        with self._intake.meanwhile():
            for channel in self._channels():
                try:
                    received += self._catch_up(channel)
                except DeskError as error:
                    trouble = trouble or error
        while tick.tick(self.desk):
            pass
        while self._deliver_batch():
            pass
        self._close_senders()
        if trouble is not None:
            raise trouble
        return received

    def _channels(self) -> list[Channel]:
        found = channels.channels(self.desk)
        return [c for c in found if not c.paused and (not self._only or c.name in self._only)]

    def _catch_up(self, channel: Channel) -> int:
        receiver = kinds.receiver(channel.kind, channel.settings)
        if receiver is None:
            return 0
        stop = threading.Event()
        with leased(self.desk, f"channel:{channel.id}", self.me, stop) as lease:
            if lease is None:
                log.info("%s is served by another worker", channel.name)
                return 0
            try:
                return receiver.catch_up(InboxSink(self.desk, channel, lease))
            finally:
                receiver.close()

    def _loop(self, name: str, step: Callable[[], float]) -> None:
        """Run ``step`` for ever; it returns the seconds to wait. An error is logged and waited out."""
        pause = 1.0
        while not self._stop.is_set():
            try:
                wait, pause = step(), 1.0
            except DeskError as error:
                log.warning("%s: %s", name, error)
                wait, pause = pause, min(pause * 2, LONGEST_PAUSE)
            except Exception:
                log.exception("%s failed", name)
                wait, pause = pause, min(pause * 2, LONGEST_PAUSE)
            if name == "intake":
                self._bell.wait(wait)
                self._bell.clear()
            else:
                self._stop.wait(wait)

    def _take_in(self) -> float:
        return 0.0 if self._intake.take_in(self._stop.is_set) else LOOK_EVERY

    def _deliver(self) -> float:
        return 0.0 if self._deliver_batch() else LOOK_EVERY

    def _tick(self) -> float:
        return 0.0 if tick.tick(self.desk) else TICK_EVERY

    def _heartbeat(self) -> float:
        holding.alive(self.desk, self.me.name, self.me.host)
        return HEARTBEAT_EVERY

    def _deliver_batch(self) -> int:
        only = [c.id for c in self._channels()] if self._only else None
        return deliver.deliver_due(self.desk, self._sender, holder=self.me.name, only=only, stop=self._stop)

    def _sender(self, channel: Channel) -> Sender:
        if channel.id not in self._senders:
            made = kinds.sender(channel.kind, channel.settings)
            if made is None:
                raise Invalid(N_("The channel {name} cannot send."), name=channel.name)
            self._senders[channel.id] = made
        return self._senders[channel.id]

    def _close_senders(self) -> None:
        for sender in self._senders.values():
            sender.close()
        self._senders.clear()

    def _mind_channels(self) -> float:
        """Start what should be served and is not, end what should no longer be."""
        wanted = {c.id: c for c in self._channels()}
        for channel_id, (thread, stop) in list(self._receiving.items()):
            if channel_id not in wanted:
                stop.set()
            if not thread.is_alive():
                del self._receiving[channel_id]
        for channel in wanted.values():
            waits = channel.retry_at is not None and channel.retry_at > self.desk.now()
            if channel.id not in self._receiving and kinds.kind(channel.kind).can_receive and not waits:
                stop = threading.Event()
                thread = threading.Thread(
                    target=self._receive, args=(channel, stop), name=f"receive {channel.name}", daemon=True
                )
                self._receiving[channel.id] = (thread, stop)
                thread.start()
        return CHANNELS_EVERY

    def _receive(self, channel: Channel, stop: threading.Event) -> None:
        """Serve one channel until ``stop``, or return so that ``_mind_channels`` tries again."""
        try:
            with leased(self.desk, f"channel:{channel.id}", self.me, stop) as lease:
                if lease is None:
                    return
                receiver = kinds.receiver(channel.kind, channel.settings)
                if receiver is None:
                    return
                try:
                    receiver.watch(_Ringing(self.desk, channel, lease, self._bell), stop)
                finally:
                    receiver.close()
        except DeskError as error:
            log.warning("%s: %s", channel.name, error)
        except Exception:
            log.exception("receiving on %s failed", channel.name)


class _Ringing(InboxSink):
    """A sink that wakes the intake of its own process."""

    def __init__(self, desk: Desk, channel: Channel, lease: holding.Held, bell: threading.Event) -> None:
        super().__init__(desk, channel, lease)
        self._bell = bell

    def take(self, items: Sequence[RawItem]) -> None:
        super().take(items)
        self._bell.set()
