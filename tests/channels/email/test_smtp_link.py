"""One connection: kept, counted, replaced when the server ended it, and the reports asked for on it."""

import re
from collections.abc import Callable, Iterator

import pytest

from supportdesk.channels.email import smtp_link
from supportdesk.channels.email.settings import settings
from supportdesk.channels.email.smtp_link import Dsn, Envelope, Link, envelope_id
from supportdesk.channels.protocol import PermanentRefusal, TemporaryRefusal
from tests.channels.email.accounts import Proxies, account, mail
from tests.services.ports import free_port
from tests.services.proxy import Proxy
from tests.services.smtp import SmtpSink

US, ADA, BOB = "support@example.com", "ada@example.org", "bob@example.org"
TOKEN = "t.1042.m.7.abcdefghijklmnop@desk.example"
Links = Callable[[int], Link]


@pytest.fixture
def link_to() -> Iterator[Links]:
    """``link_to(port)``: a link, closed after the test."""
    made: list[Link] = []

    def make(port: int) -> Link:
        made.append(Link(settings(account(smtp_port=port)).smtp))
        return made[-1]

    yield make
    for link in made:
        link.close()


@pytest.fixture
def proxy(smtp_sink: SmtpSink, proxy_to: Proxies) -> Proxy:
    return proxy_to(smtp_sink.host, smtp_sink.port)


def envelope(number: int = 1, dsn: Dsn = "failure", sender: str = US) -> Envelope:
    return Envelope(mail(number), sender, (ADA, BOB), dsn)


def offer_dsn(proxy: Proxy) -> None:
    """The server behind it knows nothing of reports: the proxy says it does, and keeps what is asked to itself."""
    proxy.rewrite = lambda data: data.replace(b"250-8BITMIME", b"250-DSN\r\n250-8BITMIME")
    proxy.forward = lambda line: re.sub(rb" (?:RET|ENVID|NOTIFY)=[^ \r]+", b"", line)


def asked(proxy: Proxy) -> list[bytes]:
    return [line.strip() for line in proxy.commands if line[:4] in (b"MAIL", b"RCPT")]


def test_reports_of_failure_and_delay_are_asked_for_under_the_name_of_the_mail(proxy: Proxy, link_to: Links) -> None:
    offer_dsn(proxy)
    wire = f"Message-ID: <{TOKEN}>\r\nSubject: x\r\n\r\nx\r\n".encode()
    link_to(proxy.port).send(Envelope(wire, US, (ADA, BOB)))
    begun, *to = asked(proxy)
    assert begun.endswith(f"RET=HDRS ENVID={TOKEN}".encode())
    assert to == [f"RCPT TO:<{address}> NOTIFY=FAILURE,DELAY".encode() for address in (ADA, BOB)]


@pytest.mark.parametrize(
    ("dsn", "sender", "notify"), [("all", US, b"NOTIFY=SUCCESS,FAILURE,DELAY"), ("none", US, b""), ("failure", "", b"")]
)
def test_other_reports_only_where_they_are_wanted(
    proxy: Proxy, link_to: Links, dsn: Dsn, sender: str, notify: bytes
) -> None:
    offer_dsn(proxy)
    link_to(proxy.port).send(envelope(dsn=dsn, sender=sender))
    begun, *to = asked(proxy)
    assert (b"RET=" in begun) is bool(notify)
    assert to == [b" ".join(filter(None, [b"RCPT TO:<" + each.encode() + b">", notify])) for each in (ADA, BOB)]


def test_a_server_without_reports_is_asked_for_none(proxy: Proxy, link_to: Links, smtp_sink: SmtpSink) -> None:
    link_to(proxy.port).send(envelope())
    assert not any(b"NOTIFY" in line or b"ENVID" in line for line in asked(proxy))
    assert len(smtp_sink.received) == 1


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        (b"Message-ID: <a+b=c@x>\r\n", "a+2Bb+3Dc@x"),
        (b"message-id:<a@x>\r\n", "a@x"),
        (b"Subject: x\r\nMessage-ID: <a@x>\r\n", ""),
        (b"Message-ID: <a b@x>\r\n", ""),
        ("Message-ID: <é@x>\r\n".encode(), ""),
        (b"Message-ID: <" + b"a" * 99 + b"@x>\r\n", ""),
    ],
)
def test_the_name_of_an_envelope_is_xtext_of_at_most_a_hundred_characters(wire: bytes, name: str) -> None:
    assert envelope_id(wire) == name


