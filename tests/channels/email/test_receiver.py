"""Taking mail from a real Dovecot. Numbers in names are those of the edge cases of IMAP synchronisation."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from supportdesk.channels.email.receiver import ImapReceiver
from supportdesk.channels.trouble import FolderTrouble
from supportdesk.domain.errors import Unreachable
from tests.channels.email.accounts import USER, mail, receiving
from tests.services.certificates import Certificate
from tests.services.dovecot import Dovecot
from tests.services.proxy import Proxy
from tests.services.sink import MemorySink

Servers = Callable[..., Dovecot]
Proxies = Callable[[str, int], Proxy]


@contextmanager
def watching(receiver: ImapReceiver, sink: MemorySink) -> Iterator[None]:
    """``watch`` in a thread of its own, as a worker runs it."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            receiver.watch(sink, stop)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    assert failures == []


def test_takes_every_mail_byte_for_byte(dovecot: Dovecot, sink: MemorySink) -> None:
    dovecot.deliver_many(USER, [mail(number) for number in range(1234)])
    with receiving(dovecot.imap_port) as receiver:
        assert receiver.catch_up(sink) == 1234
        assert receiver.catch_up(sink) == 0
    assert sink.raws == dovecot.maildir(USER)
    assert sink.repeated == []
    assert max(len(commit) for commit in sink.commits) <= 500
    assert sink.contacts == ["", ""]


def test_an_item_says_where_it_is_from(dovecot: Dovecot, sink: MemorySink) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    dovecot.deliver(USER, mail(1))
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    (item,) = sink.items.values()
    assert (item.folder, item.uid, item.size) == ("INBOX", 1, len(mail(1)))
    assert item.external_id == f"INBOX;UIDVALIDITY={item.uidvalidity}/;UID=1"
    assert before <= item.received_at <= datetime.now(UTC)


def test_edge_01_a_new_uidvalidity_fetches_the_folder_again(dovecot: Dovecot, sink: MemorySink) -> None:
    for number in range(3):
        dovecot.deliver(USER, mail(number))
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    (first,) = {item.uidvalidity for item in sink.items.values()}
    with dovecot.client(USER) as client:
        client.select_folder("INBOX")
        client.delete_messages([1])
        client.expunge()
    dovecot.lose_uids(USER, first + 1)
    with receiving(dovecot.imap_port) as receiver:
        assert receiver.catch_up(sink) == 2
    again = {item.raw for item in sink.items.values() if item.uidvalidity == first + 1}
    assert again == {mail(1), mail(2)}
    assert len(sink.items) == 5


def test_edge_01_uidvalidity_may_become_smaller(dovecot: Dovecot, sink: MemorySink) -> None:
    dovecot.deliver(USER, mail(1))
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    (item,) = sink.items.values()
    dovecot.lose_uids(USER, 7)
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    assert {place[1] for place in sink.items} == {item.uidvalidity, 7}


def test_edge_02_gaps_between_uids_lose_nothing(dovecot: Dovecot, sink: MemorySink) -> None:
    dovecot.deliver_many(USER, [mail(number) for number in range(5)])
    with dovecot.client(USER) as client:
        client.select_folder("INBOX")
        client.delete_messages([2, 3])
        client.expunge()
    dovecot.deliver(USER, mail(6))
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    assert sink.uids == [1, 4, 5, 6]


def test_edge_03_uid_star_above_the_highest_returns_nothing_again(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink
) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    dovecot.deliver(USER, mail(1))
    with receiving(proxy.port) as receiver:
        receiver.catch_up(sink)
        for _ in range(3):
            assert receiver.catch_up(sink) == 0
    assert any(b"UID SEARCH UID 2:*" in command for command in proxy.commands)
    assert len(sink.commits) == 1


def test_edge_04_an_old_mail_copied_in_is_taken(dovecot: Dovecot, sink: MemorySink) -> None:
    with receiving(dovecot.imap_port) as receiver:
        dovecot.deliver(USER, mail(1))
        receiver.catch_up(sink)
        with dovecot.client(USER) as client:
            client.append("INBOX", mail(2), [b"\\Seen"], datetime(2001, 2, 3, tzinfo=UTC))
        assert receiver.catch_up(sink) == 1
    assert sink.raws == Counter([mail(1), mail(2)])
    assert next(item for item in sink.items.values() if item.uid == 2).received_at == datetime(2001, 2, 3, tzinfo=UTC)


def test_edge_04_a_uid_that_became_visible_late_is_found_by_the_next_comparison(
    dovecot: Dovecot, sink: MemorySink
) -> None:
    dovecot.deliver_many(USER, [mail(1), mail(2), mail(3)])
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    late = next(place for place in sink.items if place[2] == 2)
    del sink.items[late]
    with receiving(dovecot.imap_port) as receiver:
        assert receiver.catch_up(sink) == 1
    assert late in sink.items


