"""Taking mail from a real Dovecot. Numbers in names are those of the edge cases of IMAP synchronisation."""

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest

from supportdesk.channels.protocol import RawItem
from supportdesk.channels.trouble import ConnectionLost, FolderTrouble, ServerTrouble
from supportdesk.domain.errors import Unreachable
from tests.channels.email.accounts import USER, Proxies, mail, receiving, watching
from tests.services.dovecot import Dovecot
from tests.services.sink import MemorySink


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
    assert item.external_id == f"INBOX/{item.uidvalidity}/1"
    assert before <= item.received_at <= datetime.now(UTC)


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


def test_edge_30_a_date_in_the_future_is_now_at_most(dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    proxy.rewrite = lambda data: data.replace(b"-Feb-2026 ", b"-Feb-2098 ")  # Dovecot itself would not keep it
    with dovecot.client(USER) as client:
        client.append("INBOX", mail(1), (), datetime(2026, 2, 1, tzinfo=UTC))
        client.append("INBOX", mail(2), (), datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=9))))
    with receiving(proxy.port) as receiver:
        receiver.catch_up(sink)
    future, past = sink.items.values()
    assert datetime.now(UTC) - timedelta(minutes=1) <= future.received_at <= datetime.now(UTC)
    assert past.received_at == datetime(2026, 1, 1, tzinfo=UTC)
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


def test_edge_18_a_throttling_server_is_left_alone_longer_and_longer(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supportdesk.channels.email.receiver.BACK_OFF", (0.01, 0.5))
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    proxy.answer = lambda line: b"* BYE Account exceeded command or bandwidth limits\r\n" if b"SEARCH" in line else None
    dovecot.deliver(USER, mail(1))
    with receiving(proxy.port, poll="300") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: len(sink.pauses) == 6)
        assert proxy.connections == 6
        assert [round(pause / 0.01 / 2**n) for n, pause in enumerate(sink.pauses)] == [1] * 6
        assert "bandwidth limits" in sink.contacts[-1]
        proxy.answer = None
        sink.wait_for(lambda: len(sink.items) == 1 and sink.failures == 0)
    assert sink.repeated == []


def test_edge_18_refused_logins_are_pauses_of_their_own(
    dovecot: Dovecot, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG", "no")
    with receiving(dovecot.imap_port, imap_secret="env:WRONG") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: bool(sink.pauses))
    assert len(sink.contacts) == 1
    assert 30 <= sink.pauses[0] <= 60


