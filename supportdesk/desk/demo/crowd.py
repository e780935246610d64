"""Simulated customers and a colleague, so that a demonstration lives: they write, read, answer, and take turns.

Customers know nothing of the desk: they put raw messages on the wire and read what comes back on it. The colleague
uses the verbs like everybody else.
"""

import heapq
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from random import Random

from supportdesk.channels.protocol import RawItem
from supportdesk.channels.simulated import Delivered, post
from supportdesk.desk.demo.colleague import Colleague
from supportdesk.desk.demo.customers import Person, cast
from supportdesk.desk.demo.data import read
from supportdesk.desk.demo.phrases import banks, language_of
from supportdesk.desk.demo.staff import CHANNELS
from supportdesk.desk.demo.writing import Said
from supportdesk.desk.desk import Desk
from supportdesk.domain.mail.parse import parse_mail
from supportdesk.domain.message import Address

WRITES_EVERY = (5.0, 14.0)
ANSWERS_AFTER = (6.0, 20.0)
ACTS_EVERY = (6.0, 15.0)
"""Seconds from … to, at pace 1."""
KEEPS_TALKING = 0.75
STEP = 0.1


class Crowd:
    """Runs in a thread of its own between ``start`` and ``stop``. ``pace``: 0.1 is ten times as fast.

    ``failed`` is told what went wrong; the crowd goes on.
    """

    def __init__(self, desk: Desk, failed: Callable[[Exception], None], pace: float = 1.0) -> None:
        self._random = Random()  # noqa: S311 - another day every time
        self._openings = {language: deque(read("crowd")[language]) for language in ("ko", "en")}
        known = cast(Random(0), desk.now(), {}).values()  # noqa: S311 - those with a story are always the same
        self._writers = [each for each in known if each.language in self._openings and not each.key.startswith("_")]
        self._more: dict[str, list[str]] = {}
        self._plans: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._pace, self._failed = pace, failed
        self._colleague = Colleague(desk.as_agent("bob"), self._random, hurried=pace < 1)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="customers", daemon=True)

    def start(self) -> None:
        for opening in self._openings.values():
            self._random.shuffle(opening)
        self._plan((0.2, 1.0), self._write_and_so_on)
        self._plan((1.0, 3.0), self._act_and_so_on)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.wait(STEP):
            try:
                self._step()
            except Exception as error:
                self._failed(error)

    def _step(self) -> None:
        for medium in CHANNELS:
            box = post(medium).delivered
            while not box.empty():
                self._got(medium, box.get())
        while self._plans and self._plans[0][0] <= time.monotonic():
            heapq.heappop(self._plans)[2]()

    def _plan(self, seconds: tuple[float, float], what: Callable[[], None]) -> None:
        at = time.monotonic() + self._random.uniform(*seconds) * self._pace
        heapq.heappush(self._plans, (at, next(self._order), what))

    def _act_and_so_on(self) -> None:
        self._plan(ACTS_EVERY, self._act_and_so_on)
        self._colleague.act()

    def _write_and_so_on(self) -> None:
        self._plan(WRITES_EVERY, self._write_and_so_on)
        person = self._somebody()
        openings = self._openings[person.language]
        subject, text, *more = openings[0]
        openings.rotate(-1)
        medium = self._random.choice([each for each in person.media if each != "phone"] or ["phone"])
        self._more[person.media[medium]] = more
        self._write(medium, person.address(medium), subject, text, ())

    def _somebody(self) -> Person:
        """A customer the desk knows, or somebody new."""
        if self._random.random() < 0.6:
            return self._random.choice(self._writers)
        bank = self._random.choice(banks())
        name, mailbox = self._random.choice(bank.people)
        address = f"{mailbox}{self._random.randrange(100, 10_000)}@{self._random.choice(bank.mail)}"
        return Person(address, name, bank.language, "", "", datetime.now(UTC), {"email": address}, {}, ())

    def _got(self, medium: str, delivered: Delivered) -> None:
        """Read an answer; most customers have something to say to it."""
        if self._pace >= 1 and self._random.random() >= KEEPS_TALKING:
            return
        if medium == "email":
            mail = parse_mail(delivered.wire)
            to, subject, text, answered = mail.to[0], mail.subject, mail.text, mail.message_id
        else:
            said = json.loads(delivered.wire)
            to, subject, text, answered = Address(said["to"][0]), "", str(said["text"]), str(said["id"])
        more = self._more.pop(to.address, None)
        reply = more[0] if more else self._random.choice(read("crowd")["thoughts"][language_of(text)])
        self._plan(ANSWERS_AFTER, lambda: self._write(medium, to, subject, reply, (answered,)))

    def _write(self, medium: str, sender: Address, subject: str, text: str, answers: tuple[str, ...]) -> None:
        now = datetime.now(UTC)
        unique = f"{now:%Y%m%d%H%M%S}.{self._random.randrange(10**9)}"
        host = sender.address.rpartition("@")[2]
        said = Said(
            medium, sender, CHANNELS[medium][1], subject.removeprefix("Re: "), text, now,
            f"{unique}@{host}" if medium == "email" else unique, answers,
        )  # fmt: skip
        post(medium).written.put(RawItem(unique, said.raw(), now))
