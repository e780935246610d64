"""The feed: no change of any process is missed, whatever the order in which transactions end."""

import threading
import time

from supportdesk.desk import drafts, triage
from supportdesk.desk.desk import Desk, open_desk
from supportdesk.desk.feed import Feed
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.event import Event
from supportdesk.domain.ticket import Priority
from tests.desk.arrivals import open_ticket


def collect(feed: Feed, until: int, seconds: float = 20) -> list[Event]:
    found: list[Event] = []
    deadline = time.monotonic() + seconds
    while len(found) < until and time.monotonic() < deadline:
        found += feed.wait(1.0)
    return found


def test_another_connections_change_arrives(alice: Desk, store_url: str) -> None:
    number = open_ticket(alice)
    other = open_desk(store_url).as_agent("bob")
    feed = Feed(alice)
    started = threading.Event()

    def change() -> None:
        started.wait()
        triage.set_priority(other, number, Priority.URGENT)

    thread = threading.Thread(target=change)
    thread.start()
    started.set()
    found = collect(feed, 1)
    thread.join()
    feed.close()
    other.close()
    assert [(e.kind, e.ticket, e.actor.name) for e in found] == [("priority_changed", number, "bob")]


def test_writers_at_once_and_a_slow_one_are_all_heard(alice: Desk, bob: Desk) -> None:
    """On Postgres ids are given before the commit: a slow transaction's event must not be skipped."""
    numbers = [open_ticket(alice) for _ in range(4)]
    feed = Feed(alice)
    with_slow = threading.Barrier(2)

    def slow() -> None:
        with bob.unit() as unit:
            unit.lock(numbers[0])
            unit.record("slow", numbers[0], {"changes": {}}, undoable=False)
            if alice.store.dialect == "postgresql":
                with_slow.wait()
                time.sleep(0.3)  # stay open while the others commit: what the test is about
        if alice.store.dialect == "sqlite":
            with_slow.wait()

    def fast(number: int) -> None:
        for i in range(15):
            triage.add_tags(alice, number, [f"t{i}"])

    slow_one = threading.Thread(target=slow)
    slow_one.start()
    with_slow.wait()
    threads = [threading.Thread(target=fast, args=(number,)) for number in numbers[1:]]
    for thread in threads:
        thread.start()
    found = collect(feed, 46)
    for thread in (slow_one, *threads):
        thread.join()
    feed.close()
    assert len(found) == len({e.id for e in found}) == 46
    assert sum(e.kind == "slow" for e in found) == 1


def test_an_unrecorded_change_wakes_without_events(alice: Desk, bob: Desk) -> None:
    number = open_ticket(alice)
    feed = Feed(alice)
    feed.wait(0.3)
    timer = threading.Timer(0.2, drafts.save, (bob, number, DraftKind.REPLY, "typing"))
    timer.start()
    before = time.monotonic()
    assert feed.wait(4.0) == ()
    assert time.monotonic() - before < 3.0
    timer.join()
    feed.close()


def test_a_cursor_goes_on_where_it_was(alice: Desk) -> None:
    number = open_ticket(alice)
    feed = Feed(alice, since="0:0")
    first = feed.wait(5.0)
    feed.close()
    triage.take(alice, number)
    again = Feed(alice, since=first[-1].cursor)
    assert [e.kind for e in collect(again, 1)] == ["assigned"]
    again.close()
