"""Undo of everything, proven: whatever agents did, taking it all back gives the very same desk."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from supportdesk.desk import conversation, drafts, structure, tickets, triage, undo
from supportdesk.desk.desk import Desk
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Conflict, DeskError, NotFound
from supportdesk.domain.ticket import Priority, State
from supportdesk.store import tables as t
from tests.desk.arrivals import mail, open_ticket, receive
from tests.desk.conftest import Clock

BOOKKEEPING = {"version", "updated_at"}
"""What no undo takes back: the version tells readers that something changed, the undo included."""

TABLES = (t.ticket, t.ticket_tag, t.ticket_link, t.message, t.message_reference, t.attachment, t.outbox)


def picture(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Everything undo is about, row by row, and which words find which messages."""
    found: dict[str, list[dict[str, Any]]] = {}
    with desk.read() as conn:
        for table in TABLES:
            rows = conn.execute(select(table).order_by(*table.primary_key)).mappings()
            found[table.name] = [{k: v for k, v in row.items() if k not in BOOKKEEPING} for row in rows]
        found["search"] = [dict(row) for row in conn.execute(_index(desk)).mappings()]
    return found


def _index(desk: Desk) -> Any:
    from sqlalchemy import text

    if desk.store.dialect == "sqlite":
        return text("SELECT rowid AS id FROM message_search WHERE message_search MATCH 'word OR prints' ORDER BY 1")
    return text("SELECT id, body::text FROM message_search ORDER BY 1")


Verb = tuple[str, int, int]
VERBS = st.tuples(
    st.sampled_from(
        ["assign", "take", "state", "priority", "team", "tag", "untag", "snooze", "rename", "reply", "note",
         "merge", "unmerge", "split", "link", "unlink", "create", "bulk", "undo", "forward", "draft"]
    ),
    st.integers(0, 2),
    st.integers(0, 5),
)  # fmt: skip


def do(desk: Desk, clock: Clock, numbers: list[int], verb: Verb) -> None:
    """One change by an agent; what the desk refuses is no change."""
    name, which, choice = verb
    number = numbers[which]
    other = numbers[(which + 1) % len(numbers)]
    match name:
        case "assign":
            triage.assign(desk, number, ["alice", "bob", ""][choice % 3])
        case "take":
            triage.take(desk, number)
        case "state":
            triage.set_state(desk, number, list(State)[choice])
        case "priority":
            triage.set_priority(desk, number, list(Priority)[choice % 4])
        case "team":
            triage.set_team(desk, number, ["Billing", "Shipping", ""][choice % 3])
        case "tag":
            triage.add_tags(desk, number, [f"tag{choice}", "vip"])
        case "untag":
            triage.remove_tags(desk, number, ["vip"])
        case "snooze":
            until = clock.time.replace(year=2027 + choice) if choice < 4 else None
            triage.snooze(desk, number, until)
        case "rename":
            triage.rename(desk, number, f"Renamed {choice}")
        case "reply":
            files = (conversation.NewFile("a.txt", "text/plain", b"hello"),) if choice % 2 else ()
            answer = conversation.Reply(f"reply word {choice}", files=files, then=State.SOLVED if choice > 3 else None)
            conversation.reply(desk, number, answer)
        case "note":
            conversation.note(desk, number, f"note word {choice}")
        case "forward":
            to = conversation.default_recipients(desk, number)[0]
            conversation.forward(desk, number, to, f"forward word {choice}")
        case "draft":
            drafts.save(desk, number, DraftKind.REPLY, f"draft {choice}")
        case "merge":
            structure.merge(desk, [number], other)
        case "unmerge":
            structure.unmerge(desk, number)
        case "split":
            messages = tickets.ticket(desk, number).messages
            structure.split(desk, number, [messages[-1].id] if messages else [])
        case "link":
            structure.link(desk, number, other)
        case "unlink":
            structure.unlink(desk, number, other)
        case "create":
            open_ticket(desk, f"Another {choice}", "more word")
        case "bulk":
            triage.set_state(desk, numbers, list(State)[choice])
        case "undo":
            undo.undo(desk)


