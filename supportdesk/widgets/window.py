"""The part of a queue that is loaded, around what is seen of it: a million rows cost as much as a thousand.

Indexes are absolute, 0 is the first row of the queue. Nothing here loads: ``wanted`` says which page is missing
and ``accept`` takes it. What arrives never moves what is on screen: when the true position of the loaded span
becomes known, span, cursor and viewport shift together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from supportdesk.domain.ticket import QueueRow

PAGE = 200
"""Rows asked for at once."""

KEPT = 600
"""Rows kept at most."""

MARGIN = 100
"""Rows to have beyond the edges of the screen before they are needed."""

KEPT_ON_TURN = 1
"""Rows that stay on screen when a step over its edge turns it."""


class Kind(Enum):
    """How a page lies to what is loaded."""

    FIRST = auto()  # the cursor goes to the top
    LAST = auto()  # the cursor goes to the end
    AGAIN = auto()  # the first page once more; the cursor stays on its ticket
    DOWN = auto()  # after ``anchor``
    UP = auto()  # before ``anchor``
    AROUND = auto()  # before ``anchor``, itself if it is still there, and after it


@dataclass(frozen=True, slots=True)
class Ask:
    """A page that is missing. ``skip`` rows lie between the anchor and it; it then replaces what is loaded."""

    kind: Kind
    token: int
    anchor: QueueRow | None = None
    skip: int = 0
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows in queue order, and whether there are more before and after them; None: not asked."""

    rows: Sequence[QueueRow]
    before: bool | None = None
    after: bool | None = None


