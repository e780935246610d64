"""Tests of what the desk's things look like as JSON."""

from datetime import UTC, datetime

from supportdesk.commands import forms
from supportdesk.desk.listing import Listed
from supportdesk.desk.search import Hit
from supportdesk.domain.channel import InboxRow, InboxStatus
from supportdesk.domain.customer import Contact, Customer, Identity
from supportdesk.domain.event import Actor, ActorKind, Event
from supportdesk.domain.ticket import NEVER, Priority, QueueRow, State

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_what_is_not_there_is_null_and_an_empty_text_is_empty() -> None:
    row = QueueRow(
        number=7, subject="", preview="", state=State.ON_HOLD, priority=Priority.LOW, channel="", channel_kind="",
        customer_id=1, customer="Kim", grade="", team="", assignee="", created_at=AT, updated_at=AT, next_due_at=NEVER,
        snoozed_until=None, waiting_since=None, messages=1, version=1,
    )  # fmt: skip
    found = forms.listed(Listed(row, ("a", "b")))
    assert (found["team"], found["assignee"], found["channel"], found["next_due_at"]) == (None, None, None, None)
    assert (found["subject"], found["state"], found["priority"]) == ("", "on_hold", "low")
    assert (found["tags"], found["customer"]) == (["a", "b"], {"id": 1, "name": "Kim", "grade": ""})


def test_a_customer_has_a_history_or_in_a_list_its_length() -> None:
    known = Customer(1, "Kim", "VIP", "", "ko", (Identity("email", "a@b.c"),), {"k": "v"}, ({"n": "1"},), AT, 3)
    assert forms.customer(known)["tickets"] == 3
    history = [Contact(7, "환불", "", "", State.OPEN, AT, 2)]
    assert forms.customer(known, history)["tickets"] == [
        {"number": 7, "subject": "환불", "state": "open", "channel": None, "at": AT, "messages": 2}
    ]


def test_an_event_of_the_feed_carries_its_cursor() -> None:
    event = Event(3, "0:3", AT, Actor(ActorKind.AGENT, "alice", 1), "assigned", 7, {"changes": {}}, "", True, False)
    assert forms.event(event) == {
        "cursor": "0:3", "id": 3, "at": AT, "actor": "alice", "kind": "assigned", "data": {"changes": {}}, "ticket": 7
    }  # fmt: skip


def test_a_hit_and_something_received_have_the_keys_of_the_contract() -> None:
    hit = Hit(7, 8, AT, "Kim", "환불", "…환불…", ((1, 3),))
    assert forms.hit(hit) == {"ticket": 7, "message": 8, "at": AT, "customer": "Kim", "snippet": "…환불…"}
    row = InboxRow(1, "support", "INBOX/1/2", AT, InboxStatus.DONE, "", "", 0, 7, "00", 5, "a@b.c", "x")
    assert (forms.received(row)["status"], forms.received(row)["cause"], forms.received(row)["ticket"]) == (
        "done", None, 7
    )  # fmt: skip
