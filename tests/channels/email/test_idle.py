"""Waiting for new mail on a real connection. Numbers are those of the edge cases."""

import threading
import time

import pytest

from tests.channels.email.accounts import USER, Proxies, Servers, mail, receiving, watching
from tests.services.certificates import Certificate
from tests.services.dovecot import Dovecot
from tests.services.sink import MemorySink


def test_watch_takes_new_mail_by_idle(dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    with receiving(proxy.port, poll="300") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: bool(sink.contacts))
        for number in range(3):
            dovecot.lmtp(mail(number), USER)
            sink.wait_for(lambda number=number: len(sink.items) == number + 1)  # type: ignore[misc]
    assert any(command.strip().endswith(b"IDLE") for command in proxy.commands)
    assert proxy.connections == 1


def test_edge_35_mail_between_search_and_idle_is_not_left_for_the_poll(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink
) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    numbers = iter(range(100, 104))

    def deliver_before(line: bytes) -> None:
        if any(word in line for word in (b"SEARCH", b"FETCH", b"EXAMINE", b"IDLE")):
            number = next(numbers, None)
            if number is not None:
                dovecot.deliver(USER, mail(number))

    proxy.answer = deliver_before
    with receiving(proxy.port, poll="300") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: len(sink.items) == 4, 8)
    assert sink.repeated == []


@pytest.mark.parametrize("security", ["plain", "tls"])
def test_edge_35_news_in_one_packet_with_the_answer_to_idle(
    dovecot_with: Servers, certificate: Certificate, sink: MemorySink, security: str
) -> None:
    """Delivered until it hits the moment; missing it once would wait for a poll that comes too late."""
    server = dovecot_with(certificate=certificate)
    port = server.imaps_port if security == "tls" else server.imap_port
    with (
        receiving(port, poll="300", imap_security=security, ca_file=str(certificate.path)) as receiver,
        watching(receiver, sink),
    ):
        for number in range(12):
            server.deliver(USER, mail(number))
            sink.wait_for(lambda number=number: len(sink.items) > number, 5)  # type: ignore[misc]
    assert len(sink.items) == 12


def test_edge_13_a_silent_connection_is_noticed_by_the_poll(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The peer is gone without FIN or RST: neither IDLE nor the kernel says a word."""
    monkeypatch.setattr("supportdesk.channels.email.settings.READ_SECONDS", 1.0)
    monkeypatch.setattr("supportdesk.channels.email.receiver.BACK_OFF", (0.05, 0.1))
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    with receiving(proxy.port, poll="1") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: bool(sink.contacts))
        proxy.silent = True
        dovecot.deliver(USER, mail(1))
        sink.wait_for(lambda: any(sink.contacts), 20)
        proxy.silent = False
        sink.wait_for(lambda: len(sink.items) == 1)
    assert proxy.connections >= 2


def test_edge_14_mail_is_there_soon_after_the_server_accepted_it(dovecot: Dovecot, sink: MemorySink) -> None:
    """Dovecot itself announces mail half a second late; the next poll would come after five minutes."""
    late = []
    with receiving(dovecot.imap_port, poll="300") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: bool(sink.contacts))
        for number in range(1, 6):
            dovecot.lmtp(mail(number), USER)
            accepted = time.monotonic()
            sink.wait_for(lambda number=number: len(sink.items) == number, 5)  # type: ignore[misc]
            late.append(time.monotonic() - accepted)
    assert sorted(late)[2] < 2


def test_edge_18_a_server_that_ends_every_idle_is_not_hammered(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each connection brings all there is and then dies: nothing is wrong, but not a thousand times an hour."""
    counted: list[int] = []

    def soon(hang_ups: int, first: float, longest: float) -> float:
        counted.append(hang_ups)
        return 0.01

    def die(line: bytes) -> None:
        if b"IDLE" in line:
            proxy.drop()

    monkeypatch.setattr("supportdesk.channels.backoff.seconds", soon)
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    proxy.answer = die
    with receiving(proxy.port, poll="300") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: len(sink.contacts) > 5)
    assert counted[:5] == [1, 2, 3, 4, 5]
    assert not any(sink.contacts)


def test_stop_is_noticed_at_once(dovecot: Dovecot, sink: MemorySink) -> None:
    stop = threading.Event()
    with receiving(dovecot.imap_port, poll="300") as receiver:
        thread = threading.Thread(target=receiver.watch, args=(sink, stop))
        thread.start()
        sink.wait_for(lambda: bool(sink.contacts))
        stop.set()
        thread.join(2)
        assert not thread.is_alive()


def test_edge_15_a_server_with_no_extension_at_all(dovecot_with: Servers, sink: MemorySink) -> None:
    server = dovecot_with("protocol imap {\n  imap_capability = IMAP4rev1\n}")
    server.deliver(USER, mail(1))
    with receiving(server.imap_port, poll="1") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: len(sink.items) == 1)
        server.deliver(USER, mail(2))
        sink.wait_for(lambda: len(sink.items) == 2)
    assert sink.repeated == []
