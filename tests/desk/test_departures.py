"""What leaves for a message: who it is from, where answers go, and the same bytes at every try."""

import pytest
from sqlalchemy import update

from supportdesk.desk import channels, conversation, people, triage
from supportdesk.desk.departures import Ready, ready, wire
from supportdesk.desk.desk import Desk
from supportdesk.domain.mail.message import Mail
from supportdesk.domain.mail.parse import parse_mail
from supportdesk.domain.message import Address
from supportdesk.domain.tokens import plus_ticket
from supportdesk.store import outbox
from supportdesk.store import tables as t
from supportdesk.store.messages import File
from tests.desk.arrivals import mail, receive
from tests.desk.conftest import Clock


def replied(desk: Desk, clock: Clock, **answer: object) -> list[Ready]:
    """An answer to a mail of a customer, ready to leave."""
    receive(desk, mail("Dana <dana@x.example>", "Printer", "black", message_id="a@x"))
    triage.set_team(desk, 1, "Billing")
    conversation.reply(desk, 1, conversation.Reply("White works", **answer))  # type: ignore[arg-type]
    clock.advance(seconds=10)
    with desk.store.write() as conn:
        claims = outbox.claim(conn, "w", desk.now(), 10, None)
    return list(ready(desk, claims, {each.id: each for each in channels.channels(desk)}))


def sent(desk: Desk, one: Ready) -> Mail:
    return parse_mail(wire(desk, one))


def test_without_a_sender_of_its_own_a_team_writes_as_the_agent(alice: Desk, clock: Clock) -> None:
    (one,) = replied(alice, clock)
    assert (sent(alice, one).from_, sent(alice, one).reply_to) == (Address("support@desk.example", "Alice Kim"), ())


@pytest.mark.parametrize(
    ("name", "address", "from_", "reply_to"),
    [
        ("Acme Billing", "billing@acme.example", "Acme Billing <billing@acme.example>", ["support@desk.example"]),
        ("", "billing@acme.example", "Alice Kim <billing@acme.example>", ["support@desk.example"]),
        ("Acme Billing", "", "Acme Billing <support@desk.example>", []),
    ],
)
def test_a_teams_sender_is_who_its_mail_is_from_and_answers_come_to_the_channel(
    alice: Desk, clock: Clock, name: str, address: str, from_: str, reply_to: list[str]
) -> None:
    people.edit_team(alice, "Billing", from_name=name, from_address=address)
    (one,) = replied(alice, clock)
    made = sent(alice, one)
    assert (str(made.from_), [each.address for each in made.reply_to]) == (from_, reply_to)
    assert (made.in_reply_to, made.message_id) == ("a@x", one.rfc_message_id)


def test_with_plus_addresses_answers_come_to_the_tickets_own(alice: Desk, clock: Clock) -> None:
    people.edit_team(alice, "Billing", from_name="Acme Billing", from_address="billing@acme.example")
    settings = {**channels.channel(alice, "support").settings, "plus_address": "yes"}
    with alice.store.write() as conn:
        conn.execute(update(t.channel).values(settings=settings))
    (one,) = replied(alice, clock)
    (reply_to,) = sent(alice, one).reply_to
    assert plus_ticket(alice.about.key, reply_to.address) == 1
    assert reply_to.address.endswith("@desk.example")


def test_files_leave_with_it_and_a_second_try_is_the_same_mail(alice: Desk, clock: Clock) -> None:
    (one,) = replied(alice, clock, files=(File("영수증.pdf", "application/pdf", b"\0pdf"),))
    assert [(each.filename, each.data) for each in sent(alice, one).attachments] == [("영수증.pdf", b"\0pdf")]
    assert wire(alice, one) == wire(alice, one)


def test_everybody_is_a_recipient_until_some_have_it(alice: Desk, clock: Clock) -> None:
    to, cc, bcc = (Address(f"{name}@x.example") for name in ("dana", "erin", "finn"))
    (one,) = replied(alice, clock, to=(to,), cc=(cc,), bcc=(bcc,))
    assert one.recipients == ("dana@x.example", "erin@x.example", "finn@x.example")
    assert b"finn@" not in wire(alice, one)
    assert not one.automatic