def test_edge_05_mail_a_person_has_read_is_taken(dovecot: Dovecot, sink: MemorySink) -> None:
    with dovecot.client(USER) as client:
        client.append("INBOX", mail(1), [b"\\Seen", b"\\Answered"])
    with receiving(dovecot.imap_port) as receiver:
        assert receiver.catch_up(sink) == 1


def test_edge_06_fetching_changes_no_flag_and_no_folder(dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    dovecot.deliver(USER, mail(1))
    with receiving(proxy.port) as receiver:
        receiver.catch_up(sink)
    with dovecot.client(USER) as client:
        client.select_folder("INBOX", readonly=True)
        flags = client.get_flags([1])[1]
    assert b"\\Seen" not in flags
    sent = b"".join(proxy.commands).upper()
    assert b"EXAMINE" in sent
    assert not any(word in sent for word in (b" SELECT ", b"STORE", b"EXPUNGE", b"RFC822)", b" BODY["))


def test_edge_07_and_09_message_ids_decide_nothing(dovecot: Dovecot, sink: MemorySink) -> None:
    same = [mail(1, "First", Message_ID="<same@x>"), mail(2, "Second", Message_ID="<same@x>")]
    without = [mail(3, Message_ID=""), mail(4, Message_ID="<>"), mail(5, Message_ID="no brackets")]
    dovecot.deliver_many(USER, same + without)
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    assert sink.raws == Counter(same + without)


def test_edge_15_a_server_with_no_extension_at_all(dovecot_with: Servers, sink: MemorySink) -> None:
    server = dovecot_with("protocol imap {\n  imap_capability = IMAP4rev1\n}")
    server.deliver(USER, mail(1))
    with receiving(server.imap_port, poll="1") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: len(sink.items) == 1)
        server.deliver(USER, mail(2))
        sink.wait_for(lambda: len(sink.items) == 2)
    assert sink.repeated == []


def test_edge_20_nothing_is_moved_before_it_is_committed(dovecot: Dovecot, sink: MemorySink) -> None:
    dovecot.deliver_many(USER, [mail(1), mail(2)])
    sink.failing = True
    with receiving(dovecot.imap_port, move_to="Processed") as receiver:
        with pytest.raises(Unreachable, match="store is away"):
            receiver.catch_up(sink)
        with dovecot.client(USER) as client:
            assert client.select_folder("INBOX", readonly=True)[b"EXISTS"] == 2
        sink.failing = False
        assert receiver.catch_up(sink) == 2
    with dovecot.client(USER) as client:
        assert client.select_folder("INBOX", readonly=True)[b"EXISTS"] == 0
        assert client.select_folder("Processed", readonly=True)[b"EXISTS"] == 2
    assert sink.raws == dovecot.maildir(USER)


def test_edge_20_a_crash_between_two_rows_leaves_no_gap(dovecot: Dovecot, sink: MemorySink) -> None:
    """Rows above a UID whose own row was never written must not hide it from the next process."""
    dovecot.deliver_many(USER, [mail(number) for number in range(1, 7)])
    with dovecot.client(USER) as client:
        client.select_folder("INBOX")
        client.delete_messages([6])

    def die(_items: object) -> None:
        raise Unreachable("killed")

    sink.before_take = die
    with receiving(dovecot.imap_port) as receiver, contextlib.suppress(Unreachable):
        receiver.catch_up(sink)
    assert sink.taken("INBOX", next(iter(sink.skipped))[1]).highest == 6
    sink.before_take = None
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    assert sink.uids == [1, 2, 3, 4, 5]


def test_edge_15_without_uidplus_and_move_no_mail_is_expunged(
    dovecot_with: Servers, proxy_to: Proxies, sink: MemorySink
) -> None:
    server = dovecot_with("protocol imap {\n  imap_capability = IMAP4rev1 IDLE\n}")
    proxy = proxy_to(server.host, server.imap_port)
    server.deliver(USER, mail(1))
    with receiving(proxy.port, move_to="Processed") as receiver, pytest.raises(FolderTrouble, match="neither MOVE nor"):
        receiver.catch_up(sink)
    assert len(sink.items) == 1
    assert not any(word in b"".join(proxy.commands).upper() for word in (b"EXPUNGE", b"STORE", b"COPY"))


def test_edge_15_with_uidplus_alone_only_the_taken_mail_is_expunged(dovecot_with: Servers, sink: MemorySink) -> None:
    server = dovecot_with("protocol imap {\n  imap_capability = IMAP4rev1 IDLE UIDPLUS\n}")
    with server.client(USER) as client:
        client.append("INBOX", mail(1), [b"\\Deleted"])
        client.append("INBOX", mail(2))
    with receiving(server.imap_port, move_to="Processed") as receiver:
        receiver.catch_up(sink)
    with server.client(USER) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search() == [1]
        assert client.select_folder("Processed", readonly=True)[b"EXISTS"] == 1


