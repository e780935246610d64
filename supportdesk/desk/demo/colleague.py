"""Bob: the colleague of a demonstration, who takes what nobody has, asks around and answers."""

from datetime import timedelta
from random import Random

from supportdesk.desk import conversation, presence, queue, triage
from supportdesk.desk.conversation import Reply
from supportdesk.desk.demo.data import read
from supportdesk.desk.demo.phrases import language_of
from supportdesk.desk.desk import Desk
from supportdesk.domain.errors import Conflict, Invalid, NotFound
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import Priority, QueueRow, State

WAITING = parse("is:unread -is:snoozed -state:pending -state:on_hold sort:-updated")
LOOKS_AT = 30
MINE = timedelta(minutes=30)
"""What is younger is answered first: what has waited for long is left for the person at the console."""


class Colleague:
    """Does one thing at a time. ``hurried``: his answers leave at once."""

    def __init__(self, desk: Desk, random: Random, *, hurried: bool) -> None:
        self._desk, self._random, self._hurried = desk, random, hurried
        self._on: int | None = None

    def act(self) -> None:
        """The next thing: finish what he is at, else look at something new."""
        try:
            self._finish() if self._on is not None else self._begin()
        except (Conflict, Invalid, NotFound):
            self._on = None  # somebody else was faster

    def _begin(self) -> None:
        found = self._choose()
        if found is None:
            return
        if self._hurried:
            self._answer(found)
            return
        presence.touch(self._desk, found.number, "replying")
        self._on = found.number

    def _finish(self) -> None:
        assert self._on is not None
        number, self._on = self._on, None
        found = queue.rows(self._desk, [number]).get(number)
        if found is not None and found.unread and found.assignee in ("", "bob"):
            self._answer(found)
        presence.leave(self._desk, number)

    def _choose(self) -> QueueRow | None:
        rows = queue.page(self._desk, WAITING, limit=LOOKS_AT).rows
        free = [row for row in rows if row.assignee in ("", "bob")]
        taken = presence.present(self._desk, [row.number for row in free])
        now = self._desk.now()
        young = [
            row for row in free if row.number not in taken and row.waiting_since and now - row.waiting_since < MINE
        ]
        return self._random.choice(young) if young else None

    def _answer(self, row: QueueRow) -> None:
        """Mostly an answer; sometimes only a note or a higher priority."""
        words, language = read("crowd"), language_of(row.preview + row.subject)
        drawn = 0.0 if self._hurried else self._random.random()
        if drawn < 0.6:
            text = self._random.choice(words["answers"][language])
            send_at = self._desk.now() if self._hurried else None
            then = State.PENDING if self._random.random() < 0.3 else None
            conversation.reply(self._desk, row.number, Reply(text, then=then, send_at=send_at))
        elif drawn < 0.85:
            triage.take(self._desk, row.number)
            conversation.note(self._desk, row.number, self._random.choice(words["notes"][language]))
        else:
            triage.set_priority(self._desk, row.number, Priority.HIGH)