def test_edge_18_a_slow_server_is_waited_for(dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    proxy.delay = 0.1
    raws = [mail(number) for number in range(50)]
    dovecot.deliver_many(USER, raws)
    with receiving(proxy.port) as receiver:
        assert receiver.catch_up(sink) == 50
    assert sink.raws == Counter(raws)
    assert proxy.connections == 1


def test_the_balance_names_what_the_desk_knows_nothing_of(dovecot: Dovecot, sink: MemorySink) -> None:
    dovecot.deliver_many(USER, [mail(number) for number in range(5)])
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
        (balance,) = receiver.reconcile(sink)
        assert (balance.folder, balance.on_server, balance.unknown) == ("INBOX", 5, ())
        for place in [place for place in sink.items if place[2] in (2, 4)]:
            del sink.items[place]
        (balance,) = receiver.reconcile(sink)
        assert balance.unknown == (2, 4)
    assert sink.repeated == []


def test_one_mail_is_fetched_again_whole(dovecot: Dovecot, sink: MemorySink) -> None:
    huge = mail(2, "x" * 3_000_000)
    dovecot.deliver_many(USER, [mail(1), huge, mail(3)])
    with receiving(dovecot.imap_port, size_limit="1", move_to="Elsewhere") as receiver:
        with dovecot.client(USER) as client:
            validity = client.select_folder("INBOX")[b"UIDVALIDITY"]
            client.delete_messages([2])
        item = receiver.fetch_again("INBOX", validity, 2)
        assert item is not None
        assert (item.raw, item.size, item.external_id) == (huge, len(huge), f"INBOX/{validity}/2")
        assert receiver.fetch_again("INBOX", validity, 4) is None
        assert receiver.fetch_again("INBOX", validity + 1, 2) is None
        with pytest.raises(FolderTrouble, match="does not open the folder Gone"):
            receiver.fetch_again("Gone", validity, 2)
    with dovecot.client(USER) as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 3


def test_what_the_server_still_refuses_is_told_in_its_words(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink
) -> None:
    dovecot.deliver(USER, mail(1))
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    with receiving(proxy.port) as receiver:
        (balance,) = receiver.reconcile(sink)
        again = ("INBOX", balance.uidvalidity, 1)
        proxy.answer = lambda line: line.split()[0] + b" NO item is corrupt\r\n" if b"BODY.PEEK" in line else None
        with pytest.raises(ServerTrouble, match="item is corrupt"):
            receiver.fetch_again(*again)
        proxy.answer = lambda line: line.split()[0] + b" OK done\r\n" if b"FETCH" in line else None
        with pytest.raises(ServerTrouble, match="no content"):
            receiver.fetch_again(*again)
        proxy.answer = None
        proxy.drop()
        with pytest.raises(ConnectionLost):
            receiver.fetch_again(*again)
        item = receiver.fetch_again(*again)
        assert item is not None
        assert item.raw == mail(1)


def test_a_mail_that_got_no_row_raises_the_alarm(dovecot: Dovecot, sink: MemorySink) -> None:
    class Forgetful(MemorySink):
        def take(self, items: Sequence[RawItem]) -> None:
            super().take(items[1:])

    dovecot.deliver_many(USER, [mail(1), mail(2)])
    forgetful = Forgetful()
    with receiving(dovecot.imap_port) as receiver:
        with pytest.raises(FolderTrouble, match="1 mails of the folder INBOX"):
            receiver.catch_up(forgetful)
        receiver.catch_up(sink)
    assert "neither taken nor refused" in forgetful.contacts[0]
    assert len(sink.items) == 2


def test_a_stop_during_a_long_catch_up_is_noticed_between_batches(dovecot: Dovecot, sink: MemorySink) -> None:
    dovecot.deliver_many(USER, [mail(number) for number in range(1200)])
    stop = threading.Event()
    sink.before_take = lambda _items: stop.set()
    with receiving(dovecot.imap_port) as receiver:
        receiver.watch(sink, stop)
        assert len(sink.commits) == 1
        sink.before_take = None
        with watching(receiver, sink):
            sink.wait_for(lambda: len(sink.items) == 1200)
    assert sink.raws == dovecot.maildir(USER)


def test_edge_08_one_mail_to_two_mailboxes_is_taken_from_each(dovecot: Dovecot) -> None:
    dovecot.lmtp(mail(1), "support", "sales")
    sinks = [MemorySink(), MemorySink()]
    for user, sink in zip(("support", "sales"), sinks, strict=True):
        with receiving(dovecot.imap_port, imap_user=user) as receiver:
            receiver.catch_up(sink)
    assert [len(sink.items) for sink in sinks] == [1, 1]
    assert all(raw.endswith(mail(1)) for sink in sinks for raw in sink.raws)


def test_edge_20_after_an_error_the_cursor_is_not_trusted(dovecot: Dovecot, sink: MemorySink) -> None:
    """The same process goes on: a row above the mails that could not be taken must not hide them."""
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
        dovecot.deliver_many(USER, [mail(1), mail(2)])
        with dovecot.client(USER) as client:
            assert client.select_folder("INBOX")[b"UIDNEXT"] == 3
            client.append("INBOX", mail(3), [b"\\Deleted"])

        def fail(_items: object) -> None:
            raise Unreachable("the store is away")

        sink.before_take = fail
        with pytest.raises(Unreachable):
            receiver.catch_up(sink)
        assert [place[2] for place in sink.skipped] == [3]
        sink.before_take = None
        assert receiver.catch_up(sink) == 2
    assert sink.raws == Counter([mail(1), mail(2)])


def test_edge_20_any_moment_of_dying_loses_and_doubles_nothing(dovecot: Dovecot) -> None:
    """A new process each time, dying before or after its nth commit; the rows are all that is left of it."""
    raws = [mail(number) for number in range(60)]
    dovecot.deliver_many(USER, raws)
    sink = MemorySink()
    for commits in (0, 1, 0, 2, 1, 0):
        left = iter(range(commits))

        def die(_items: object, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise Unreachable("killed")

        sink.before_take = die
        with receiving(dovecot.imap_port) as receiver, contextlib.suppress(Unreachable):
            receiver._fetcher.batch_mails = 7
            receiver.catch_up(sink)
        dovecot.deliver(USER, mail(1000 + len(raws)))
        raws.append(mail(1000 + len(raws)))
    sink.before_take = None
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    assert sink.raws == Counter(raws)
    assert sink.repeated == []