def test_edge_25_folders_in_korean_and_with_ampersand(dovecot: Dovecot, sink: MemorySink) -> None:
    names = ["INBOX", "고객문의", "A & B/교환·환불"]
    for name in names[1:]:
        dovecot.create_folder(USER, name)
    for number, name in enumerate(names):
        dovecot.deliver(USER, mail(number), name)
    with receiving(dovecot.imap_port, folder=names) as receiver:
        assert receiver.catch_up(sink) == 3
    assert {place[0] for place in sink.items} == set(names)


def test_edge_26_a_missing_folder_stops_no_other(dovecot: Dovecot, sink: MemorySink) -> None:
    dovecot.create_folder(USER, "Later")
    dovecot.deliver(USER, mail(1), "Later")
    with receiving(dovecot.imap_port, folder=["Gone", "Later"]) as receiver:
        with pytest.raises(FolderTrouble, match="does not open the folder Gone"):
            receiver.catch_up(sink)
        with dovecot.client(USER) as client:
            client.rename_folder("Later", "Gone")
        with pytest.raises(FolderTrouble, match="folder Later"):
            receiver.catch_up(sink)
    assert "Gone" in sink.contacts[0]
    assert sink.raws == Counter({mail(1): 2})  # a renamed folder is another folder; the desk knows the bytes


def test_edge_30_a_date_in_the_future_is_now_at_most(dovecot: Dovecot, sink: MemorySink) -> None:
    with dovecot.client(USER) as client:
        client.append("INBOX", mail(1, Date="Thu, 01 Jan 2037 00:00:00 +0000"), (), datetime(2037, 1, 1, tzinfo=UTC))
        client.append("INBOX", mail(2), (), datetime(2026, 1, 1, 9, tzinfo=UTC).astimezone())
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    future, past = sink.items.values()
    assert future.received_at <= datetime.now(UTC)
    assert past.received_at == datetime(2026, 1, 1, 9, tzinfo=UTC)
    assert past.received_at.utcoffset() == timedelta(0)


def test_edge_31_mail_marked_deleted_is_skipped_with_the_reason(dovecot: Dovecot, sink: MemorySink) -> None:
    with dovecot.client(USER) as client:
        client.append("INBOX", mail(1), [b"\\Deleted"])
        client.append("INBOX", mail(2))
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    assert sink.uids == [2]
    assert [(place[2], reason) for place, reason in sink.skipped.items()] == [(1, "deleted")]


def test_edge_34_history_before_the_baseline_is_skipped_once(dovecot: Dovecot, sink: MemorySink) -> None:
    with dovecot.client(USER) as client:
        for number in range(20):
            client.append("INBOX", mail(number), (), datetime(2016, 1, 1 + number, tzinfo=UTC))
        client.append("INBOX", mail(99), (), datetime(2026, 3, 1, tzinfo=UTC))
        client.append("INBOX", mail(20), (), datetime(2016, 3, 1, tzinfo=UTC))
    with receiving(dovecot.imap_port, history="2026-01-01") as receiver:
        assert receiver.catch_up(sink) == 1
        with dovecot.client(USER) as client:
            client.append("INBOX", mail(100), (), datetime(2016, 1, 1, tzinfo=UTC))
        assert receiver.catch_up(sink) == 1
    assert sink.raws == Counter([mail(99), mail(100)])
    assert Counter(sink.skipped.values()) == {"history": 21}


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


def test_watch_goes_on_after_the_server_hung_up(dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    with receiving(proxy.port, poll="300") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: bool(sink.contacts))
        proxy.drop()
        dovecot.deliver(USER, mail(1))
        sink.wait_for(lambda: len(sink.items) == 1)
    assert proxy.connections == 2


def test_watch_tells_the_sink_while_the_server_is_away(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supportdesk.channels.email.receiver.BACK_OFF", (0.05, 0.1))
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    proxy.refuse = True
    with receiving(proxy.port, poll="300") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: len(sink.contacts) >= 3)
        assert all(f"127.0.0.1:{proxy.port}" in error for error in sink.contacts)
        proxy.refuse = False
        sink.wait_for(lambda: sink.contacts[-1] == "")


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


def test_stop_is_noticed_at_once(dovecot: Dovecot, sink: MemorySink) -> None:
    stop = threading.Event()
    with receiving(dovecot.imap_port, poll="300") as receiver:
        thread = threading.Thread(target=receiver.watch, args=(sink, stop))
        thread.start()
        sink.wait_for(lambda: bool(sink.contacts))
        stop.set()
        thread.join(2)
        assert not thread.is_alive()
