"""What the queue screen reads from the desk, each as one call for a thread."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from supportdesk.domain.condition import Condition, Field, Sort
from supportdesk.domain.people import Presence
from supportdesk.domain.query import Query, parse
from supportdesk.domain.ticket import QueueRow
from supportdesk.domain.view import View
from supportdesk.widgets.window import Answer, Ask, Kind

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk

AT_ONCE = 500
"""Tickets looked up in one statement."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What the queue shows: a view, narrowed by what was typed on top of it."""

    view: View
    narrowed: str = ""
    sorted_by: Sort | None = None

    @property
    def query(self) -> Query:
        """Raises ``Invalid`` when what was typed cannot be read."""
        base, more = parse(self.view.query), parse(self.narrowed)
        return Query(base.conditions + more.conditions, base.words + more.words, more.sort or base.sort)

    @property
    def sort(self) -> Sort:
        return self.sorted_by or self.query.sort or self.view.sort


@dataclass(frozen=True, slots=True)
class Truth:
    """Some tickets as they are now: their rows, and which of them the listing holds."""

    rows: Mapping[int, QueueRow]
    matching: tuple[int, ...]


def load_page(desk: "Desk", listing: Listing, ask: Ask, tz: tzinfo) -> Answer:
    """One page for the window."""
    from supportdesk.desk.queue import LAST, page, rows

    query, sort = dataclasses.replace(listing.query, sort=None), listing.sort
    if ask.kind is Kind.DOWN:
        found = page(desk, query, sort=sort, after=ask.anchor, limit=ask.limit, offset=ask.skip, tz=tz)
        return Answer(found.rows, after=found.more)
    if ask.kind is Kind.UP:
        found = page(desk, query, sort=sort, before=ask.anchor, limit=ask.limit, offset=ask.skip, tz=tz)
        return Answer(found.rows, before=found.more)
    if ask.kind is Kind.LAST:
        found = page(desk, query, sort=sort, before=LAST, limit=ask.limit, tz=tz)
        return Answer(found.rows, before=found.more)
    if ask.kind is Kind.AROUND and ask.anchor:
        anchor = rows(desk, [ask.anchor.number]).get(ask.anchor.number, ask.anchor)
        above = page(desk, query, sort=sort, before=anchor, limit=ask.limit, tz=tz)
        below = page(desk, query, sort=sort, after=anchor, limit=ask.limit, tz=tz)
        here = [anchor] if _matching(desk, listing, [anchor.number], None, tz) else []
        return Answer([*above.rows, *here, *below.rows], before=above.more, after=below.more)
    found = page(desk, query, sort=sort, limit=ask.limit, tz=tz)
    return Answer(found.rows, after=found.more)


def load_truth(
    desk: "Desk", listing: Listing, numbers: Sequence[int], last_loaded: QueueRow | None, tz: tzinfo
) -> Truth:
    """Rows of these tickets, and which are in the listing; beyond ``last_loaded`` nothing is news yet."""
    from supportdesk.desk.queue import rows

    found: dict[int, QueueRow] = {}
    matching: list[int] = []
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        found |= rows(desk, some)
        matching += _matching(desk, listing, some, last_loaded, tz)
    return Truth(found, tuple(matching))


def load_numbers(desk: "Desk", listing: Listing, tz: tzinfo, limit: int) -> tuple[int, ...]:
    """Numbers of the first tickets of a listing, to mark them."""
    from supportdesk.desk.queue import page

    found = page(desk, dataclasses.replace(listing.query, sort=None), sort=listing.sort, limit=limit, tz=tz)
    return tuple(row.number for row in found.rows)


def load_present(desk: "Desk") -> dict[int, tuple[Presence, ...]]:
    from supportdesk.desk.presence import present

    return present(desk)


def _matching(
    desk: "Desk", listing: Listing, numbers: Sequence[int], last_loaded: QueueRow | None, tz: tzinfo
) -> list[int]:
    from supportdesk.desk.queue import page

    only = Condition(Field.NUMBER, tuple(str(number) for number in numbers))
    query = dataclasses.replace(listing.query, conditions=(*listing.query.conditions, only), sort=None)
    inside = [row.number for row in page(desk, query, sort=listing.sort, limit=0, tz=tz).rows]
    if last_loaded is None:
        return inside
    beyond = page(desk, query, sort=listing.sort, after=last_loaded, limit=0, tz=tz).rows
    return [number for number in inside if number not in {row.number for row in beyond}]
