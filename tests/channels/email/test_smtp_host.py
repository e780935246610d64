"""The connections to one host: a bound that all accounts share, kept while they are used and ended when idle."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from supportdesk.channels.email import smtp_host
from supportdesk.channels.email.settings import Server, settings
from supportdesk.channels.email.smtp_host import Host, host_of
from supportdesk.channels.email.smtp_link import Envelope
from supportdesk.channels.protocol import TemporaryRefusal
from tests.channels.email.accounts import account, mail
from tests.services.ports import wait_until
from tests.services.smtp import SmtpSink

US, ADA = "support@example.com", "ada@example.org"
Hosts = Callable[[int], Host]


def server(port: int, user: str = "") -> Server:
    return settings(account(smtp_port=port, smtp_user=user, smtp_secret="env:SUPPORT_SECRET" if user else "")).smtp


@pytest.fixture
def host(smtp_sink: SmtpSink) -> Iterator[Host]:
    """A host with two connections at most."""
    made = Host(2)
    yield made
    made.close(server(smtp_sink.port))
    made.close(server(smtp_sink.port, "desk"))


def post(host: Host, to: Server, number: int = 1) -> None:
    with host.link(to) as link:
        link.send(Envelope(mail(number), US, (ADA,)))


def test_many_mails_from_many_threads_share_few_connections(smtp_sink: SmtpSink, host: Host) -> None:
    to = server(smtp_sink.port)

    def work(first: int) -> None:
        for number in range(first, first + 5):
            post(host, to, number)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 40, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {received.raw for received in smtp_sink.received} == {mail(number) for number in range(40)}
    assert smtp_sink.connections == 2


def test_no_more_links_than_the_bound_and_who_waits_too_long_tries_later(
    smtp_sink: SmtpSink, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_host, "LONGEST_WAIT", 0.05)
    to = server(smtp_sink.port)
    with ExitStack() as stack:
        links = [stack.enter_context(host.link(to)), stack.enter_context(host.link(server(smtp_sink.port, "desk")))]
        assert links[0] is not links[1]
        with pytest.raises(TemporaryRefusal, match="busy with other mail"):
            post(host, to)
    post(host, to)
    assert len(smtp_sink.received) == 1


def test_an_idle_link_makes_room_for_another_account(smtp_sink: SmtpSink, host: Host) -> None:
    first, second = server(smtp_sink.port), server(smtp_sink.port, "desk")
    with host.link(first) as one, host.link(first) as two:
        for link in (one, two):
            link.send(Envelope(mail(1), US, (ADA,)))
    post(host, second)
    assert smtp_sink.logins == ["desk"]
    post(host, first)
    assert smtp_sink.connections == 3  # one of the two gave way, the other served again


def test_what_nobody_uses_is_ended(smtp_sink: SmtpSink, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_host, "IDLE_SECONDS", 0.05)
    with host.link(server(smtp_sink.port)) as link:
        link.send(Envelope(mail(1), US, (ADA,)))
        assert link.alive
    wait_until(lambda: not link.alive, 5, "ending an idle connection")
    post(host, server(smtp_sink.port))
    assert smtp_sink.connections == 2


def test_all_channels_that_send_there_have_the_same_host(smtp_sink: SmtpSink) -> None:
    one, other = server(smtp_sink.port), server(smtp_sink.port, "desk")
    assert host_of(one) is host_of(other)
    assert host_of(one) is not host_of(server(smtp_sink.port + 1))