@given(verbs=st.lists(VERBS, min_size=1, max_size=9))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_undoing_all_verbs_restores_the_desk(alice: Desk, desk: Desk, clock: Clock, verbs: list[Verb]) -> None:
    receive(desk, *(mail(f"c{i}@x.example", f"Matter {i}", f"word {i}") for i in range(2)))
    with desk.read() as conn:
        numbers = list(conn.scalars(select(t.ticket.c.number).order_by(t.ticket.c.number.desc()).limit(2)))
    numbers.append(open_ticket(desk))
    before = picture(desk)
    for verb in verbs:
        try:
            do(alice, clock, numbers, verb)
        except DeskError:
            continue
    while undo.last_undoable(alice) is not None:
        undo.undo(alice)
    assert picture(desk) == before
    clock.advance(hours=2)  # or the customers would open too many tickets within an hour


def test_undo_is_an_event_and_can_be_told_from_the_change(alice: Desk) -> None:
    number = open_ticket(alice)
    triage.set_priority(alice, number, Priority.URGENT)
    undo.undo(alice)
    events = tickets.ticket(alice, number).events
    assert [(e.kind, e.undone) for e in events] == [
        ("created", False), ("priority_changed", True), ("undone", False)
    ]  # fmt: skip
    assert events[-1].data["changes"] == {"priority": ["urgent", "normal"]}


def test_undo_takes_back_only_ones_own_changes(alice: Desk, bob: Desk) -> None:
    number = open_ticket(bob)
    triage.set_priority(bob, number, Priority.URGENT)
    with pytest.raises(NotFound):
        undo.undo(alice)


def test_a_change_built_upon_by_another_cannot_be_undone(alice: Desk, bob: Desk) -> None:
    number = open_ticket(alice)
    triage.set_priority(alice, number, Priority.URGENT)
    triage.set_priority(bob, number, Priority.LOW)
    with pytest.raises(Conflict):
        undo.undo(alice, number)
    assert tickets.ticket(alice, number).ticket.priority is Priority.LOW


def test_an_unrelated_change_by_another_does_not_stop_undo(alice: Desk, bob: Desk) -> None:
    number = open_ticket(alice)
    triage.set_priority(alice, number, Priority.URGENT)
    triage.add_tags(bob, number, ["vip"])
    undo.undo(alice, number)
    ticket = tickets.ticket(alice, number).ticket
    assert (ticket.priority, ticket.tags) == (Priority.NORMAL, ("vip",))


def test_one_undo_takes_back_a_bulk_change(alice: Desk) -> None:
    numbers = [open_ticket(alice) for _ in range(3)]
    triage.set_state(alice, numbers, State.SOLVED)
    undo.undo(alice)
    assert {tickets.ticket(alice, n).ticket.state for n in numbers} == {State.NEW}


def test_a_recalled_reply_becomes_the_draft_again(alice: Desk) -> None:
    number = open_ticket(alice)
    drafts.save(alice, number, DraftKind.REPLY, "Dear Dana")
    conversation.reply(alice, number, conversation.Reply("Dear Dana"))
    assert drafts.load(alice, number, DraftKind.REPLY) is None
    undo.undo(alice)
    kept = drafts.load(alice, number, DraftKind.REPLY)
    assert kept is not None and kept.text == "Dear Dana"
    assert [m.text for m in tickets.ticket(alice, number).messages] == ["It prints black"]


def test_a_recalled_reply_does_not_overwrite_what_was_begun_since(alice: Desk) -> None:
    number = open_ticket(alice)
    conversation.reply(alice, number, conversation.Reply("First"))
    drafts.save(alice, number, DraftKind.REPLY, "Second")
    undo.undo(alice)
    kept = drafts.load(alice, number, DraftKind.REPLY)
    assert kept is not None and "First" in kept.text and "Second" in kept.text
