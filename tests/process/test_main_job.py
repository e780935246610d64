"""The main job, whole: real mail in, triaged and answered by keys, a real mail out, and its answer home again."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from supportdesk.desk import canned, queue, tickets
from supportdesk.desk.desk import Desk
from supportdesk.domain.mail.parse import parse_mail
from supportdesk.domain.message import Direction
from supportdesk.domain.query import parse
from supportdesk.store import tables as t
from tests.process.console import Console, open_console
from tests.process.correspondence import CHECKOUT, PROGRAM, desk_on, mails, messages_by_id, stored_raws
from tests.services.dovecot import PASSWORD, Dovecot
from tests.services.smtp import SmtpSink


@contextmanager
def working(store_url: str) -> Iterator[None]:
    """A worker process beside what is done."""
    worker = subprocess.Popen(
        [*PROGRAM, "--store", store_url, "worker"],
        env={**os.environ, "SUPPORT_SECRET": PASSWORD}, cwd=CHECKOUT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(timeout=20)


def count(desk: Desk, direction: Direction) -> int:
    with desk.read() as conn:
        m = t.message.c
        return conn.scalar(select(func.count()).select_from(t.message).where(m.direction == direction.value)) or 0


def answer_with_canned_reply(console: Console, number: int, shortcut: str) -> None:
    """From the queue: open the ticket by its number, insert a canned reply, send, go back."""
    console.press(":", str(number), "Enter")
    console.see(f"#{number} ")
    console.press("r")
    console.see("REPLY")
    console.press("::")
    console.see(shortcut)
    console.press(shortcut)
    console.see("Thank you for writing", "Enter insert")
    console.press("Enter")
    console.see_no("Enter insert")
    console.see("Thank you for writing")
    console.press("Ctrl+S")
    console.see("Enter send")
    console.press("Enter")
    console.see("queued")
    console.press("q")
    console.see("ALL OPEN")


@pytest.mark.timeout(240)
def test_mail_in_answered_by_keys_and_home_again(store_url: str, dovecot: Dovecot, smtp_sink: SmtpSink) -> None:
    desk = desk_on(store_url, dovecot, smtp_sink)
    smtp_sink.forward_into(dovecot)
    alice = desk.as_agent("alice")
    canned.add(alice, "thanks", "Thanks", "Dear {{customer.name}},\nThank you for writing about #{{ticket.number}}.")
    delivered = mails()
    for folder, raws in delivered.items():
        dovecot.deliver_many("support", raws, folder)
    with working(store_url), open_console(store_url, "alice") as console:
        console.until(lambda: count(desk, Direction.IN) == 50, "50 mails taken in", 60)
        assert stored_raws(desk) == dovecot.maildir("support")
        assert set(messages_by_id(desk).values()) == {1}
        rows = queue.page(alice, parse("is:open"), limit=0).rows
        assert len(rows) == 30, "twenty of the fifty are answers that join their threads"
        chosen = [row for row in rows if row.messages == 2][:3]
        console.see("ALL OPEN", "workers 1 ok")
        for row in chosen:
            answer_with_canned_reply(console, row.number, "thanks")
        smtp_sink.wait_for(3, 60)
        for row in chosen:
            check_answer_and_reply(desk, dovecot, console, row.number)


def check_answer_and_reply(desk: Desk, dovecot: Dovecot, console: Console, number: int) -> None:
    """The customer has our answer, threaded; what the customer answers to it lands in the same ticket."""
    page = tickets.ticket(desk, number)
    customer = page.customer.identities[0].value
    (raw,) = dovecot.maildir(customer.partition("@")[0])
    answer = parse_mail(raw)
    index = customer.removeprefix("customer").partition("@")[0]
    assert answer.in_reply_to == f"again-{index}@mail.example"
    assert answer.references == (f"matter-{index}@mail.example", f"again-{index}@mail.example")
    assert answer.text == f"Dear {page.customer.name},\nThank you for writing about #{number}."
    assert (answer.from_.address, answer.to[0].address) == ("support@desk.example", customer)
    header = f"From: {customer}\r\nTo: support@desk.example\r\nSubject: Re: {answer.subject}\r\n"
    header += f"Message-ID: <home-{index}@mail.example>\r\nIn-Reply-To: <{answer.message_id}>\r\n"
    dovecot.deliver("support", f"{header}\r\nAll is well now {number}.\r\n".encode())
    console.press(":", str(number), "Enter")
    console.see(f"All is well now {number}.")
    last = tickets.ticket(desk, number).messages[-1]
    assert (last.text, last.joined_by) == (f"All is well now {number}.", "token")
    console.press("q")
    console.see("ALL OPEN")
