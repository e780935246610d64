"""Keeps what is being written, so that nothing typed is lost: not to a crash, a signal or a colleague.

The newest text of each draft is held here; saving writes what differs from what was saved, one save at a time,
so an older text never overwrites a newer one.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from supportdesk.domain.draft import Draft, DraftKind
from supportdesk.domain.errors import DeskError
from supportdesk.domain.message import Address

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk

SAVE_EVERY = 2.0
"""Seconds: what a kill -9 may cost at most."""

Key = tuple[int, DraftKind]


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it stands. ``seen``: the last message its author had on screen when beginning it."""

    ticket: int
    kind: DraftKind
    text: str
    seen: int
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()

    @property
    def key(self) -> Key:
        return self.ticket, self.kind


class DraftKeeper:
    """The drafts of one screen. ``desk`` gives the open desk, None before it is open."""

    def __init__(self, desk: "Callable[[], Desk | None]") -> None:
        self._desk = desk
        self._latest: dict[Key, Written] = {}
        self._saved: dict[Key, Written] = {}
        self._met: set[int] = set()
        self._saving = Lock()
        self.error: DeskError | None = None

    def written(self, ticket: int, kind: DraftKind) -> Written | None:
        """What is held of a draft, saved or not."""
        return self._latest.get((ticket, kind))

    def hold(self, written: Written) -> None:
        """This is the text now."""
        self._latest[written.key] = written

    def meet(self, stored: Written) -> Written:
        """The store has this text; answers what it is now.

        What was typed here before the store was asked comes after it. What was typed since the last save stays.
        """
        held, saved = self._latest.get(stored.key), self._saved.get(stored.key)
        if held is None or not held.text.strip() or held == saved:
            self._latest[stored.key] = stored
        elif saved is None and held.text != stored.text:
            self._latest[stored.key] = replace(stored, text=f"{stored.text}\n\n{held.text}")
        self._saved[stored.key] = stored
        return self._latest[stored.key]

    def met(self, ticket: int) -> None:
        """All the store has of this ticket is known here."""
        self._met.add(ticket)

    def forget(self, ticket: int, kind: DraftKind) -> None:
        """It was sent or thrown away: never save it again."""
        with self._saving:
            self._latest.pop((ticket, kind), None)
            self._saved.pop((ticket, kind), None)

    def used_up(self, ticket: int, kind: DraftKind) -> None:
        """The store gave its draft away for something else: what is held here has to be saved again."""
        with self._saving:
            self._saved.pop((ticket, kind), None)

    @property
    def is_saved(self) -> bool:
        return all(self._is_saved(written) for written in self._latest.values())

    async def save(self) -> None:
        """Save what changed, in a thread; on a ticket whose drafts are not known yet it waits."""
        if not self.is_saved:
            await asyncio.to_thread(self._save, self._met)

    def save_now(self) -> None:
        """Save what changed before returning: the terminal or the process may be gone in a moment.

        A store that cannot be reached is told by ``error``; the text stays held and is tried again.
        """
        from supportdesk.desk import drafts

        desk = self._desk()
        for written in tuple(self._latest.values()):
            if desk is None or written.ticket in self._met or self._is_saved(written):
                continue
            try:
                there = drafts.load(desk, written.ticket, written.kind)
            except DeskError as error:
                self.error = error
                return
            if there is not None:
                self.meet(written_of(there))
        self._save({written.ticket for written in tuple(self._latest.values())})

    def _save(self, tickets: set[int]) -> None:
        from supportdesk.desk import drafts

        with self._saving:
            desk = self._desk()
            if desk is None:
                return
            for written in tuple(self._latest.values()):
                if written.ticket not in tickets or self._is_saved(written):
                    continue
                try:
                    drafts.save(desk, *written.key, written.text, to=written.to, cc=written.cc, seen=written.seen)
                except DeskError as error:
                    self.error = error
                    return
                self._saved[written.key] = written
            self.error = None

    def _is_saved(self, written: Written) -> bool:
        saved = self._saved.get(written.key)
        return saved == written or (saved is None and not written.text.strip())


def written_of(draft: Draft) -> Written:
    """A stored draft as it is held here."""
    return Written(draft.ticket, draft.kind, draft.text, draft.seen, draft.to, draft.cc)
