"""What becomes of the odd cases of mailboxes on the desk, from a real Dovecot to tickets. Numbers are theirs."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from supportdesk.desk import canned, channels, conversation, outgoing, quarantine, queue, tickets
from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.query import parse
from supportdesk.workers.run import Workers
from tests.channels.email.accounts import USER, Proxies, account, mail
from tests.channels.email.test_fetch import POISON, as_gmail, refusing
from tests.channels.email.test_partial import letter
from tests.desk.conftest import Clock
from tests.services.dovecot import Dovecot
from tests.services.smtp import SmtpSink


def mailbox(desk: Desk, port: int, name: str = "support", **others: Any) -> None:
    channels.add(desk, "email", name, address=f"{name}@example.com", settings=account(port, **others))


def texts(desk: Desk) -> Counter[str]:
    """The first line of every message of every ticket."""
    numbers = [row.number for row in queue.page(desk, parse(""), limit=0).rows]
    found = (message.text for number in numbers for message in tickets.ticket(desk, number).messages)
    return Counter(text.partition("\n")[0] for text in found)


def statuses(desk: Desk) -> Counter[InboxStatus]:
    return Counter(row.status for row in quarantine.inbox(desk, limit=0))


def test_edge_01_a_new_uidvalidity_makes_no_second_ticket_and_loses_nothing(desk: Desk, dovecot: Dovecot) -> None:
    mailbox(desk, dovecot.imap_port)
    dovecot.deliver_many(USER, [mail(1), mail(2, Message_ID="")])
    assert Workers(desk).once() == 2
    dovecot.lose_uids(USER, 7)
    dovecot.deliver(USER, mail(3))
    assert Workers(desk).once() == 3
    assert texts(desk) == Counter(["Hello 1", "Hello 2", "Hello 3"])
    assert statuses(desk) == {InboxStatus.DONE: 3, InboxStatus.DUPLICATE: 2}


def test_edge_07_and_09_mails_that_share_a_message_id_or_have_none_are_each_a_message(
    desk: Desk, dovecot: Dovecot
) -> None:
    mailbox(desk, dovecot.imap_port)
    ids = ("<same@x>", "<same@x>", "", "", "<>", "no brackets")
    dovecot.deliver_many(USER, [mail(number, Message_ID=each) for number, each in enumerate(ids)])
    Workers(desk).once()
    assert texts(desk) == Counter(f"Hello {number}" for number in range(len(ids)))
    assert statuses(desk) == {InboxStatus.DONE: len(ids)}


def test_edge_08_one_mail_to_two_mailboxes_is_one_message_with_two_placements(desk: Desk, dovecot: Dovecot) -> None:
    mailbox(desk, dovecot.imap_port)
    mailbox(desk, dovecot.imap_port, "sales", imap_user="sales")
    dovecot.lmtp(mail(1), "support", "sales")
    assert Workers(desk).once() == 2
    assert texts(desk) == Counter(["Hello 1"])
    assert statuses(desk) == {InboxStatus.DONE: 1, InboxStatus.DUPLICATE: 1}


def test_edge_12_what_the_server_refuses_is_there_for_people_to_see(
    desk: Desk, dovecot: Dovecot, proxy_to: Proxies
) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    mailbox(desk, proxy.port)
    dovecot.deliver_many(USER, [mail(1), mail(2), mail(3)])
    proxy.answer = refusing(2)
    assert Workers(desk).once() == 2
    (held,) = quarantine.inbox(desk, status=InboxStatus.QUARANTINE)
    assert (held.cause, "could not retrieve" in held.error) == ("unfetchable", True)
    assert b"Subject: Question 2" in quarantine.raw(desk, held.id)
    assert texts(desk) == Counter(["Hello 1", "Hello 3"])


def test_edge_22_poison_is_a_ticket_or_waits_and_blocks_nothing(desk: Desk, dovecot: Dovecot) -> None:
    mailbox(desk, dovecot.imap_port)
    dovecot.deliver_many(USER, [*POISON.values(), mail(1)])
    assert Workers(desk).once() == len(POISON) + 1
    found = statuses(desk)
    assert found[InboxStatus.DONE] + found[InboxStatus.QUARANTINE] == len(POISON) + 1
    assert texts(desk)["Hello 1"] == 1
    assert Workers(desk).once() == 0


def test_edge_23_a_huge_mail_is_a_ticket_with_its_whole_text(desk: Desk, dovecot: Dovecot) -> None:
    mailbox(desk, dovecot.imap_port, size_limit="1")
    dovecot.deliver(USER, letter("사진을 보냅니다", ("사진.mp4", 3_000_000)).as_bytes())
    assert Workers(desk).once() == 1
    (message,) = tickets.ticket(desk, 1).messages
    assert message.text == "사진을 보냅니다"
    assert [file.filename for file in message.attachments] == ["사진.mp4 (2.9 MB, left on the server).txt"]
    (row,) = quarantine.inbox(desk)
    assert row.size > 4_000_000 > 10_000 > len(quarantine.raw(desk, row.id))


def test_edge_27_a_mail_with_several_labels_is_one_message_also_after_a_restart(
    desk: Desk, dovecot: Dovecot, proxy_to: Proxies
) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    as_gmail(proxy)
    dovecot.create_folder(USER, "All Mail")
    mailbox(desk, proxy.port, folder=["INBOX", "All Mail"])
    for number in (1, 2):
        raw = mail(number, "x" * number, Message_ID="")
        for folder in ("INBOX", "All Mail"):
            dovecot.deliver(USER, raw, folder)
        Workers(desk).once()
    late = mail(3, "x" * 3)
    for folder in ("INBOX", "All Mail"):
        dovecot.deliver(USER, late, folder)
        Workers(desk).once()
    assert texts(desk) == Counter(["x 1", "xx 2", "xxx 3"])
    assert statuses(desk) == {InboxStatus.DONE: 3, InboxStatus.SKIPPED: 2, InboxStatus.DUPLICATE: 1}


def test_edge_24_an_answer_is_in_the_folder_of_sent_mail_as_it_was_sent(
    desk: Desk, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    mailbox(desk, dovecot.imap_port, smtp_port=str(smtp_sink.port), sent_folder="Sent")
    dovecot.deliver(USER, mail(1))
    Workers(desk).once()
    conversation.reply(desk.as_agent("alice"), 1, conversation.Reply("Have you tried?", send_at=desk.now()))
    Workers(desk).once()
    (sent,) = smtp_sink.received
    with dovecot.client(USER) as client:
        client.select_folder("Sent", readonly=True)
        assert [answer[b"BODY[]"] for answer in client.fetch([1, 2], ["BODY.PEEK[]"]).values()] == [sent.raw]


def test_edge_33_two_desks_that_acknowledge_everything_fall_silent(
    desk: Desk, fresh_sqlite: Callable[[], str], dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    """What either sends goes to the mailbox of the other, by LMTP as any mail."""
    clock = Clock(datetime.now(UTC) - timedelta(minutes=1))  # servers date mail in whole seconds: before it all
    desks = {"support": Desk(desk.store, desk.actor, clock), "sales": make_desk(fresh_sqlite(), "Sales", clock=clock)}
    for name, each in desks.items():
        canned.add(each, "ack", "Got it", "Got your mail")
        mailbox(each, dovecot.imap_port, name, imap_user=name, smtp_port=str(smtp_sink.port), acknowledge="ack")
    clock.advance(minutes=1)
    dovecot.lmtp(mail(1, From="sales@example.com", To="support@example.com"), "support", sender="sales@example.com")
    carried = 0
    for _ in range(10):
        for each in desks.values():
            Workers(each).once()
            clock.advance(seconds=15)  # the time in which a person could have taken it back
        for sent in smtp_sink.received[carried:]:
            dovecot.lmtp(sent.raw, sent.recipients[0].partition("@")[0], sender=sent.envelope_from)
            carried += 1
    assert carried == 1
    assert [row.status for row in quarantine.inbox(desks["sales"], limit=0)] == [InboxStatus.DONE]
    desks["sales"].close()


def test_edge_34_an_old_mailbox_makes_no_ticket_and_sends_nothing(
    desk: Desk, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    canned.add(desk, "ack", "Got it", "Got your mail")
    mailbox(desk, dovecot.imap_port, smtp_port=str(smtp_sink.port), history="2026-01-01", acknowledge="ack")
    dovecot.deliver_many(USER, [mail(number) for number in range(2000)])
    for path in dovecot.home(USER).glob("Maildir/new/*"):
        os.utime(path, (1_500_000_000, 1_500_000_000))  # the time Dovecot has received it
    assert Workers(desk).once() == 0
    with dovecot.client(USER) as client:  # servers date mail in whole seconds: it would be before the channel, too
        client.append("INBOX", mail(2000), (), datetime.now(UTC) + timedelta(minutes=1))
    assert Workers(desk).once() == 1
    assert texts(desk) == Counter(["Hello 2000", "Got your mail"])
    assert statuses(desk) == {InboxStatus.SKIPPED: 2000, InboxStatus.DONE: 1}
    assert [row.ticket for row in outgoing.outbox(desk, limit=0)] == [1]
    assert sum(dovecot.maildir(USER).values()) == 2001
