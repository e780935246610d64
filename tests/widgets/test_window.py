"""The loaded part of a queue against the whole list it is a part of."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from supportdesk.domain.ticket import NEVER, Priority, QueueRow, State
from supportdesk.widgets.window import KEPT, PAGE, Answer, Ask, Kind, Window

AT = datetime(2026, 11, 18, 9, tzinfo=UTC)


def row(number: int, subject: str = "subject") -> QueueRow:
    return QueueRow(
        number=number, subject=subject, preview="", state=State.OPEN, priority=Priority.NORMAL, channel="mail",
        channel_kind="email", customer_id=1, customer="Kim", grade="", team="", assignee="", created_at=AT,
        updated_at=AT, next_due_at=NEVER, snoozed_until=None, waiting_since=None, messages=1, version=1,
    )  # fmt: skip


def answer(queue: Sequence[int], ask: Ask) -> Answer:
    """What the desk would say: the queue is in number order, so a page is found by its anchor as a keyset is."""
    anchor = ask.anchor.number if ask.anchor else 0
    below = [n for n in queue if n > anchor]
    above = [n for n in queue if n < anchor]
    match ask.kind:
        case Kind.FIRST | Kind.AGAIN:
            return Answer([row(n) for n in queue[: ask.limit]], after=len(queue) > ask.limit)
        case Kind.LAST:
            return Answer([row(n) for n in queue[-ask.limit :]], before=len(queue) > ask.limit)
        case Kind.DOWN:
            rest = below[ask.skip :]
            return Answer([row(n) for n in rest[: ask.limit]], after=len(rest) > ask.limit)
        case Kind.UP:
            rest = above[: len(above) - ask.skip] if ask.skip else above
            return Answer([row(n) for n in rest[-ask.limit :]], before=len(rest) > ask.limit)
        case Kind.AROUND:
            here = [n for n in queue if n == anchor]
            rows = [row(n) for n in [*above[-ask.limit :], *here, *below[: ask.limit]]]
            return Answer(rows, before=len(above) > ask.limit, after=len(below) > ask.limit)


def settle(window: Window, queue: Sequence[int], ask: Ask | None = None) -> int:
    """Load until nothing is missing; how many pages that took."""
    pages = 0
    while ask := ask or window.wanted():
        pages += 1
        assert pages < 100, "it never has enough"
        assert window.accept(ask, answer(queue, ask))
        ask = None
    return pages


def opened(size: int, height: int = 38) -> tuple[Window, list[int]]:
    queue = list(range(10, 10 + size))
    window = Window(height)
    settle(window, queue)
    return window, queue


def on_screen(window: Window) -> list[int | None]:
    """Numbers on screen, None for a line whose row is not loaded."""
    lines = range(window.top, min(window.top + window.height, window.total))
    return [found.number if (found := window.at(index)) else None for index in lines]


moves = st.one_of(
    st.tuples(st.just("move"), st.integers(-50, 50)),
    st.tuples(st.just("turn"), st.integers(-30, 30)),
    st.tuples(st.just("scroll"), st.integers(-3_000, 3_000)),
    st.tuples(st.just("first"), st.just(0)),
    st.tuples(st.just("last"), st.just(0)),
    st.tuples(st.just("again"), st.just(0)),
    st.tuples(st.just("count"), st.integers(0, 12_000)),
    st.tuples(st.just("resize"), st.integers(1, 60)),
)


def do(window: Window, queue: Sequence[int], verb: str, by: int) -> None:
    match verb:
        case "first" | "last" | "again":
            settle(window, queue, getattr(window, verb)())
        case _:
            getattr(window, verb)(by)
            settle(window, queue)


@settings(deadline=None)
@given(st.integers(0, 3_000), st.integers(1, 60), st.lists(moves, max_size=25))
def test_whatever_moves_all_on_screen_is_the_queue_itself(size: int, height: int, steps: list[tuple[str, int]]) -> None:
    window, queue = opened(size, height)
    for verb, by in steps:
        do(window, queue, verb, by)
        seen = on_screen(window)
        assert None not in seen
        if seen:
            place = queue.index(seen[0] or 0)
            assert seen == queue[place : place + len(seen)], "what is on screen is not a stretch of the queue"
            assert window.top <= window.cursor < window.top + window.height
            assert len(seen) == min(window.height, size)
        assert len(window.rows) <= KEPT


@settings(deadline=None)
@given(st.integers(1, 3_000), st.lists(moves, max_size=10))
def test_positions_are_exact_once_both_ends_were_seen(size: int, steps: list[tuple[str, int]]) -> None:
    window, queue = opened(size)
    for verb, by in steps:
        do(window, queue, verb, by)
    settle(window, queue, window.first())
    while window.cursor < window.total - 1:
        window.turn(1)
        settle(window, queue)
    assert window.total == size
    assert window.current == row(queue[-1])


@settings(deadline=None)
@given(st.integers(1, 1_500), st.sets(st.integers(10, 1_600)), st.integers(0, 1_500), st.data())
def test_loading_again_keeps_the_cursor_on_its_ticket(size: int, left: set[int], at: int, data: st.DataObject) -> None:
    window, queue = opened(size)
    while window.cursor < min(at, size - 1):
        window.move(min(50, at - window.cursor))
        settle(window, queue)
    before, line = window.current, window.cursor - window.top
    assert before is not None
    now = [n for n in queue if n not in left]
    window.sees(now, among=[found.number for found in window.rows])
    settle(window, now, window.again())
    if before.number in now:
        assert window.current == before
        room_below = len(now) - now.index(before.number) > window.height
        room_above = now.index(before.number) >= line
        assert not (room_above and room_below) or window.cursor - window.top == line
    elif now:
        later = [n for n in now if n > before.number]
        assert window.current is not None
        assert not later or window.current.number == later[0]
    assert window.gone == set()


def test_a_page_asked_for_another_queue_is_refused() -> None:
    window, queue = opened(5_000)
    window.move(150)
    late = window.wanted()
    assert late is not None
    window.forget()
    assert not window.accept(late, answer(queue, late))
    assert window.rows == []


def test_the_next_page_is_wanted_before_the_edge_is_reached() -> None:
    window, _queue = opened(5_000)
    assert window.wanted() is None
    window.go(PAGE - 90)
    ask = window.wanted()
    assert ask is not None
    assert ask.kind is Kind.DOWN
    assert ask.anchor == row(10 + len(window.rows) - 1)
    assert window.wanted() is None, "one page is on its way"
    window.failed(ask)
    assert window.wanted() is not None


def test_a_ticket_is_refreshed_in_place_and_nothing_moves() -> None:
    window, _queue = opened(300)
    window.go(20)
    changed = window.refresh({15: row(15, "changed"), 4_000: row(4_000)})
    assert changed == [5]
    assert window.at(5) == row(15, "changed")
    assert (window.cursor, window.top) == (20, 0)


def test_news_is_counted_and_shown_only_when_asked_for() -> None:
    window, queue = opened(300)
    window.sees([1, 2, 3], among=[1, 2, 3, 4])
    window.sees([], among=[3])
    assert window.arrived == {1, 2}
    assert on_screen(window)[0] == 10
    settle(window, [1, 2, *queue], window.first())
    assert window.arrived == set()
    assert on_screen(window)[:2] == [1, 2]


def test_a_row_that_left_the_queue_stays_where_it_was_until_loaded_again() -> None:
    window, queue = opened(300)
    assert window.sees([], among=[12]) == [2]
    assert window.gone == {12}
    assert on_screen(window)[2] == 12
    assert window.sees([12], among=[12]) == [2]
    assert window.gone == set()
    window.sees([], among=[12])
    settle(window, [n for n in queue if n != 12], window.again())
    assert on_screen(window)[2] == 13


def test_a_verb_on_the_last_ticket_leaves_an_empty_queue() -> None:
    window, _queue = opened(1)
    window.sees([], among=[10])
    settle(window, [], window.again())
    assert window.loaded
    assert window.total == 0
    assert window.current is None


def test_down_at_the_edge_turns_the_screen_but_for_a_row() -> None:
    window, queue = opened(300, height=30)
    window.go(29)
    assert window.top == 0
    window.move(1)
    settle(window, queue)
    assert window.top == 29
    assert dataclasses.astuple(window.current or row(0))[0] == 40
