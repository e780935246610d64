"""Drafts: one for each ticket, agent and kind; nothing written is ever lost."""

import pytest

from supportdesk.desk import conversation, drafts, structure, tickets, undo
from supportdesk.desk.desk import Desk
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Invalid
from supportdesk.domain.message import Address
from tests.desk.arrivals import open_ticket
from tests.desk.conftest import Clock

TO, CC = (Address("dana@x.example", "Dana"),), (Address("boss@x.example"),)


def text_of(desk: Desk, number: int, kind: DraftKind = DraftKind.REPLY) -> str | None:
    found = drafts.load(desk, number, kind)
    return found.text if found else None


def test_one_for_each_ticket_agent_and_kind(alice: Desk, bob: Desk, clock: Clock) -> None:
    first, second = open_ticket(alice), open_ticket(alice)
    drafts.save(alice, first, DraftKind.REPLY, "reply")
    drafts.save(alice, first, DraftKind.NOTE, "note")
    drafts.save(alice, second, DraftKind.REPLY, "second")
    drafts.save(bob, first, DraftKind.REPLY, "bob's")
    drafts.save(alice, 0, DraftKind.NEW, "a new one", subject="Hello", to=TO, cc=CC)
    drafts.save(alice, first, DraftKind.REPLY, "reply, longer", seen=7)
    assert [draft.text for draft in drafts.mine(alice)] == ["reply, longer", "a new one", "second", "note"]
    assert {(draft.agent, draft.text) for draft in tickets.ticket(bob, first).drafts} == {
        ("alice", "reply, longer"), ("alice", "note"), ("bob", "bob's")
    }  # fmt: skip
    new = drafts.load(alice, 0, DraftKind.NEW)
    assert new is not None and (new.subject, new.to, new.cc, new.updated_at < clock.time) == ("Hello", TO, CC, True)


def test_a_blank_draft_is_none(alice: Desk) -> None:
    number = open_ticket(alice)
    drafts.save(alice, number, DraftKind.REPLY, "x")
    drafts.save(alice, number, DraftKind.REPLY, " \n\t")
    assert drafts.mine(alice) == ()
    drafts.discard(alice, number, DraftKind.REPLY)


def test_two_agents_write_at_once_and_keep_both(alice: Desk, bob: Desk) -> None:
    number = open_ticket(alice)
    drafts.save(alice, number, DraftKind.REPLY, "Alice's")
    drafts.save(bob, number, DraftKind.REPLY, "Bob's")
    conversation.reply(alice, number, conversation.Reply("Alice's, sent"))
    assert (text_of(alice, number), text_of(bob, number)) == (None, "Bob's")
    drafts.discard(alice, number, DraftKind.REPLY)
    assert text_of(bob, number) == "Bob's"


def test_drafts_follow_a_merged_ticket_and_both_texts_are_kept(alice: Desk, bob: Desk) -> None:
    source, into = open_ticket(alice), open_ticket(alice)
    drafts.save(alice, source, DraftKind.REPLY, "from the source", seen=9)
    drafts.save(alice, into, DraftKind.REPLY, "from the target", seen=4)
    drafts.save(bob, source, DraftKind.NOTE, "bob's note")
    structure.merge(alice, [source], into)
    kept = drafts.load(alice, into, DraftKind.REPLY)
    assert kept is not None and kept.text == "from the target\n\nfrom the source"
    assert kept.seen == 4
    assert text_of(bob, into, DraftKind.NOTE) == "bob's note"
    assert {draft.ticket for draft in (*drafts.mine(alice), *drafts.mine(bob))} == {into}


def test_sending_uses_up_the_draft_of_its_kind_and_undo_gives_it_back_whole(alice: Desk) -> None:
    number = open_ticket(alice)
    drafts.save(alice, number, DraftKind.NOTE, "a note")
    drafts.save(alice, number, DraftKind.FORWARD, "look", to=TO, cc=CC, subject="Fwd", seen=3)
    conversation.forward(alice, number, TO, "look at this")
    assert text_of(alice, number, DraftKind.FORWARD) is None
    assert text_of(alice, number, DraftKind.NOTE) == "a note"
    undo.undo(alice)
    back = drafts.load(alice, number, DraftKind.FORWARD)
    assert back is not None and (back.text, back.to, back.cc, back.subject, back.seen) == ("look", TO, CC, "Fwd", 3)


def test_only_agents_have_drafts(desk: Desk) -> None:
    with pytest.raises(Invalid):
        drafts.save(desk, 0, DraftKind.NEW, "x")