class Window:
    """Loaded rows, cursor and viewport of one queue."""

    def __init__(self, height: int = 1) -> None:
        self.rows: list[QueueRow] = []
        self.start = 0
        self.total = 0
        self.cursor = 0
        self.top = 0
        self.height = height
        self.loaded = False
        self.gone: set[int] = set()  # shown still, but no longer in this queue
        self.arrived: set[int] = set()  # in this queue, not shown yet
        self._places: dict[int, int] = {}
        self._token = 0
        self._asked: Ask | None = None
        self._overshot: Kind | None = None  # an estimate was too large: the end itself is wanted
        self._more_before = self._more_after = False

    @property
    def end(self) -> int:
        """Index after the last loaded row."""
        return self.start + len(self.rows)

    @property
    def complete(self) -> bool:
        """Whether every row of the queue is loaded."""
        return self.loaded and not self._more_before and not self._more_after

    def at(self, index: int) -> QueueRow | None:
        """The row at an index, None while it is not loaded."""
        return self.rows[index - self.start] if self.start <= index < self.end else None

    @property
    def current(self) -> QueueRow | None:
        return self.at(self.cursor)

    def index(self, number: int) -> int | None:
        """Where a loaded ticket is."""
        place = self._places.get(number)
        return None if place is None else self.start + place

    def resize(self, height: int) -> None:
        self.height = max(1, height)
        self._show_cursor()

    def move(self, by: int) -> None:
        """Move the cursor; at an edge of the screen nearly all of it turns at once, to write less over SSH."""
        self.cursor = self._clamped(self.cursor + by)
        self._show_cursor()

    def turn(self, pages: int) -> None:
        """Page up (negative) or down; the cursor keeps its line on the screen, except at the ends."""
        by = pages * max(1, self.height - 1)
        self.top = max(0, min(self.top + by, self.total - self.height))
        self.cursor = self._clamped(self.cursor + by)
        self._show_cursor()

    def scroll(self, by: int) -> None:
        """Move the viewport; the cursor stays where it is as long as it is on screen."""
        self.top = max(0, min(self.top + by, self.total - self.height))
        self.cursor = self._clamped(max(self.top, min(self.cursor, self.top + self.height - 1)))

    def go(self, index: int) -> None:
        """Put the cursor on an index, loaded or not."""
        self.move(index - self.cursor)

    def first(self) -> Ask | None:
        """Go to the top; the page to load for it, which then also shows what arrived."""
        if self.start or self.arrived:
            self._token += 1
            return self._ask(Kind.FIRST)
        self.go(0)
        return None

    def last(self) -> Ask | None:
        """Go to the end; the page to load for it."""
        if self._more_after:
            self._token += 1
            return self._ask(Kind.LAST)
        self.go(self.total - 1)
        return None

    def follow(self, number: int) -> bool:
        """Put the cursor on a ticket; False where it is not loaded."""
        index = self.index(number)
        if index is not None:
            self.go(index)
        return index is not None

    def count(self, total: int) -> None:
        """Take a count of the queue made by the desk: until both ends are seen, positions are estimates."""
        if not self._more_after and self.loaded:
            return
        self.total = max(total, self.end + self._more_after)

    def forget(self) -> None:
        """Begin again with another queue; what was asked for the old one will be refused."""
        self.rows, self.start, self.total, self.cursor, self.top = [], 0, 0, 0, 0
        self.loaded, self._asked, self._more_before, self._more_after = False, None, False, False
        self.gone, self.arrived, self._places = set(), set(), {}
        self._token += 1

    def again(self) -> Ask:
        """Ask for what is on screen once more: what left goes, what came is shown."""
        self._token += 1
        anchor = self._survivor()
        if anchor is None or self.top == 0:
            return self._ask(Kind.AGAIN, limit=max(PAGE, min(KEPT, self.cursor + self.height + MARGIN)))
        return self._ask(Kind.AROUND, anchor)

    def wanted(self) -> Ask | None:
        """The next page to load, None when there is enough or one is on its way."""
        if self._asked:
            return None
        if not self.loaded:
            return self._ask(Kind.FIRST)
        if not self.rows:
            return None
        if overshot := self._overshot:
            self._overshot = None
            return self._ask(overshot)
        if far := self._far():
            return far
        if self._more_after and self.top + self.height + MARGIN > self.end:
            return self._ask(Kind.DOWN, self.rows[-1])
        if self._more_before and self.top - MARGIN < self.start:
            return self._ask(Kind.UP, self.rows[0])
        return None

    def failed(self, ask: Ask) -> None:
        """The page could not be loaded; it may be asked for again."""
        if self._asked == ask:
            self._asked = None

    def accept(self, ask: Ask, answer: Answer) -> bool:
        """Take a page; False when it was asked for something that is no longer shown."""
        if ask.token != self._token:
            return False
        self._asked = None
        if ask.skip and not answer.rows:
            self._overshot = Kind.LAST if ask.kind is Kind.DOWN else Kind.FIRST
            return True
        if ask.kind in (Kind.DOWN, Kind.UP) and not ask.skip:
            self._extend(ask.kind, answer)
        else:
            self._replace(ask, answer)
        self._settle()
        return True

    def refresh(self, rows: Mapping[int, QueueRow]) -> list[int]:
        """Show tickets as they are now, where they are; indexes of those that look different."""
        changed = []
        for number, row in rows.items():
            place = self._places.get(number)
            if place is not None and self.rows[place] != row:
                self.rows[place] = row
                changed.append(self.start + place)
        return changed

    def sees(self, matching: Iterable[int], among: Iterable[int]) -> list[int]:
        """Of ``among``, the ``matching`` tickets are in this queue now; indexes of rows that left or came back."""
        inside = set(matching)
        changed = []
        for number in among:
            was_gone = number in self.gone
            if number in self._places:
                (self.gone.discard if number in inside else self.gone.add)(number)
                if was_gone != (number in self.gone):
                    changed.append(self.start + self._places[number])
            elif number in inside:
                self.arrived.add(number)
            else:
                self.arrived.discard(number)
        return changed

    def _ask(self, kind: Kind, anchor: QueueRow | None = None, skip: int = 0, limit: int = PAGE) -> Ask:
        self._asked = Ask(kind, self._token, anchor, skip, limit)
        return self._asked

    def _far(self) -> Ask | None:
        """The page for a viewport that has left what is loaded, by more than can be reached page by page."""
        below, above = self.top - self.end, self.start - (self.top + self.height)
        if below > PAGE and self._more_after:
            return self._ask(Kind.DOWN, self.rows[-1], skip=below - MARGIN)
        if above > PAGE and self._more_before:
            return self._ask(Kind.UP, self.rows[0], skip=above - MARGIN)
        return None

    def _extend(self, kind: Kind, answer: Answer) -> None:
        new = [row for row in answer.rows if row.number not in self._places]
        if kind is Kind.DOWN:
            self.rows.extend(new)
            self._more_after = bool(answer.after)
            surplus = min(len(self.rows) - KEPT, self.top - MARGIN - self.start)
            if surplus > 0:
                del self.rows[:surplus]
                self.start += surplus
                self._more_before = True
        else:
            self.rows[:0] = new
            self.start -= len(new)
            self._more_before = bool(answer.before)
            surplus = min(len(self.rows) - KEPT, self.end - (self.top + self.height + MARGIN))
            if surplus > 0:
                del self.rows[-surplus:]
                self._more_after = True

    def _replace(self, ask: Ask, answer: Answer) -> None:
        """Load another part of the queue, or this one again."""
        rows, line, kept = list(answer.rows), self.cursor - self.top, self._kept_number(ask)
        match ask.kind:
            case Kind.LAST:
                start, before, after = max(0, self.total - len(rows)), bool(answer.before), False
                self.cursor, self.top = start + len(rows) - 1, start + len(rows) - self.height
            case Kind.AROUND:
                start, before, after = self._start_around(ask, rows), bool(answer.before), bool(answer.after)
            case Kind.DOWN:
                start, before, after = self.end + ask.skip, True, bool(answer.after)
            case Kind.UP:
                start, before, after = self.start - ask.skip - len(rows), bool(answer.before), True
            case _:
                start, before, after = 0, False, bool(answer.after)
        if ask.kind is Kind.FIRST:
            self.cursor = self.top = 0
        if not ask.skip:
            self.gone, self.arrived = set(), set()
        self.rows, self.start, self._more_before, self._more_after, self.loaded = rows, start, before, after, True
        self._index()
        if kept is not None and (index := self.index(kept)) is not None:
            self.cursor, self.top = index, index - line

    def _kept_number(self, ask: Ask) -> int | None:
        """The ticket the cursor stays on when this part is loaded again."""
        if ask.kind not in (Kind.AGAIN, Kind.AROUND):
            return None
        if self.current and self.current.number not in self.gone:
            return self.current.number
        survivor = self._survivor()
        return survivor.number if survivor else None

    def _survivor(self) -> QueueRow | None:
        """The first row from the cursor on that is still in the queue, else the last before it."""
        place = max(0, self.cursor - self.start)
        candidates = [*self.rows[place:], *reversed(self.rows[:place])]
        return next((row for row in candidates if row.number not in self.gone), None)

    def _start_around(self, ask: Ask, rows: Sequence[QueueRow]) -> int:
        """Where the reloaded span begins, so that the anchor keeps its index."""
        assert ask.anchor is not None
        place = next((n for n, row in enumerate(rows) if row.number == ask.anchor.number), len(rows) // 2)
        return (self.index(ask.anchor.number) or 0) - place

    def _settle(self) -> None:
        """Positions as the ends show them; the screen's content does not move."""
        self._index()
        shift = 0
        if not self._more_before:
            shift = -self.start
        elif self.start < 1:
            shift = 1 - self.start
        self.start += shift
        self.cursor += shift
        self.top += shift
        self.total = max(self.total + shift, self.end + 1) if self._more_after else self.end
        self.cursor = self._clamped(self.cursor)
        self._show_cursor()

    def _index(self) -> None:
        self._places = {row.number: place for place, row in enumerate(self.rows)}

    def _clamped(self, index: int) -> int:
        return max(0, min(index, self.total - 1))

    def _show_cursor(self) -> None:
        """A step over the edge turns the screen, with one row kept; a leap lands a third into it."""
        below, above = self.cursor - (self.top + self.height - 1), self.top - self.cursor
        context = KEPT_ON_TURN if max(below, above) == 1 else self.height // 3
        context = min(context, self.height - 1)
        if below > 0:
            self.top = self.cursor - context
        elif above > 0:
            self.top = self.cursor - (self.height - 1 - context)
        self.top = max(0, min(self.top, self.total - self.height))
