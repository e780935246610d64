"""Presence: the others on a ticket, for as long as they say so."""

from supportdesk.desk import presence, tickets, undo
from supportdesk.desk.desk import Desk
from tests.desk.arrivals import open_ticket
from tests.desk.conftest import Clock


def seen(desk: Desk, number: int) -> list[tuple[str, str]]:
    return [(each.agent, each.doing) for each in presence.present(desk).get(number, ())]


def test_others_are_seen_for_fifteen_seconds_and_oneself_never(alice: Desk, bob: Desk, clock: Clock) -> None:
    number = open_ticket(alice)
    presence.touch(alice, number, "reading")
    presence.touch(bob, number, "reading")
    assert (seen(alice, number), seen(bob, number)) == ([("bob", "reading")], [("alice", "reading")])
    clock.advance(seconds=14.9)
    assert seen(alice, number) == [("bob", "reading")]
    presence.touch(bob, number, "reading")
    clock.advance(seconds=14.9)
    assert (seen(alice, number), seen(bob, number)) == ([("bob", "reading")], [])
    clock.advance(seconds=0.2)
    assert seen(alice, number) == []


def test_what_they_do_and_since_when(alice: Desk, bob: Desk, clock: Clock) -> None:
    number = open_ticket(alice)
    presence.touch(bob, number, "reading")
    began = presence.present(alice)[number][0].since
    clock.advance(seconds=5)
    presence.touch(bob, number, "reading")
    assert presence.present(alice)[number][0].since == began
    presence.touch(bob, number, "replying")
    (now,) = presence.present(alice)[number]
    assert (now.doing, now.since > began) == ("replying", True)


def test_who_leaves_is_gone_at_once(alice: Desk, bob: Desk) -> None:
    first, second = open_ticket(alice), open_ticket(alice)
    presence.touch(bob, first, "reading")
    presence.touch(bob, second, "reading")
    assert [each.agent for each in tickets.ticket(alice, first).present] == ["bob"]
    presence.leave(bob, first)
    assert presence.present(alice, [first]) == {}
    assert set(presence.present(alice, [first, second])) == {second}


def test_the_system_is_nowhere_and_nobody_is_on_a_ticket_taken_back(desk: Desk, alice: Desk, bob: Desk) -> None:
    number = open_ticket(alice)
    presence.touch(desk, number, "reading")
    presence.touch(bob, number, "reading")
    assert [each.agent for each in presence.present(desk)[number]] == ["bob"]
    undo.undo(alice)
    presence.touch(bob, number, "reading")
    assert presence.present(desk) == {}
