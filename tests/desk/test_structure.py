"""Putting conversations together and apart: all of it moves, and two who do it at once lose nothing."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import insert

from supportdesk.desk import conversation, queue, structure, tickets, triage, undo
from supportdesk.desk.desk import Desk
from supportdesk.domain.errors import Conflict, DeskError, Invalid, NotFound
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import LinkKind, State
from supportdesk.store import tables as t
from tests.desk.arrivals import mail, open_ticket, receive
from tests.desk.conftest import Clock

ROUNDS = 10


def texts(desk: Desk, number: int) -> list[str]:
    return [message.text for message in tickets.ticket(desk, number).messages]


def at_once(*work: Callable[[], object]) -> list[DeskError]:
    """Run each in its own thread, together; returns what was refused."""
    barrier = threading.Barrier(len(work))
    refused: list[DeskError] = []

    def run(one: Callable[[], object]) -> None:
        barrier.wait()
        try:
            one()
        except DeskError as error:
            refused.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_two_agents_who_merge_crosswise_at_once(alice: Desk, bob: Desk) -> None:
    """One is refused and told where the ticket went; every message is in the one that is left."""
    for _ in range(ROUNDS):
        a, b = open_ticket(alice, text="in A"), open_ticket(alice, text="in B")
        refused = at_once(
            lambda a=a, b=b: structure.merge(alice, [a], b),  # type: ignore[misc]
            lambda a=a, b=b: structure.merge(bob, [b], a),  # type: ignore[misc]
        )
        assert [type(error) for error in refused] == [Conflict]
        pointers = [tickets.ticket(alice, number).ticket.merged_into for number in (a, b)]
        assert pointers in ([b, None], [None, a])
        left = b if pointers[0] else a
        assert sorted(texts(alice, left)) == ["in A", "in B"]


def test_merging_while_the_customer_answers_loses_no_answer(alice: Desk, desk: Desk) -> None:
    for turn in range(ROUNDS // 2):
        receive(desk, mail(f"c{turn}@x.example", "Printer", "first", message_id=f"{turn}@x"))
        source = queue.page(desk, parse("sort:-number"), limit=1).rows[0].number
        into = open_ticket(alice)
        answer = mail(f"c{turn}@x.example", "Re: Printer", "second", references=[f"{turn}@x"])
        at_once(
            lambda s=source, i=into: structure.merge(alice, [s], i),  # type: ignore[misc]
            lambda raw=answer: receive(desk, raw),  # type: ignore[misc]
        )
        receive(desk)
        everything = [*texts(desk, source), *texts(desk, into)]
        assert sorted(text for text in everything if text in ("first", "second")) == ["first", "second"]
        assert texts(desk, source) == []


def test_a_thousand_messages_move_and_come_back(alice: Desk) -> None:
    source, into = open_ticket(alice), open_ticket(alice)
    note = {"ticket_number": source, "direction": "note", "author": "bob", "to_addresses": [], "cc_addresses": []}
    with alice.store.write() as conn:
        conn.execute(insert(t.message), [{**note, "at": alice.now(), "text": f"note {n}"} for n in range(1000)])
    before = texts(alice, source)
    structure.merge(alice, [source], into)
    assert (tickets.ticket(alice, into).ticket.messages, texts(alice, source)) == (1002, [])
    structure.unmerge(alice, source)
    assert texts(alice, source) == before
    structure.merge(alice, [source], into)
    undo.undo(alice)
    assert (texts(alice, source), tickets.ticket(alice, into).ticket.messages) == (before, 1)


def test_a_merge_of_a_merge_points_to_the_last(alice: Desk) -> None:
    a, b, c = (open_ticket(alice, text=name) for name in "abc")
    structure.merge(alice, [a], b)
    structure.merge(alice, [b], c)
    assert [tickets.ticket(alice, number).ticket.merged_into for number in (a, b, c)] == [c, c, None]
    assert texts(alice, c) == ["a", "b", "c"]
    for refused in (structure.merge, lambda desk, sources, into: structure.split(desk, sources[0], [1])):
        with pytest.raises(Conflict, match=f"#{a} was merged into #{c}"):
            refused(alice, [a], c)


def test_what_came_after_a_merge_stays_with_the_target(alice: Desk) -> None:
    source, into = open_ticket(alice, text="old"), open_ticket(alice, text="target")
    triage.add_tags(alice, source, ["vip"])
    structure.merge(alice, [source], into)
    assert tickets.ticket(alice, into).ticket.tags == ("vip",)
    conversation.note(alice, into, "after")
    structure.unmerge(alice, source)
    assert (texts(alice, source), texts(alice, into)) == (["old"], ["target", "after"])
    with pytest.raises(Conflict, match="is not merged"):
        structure.unmerge(alice, source)
    with pytest.raises(NotFound):
        structure.unmerge(alice, 999)


def test_splitting_makes_a_linked_ticket_of_the_same_customer(alice: Desk, clock: Clock) -> None:
    number = open_ticket(alice, text="one")
    second = conversation.note(alice, number, "two").message
    assert second is not None
    made = structure.split(alice, number, [second], "  Another\x1b[2J matter ").created
    assert made is not None
    page = tickets.ticket(alice, made)
    assert (page.ticket.subject, page.ticket.state, page.customer.name) == ("Another matter", State.OPEN, "Dana Reyes")
    assert [(link.number, link.kind) for link in page.ticket.links] == [(number, LinkKind.SPLIT)]
    assert (texts(alice, number), texts(alice, made)) == (["one"], ["two"])
    for ids in ([], [second], [999], [page.messages[0].id, 1]):
        with pytest.raises(Invalid):
            structure.split(alice, number, ids)


def test_links_are_seen_from_both_ends_and_only_once(alice: Desk) -> None:
    a, b = open_ticket(alice), open_ticket(alice)
    structure.link(alice, a, b)
    assert structure.link(alice, b, a).events == ()
    assert [[link.number for link in tickets.ticket(alice, number).ticket.links] for number in (a, b)] == [[b], [a]]
    structure.unlink(alice, b, a)
    assert tickets.ticket(alice, a).ticket.links == ()
    assert structure.unlink(alice, a, b).events == ()
    with pytest.raises(Invalid):
        structure.link(alice, a, a)
    with pytest.raises(NotFound):
        structure.link(alice, a, 999)