def test_after_so_many_mails_a_new_connection_is_made(
    smtp_sink: SmtpSink, link_to: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_link, "MOST_MAILS", 3)
    link = link_to(smtp_sink.port)
    for number in range(7):
        link.send(envelope(number))
    assert (len(smtp_sink.received), smtp_sink.connections) == (7, 3)


def test_a_server_that_closes_a_kept_connection_gets_the_mail_on_a_new_one(
    proxy: Proxy, link_to: Links, smtp_sink: SmtpSink
) -> None:
    link = link_to(proxy.port)
    link.send(envelope(1))
    closing = [b"421 4.7.0 Too many messages on this connection\r\n"]
    proxy.answer = lambda line: closing.pop() if line.startswith(b"MAIL") and closing else None
    link.send(envelope(2))
    assert [received.raw for received in smtp_sink.received] == [mail(1), mail(2)]
    assert proxy.connections == 2


def test_a_server_that_closes_a_new_connection_is_left_alone(proxy: Proxy, link_to: Links, smtp_sink: SmtpSink) -> None:
    proxy.answer = lambda line: b"421 4.7.0 Come back later\r\n" if line.startswith(b"MAIL") else None
    link = link_to(proxy.port)
    with pytest.raises(TemporaryRefusal) as raised:
        link.send(envelope())
    assert (raised.value.code, raised.value.away, link.alive, proxy.connections) == (421, False, False, 1)


def test_a_goodbye_in_the_middle_of_the_recipients_takes_no_part_of_the_mail(
    proxy: Proxy, link_to: Links, smtp_sink: SmtpSink
) -> None:
    proxy.answer = lambda line: b"421 4.3.2 Going down\r\n" if b"bob@" in line else None
    with pytest.raises(TemporaryRefusal) as raised:
        link_to(proxy.port).send(envelope())
    assert (raised.value.code, smtp_sink.received) == (421, [])


def test_what_the_server_may_have_taken_is_never_repeated(proxy: Proxy, link_to: Links, smtp_sink: SmtpSink) -> None:
    link = link_to(proxy.port)
    link.send(envelope(1))
    smtp_sink.drop = "accepted"
    with pytest.raises(TemporaryRefusal):
        link.send(envelope(2))
    assert [received.raw for received in smtp_sink.received] == [mail(1), mail(2)]


def test_one_that_was_idle_is_asked_first(proxy: Proxy, link_to: Links, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_link, "ASK_AFTER", 0.0)
    link = link_to(proxy.port)
    link.send(envelope(1))
    link.send(envelope(2))
    assert [line.strip() for line in proxy.commands].count(b"NOOP") == 1


def test_a_server_that_is_away_says_so_of_every_mail(link_to: Links) -> None:
    with pytest.raises(TemporaryRefusal) as raised:
        link_to(free_port()).send(envelope())
    assert raised.value.away


def test_a_refused_sender_is_permanent_and_names_no_recipient(smtp_sink: SmtpSink, link_to: Links) -> None:
    smtp_sink.refuse_sender = "550 5.7.1 Not as nobody"
    link = link_to(smtp_sink.port)
    with pytest.raises(PermanentRefusal) as raised:
        link.send(envelope(sender=""))
    assert (raised.value.recipients, link.alive) == ((), True)


def test_a_server_that_drags_on_is_given_up(
    proxy: Proxy, link_to: Links, monkeypatch: pytest.MonkeyPatch, smtp_sink: SmtpSink
) -> None:
    link = link_to(proxy.port)
    link.send(envelope(1))
    monkeypatch.setattr(smtp_link, "LONGEST_SEND", 0.2)
    proxy.silent = True
    with pytest.raises(TemporaryRefusal, match="was lost"):
        link.send(envelope(2))
    assert not link.alive and len(smtp_sink.received) == 1
