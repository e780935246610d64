"""Mails, answers and connections that go wrong while fetching. Numbers are those of the edge cases."""

import contextlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from supportdesk.channels.trouble import ConnectionLost, ServerTrouble
from supportdesk.domain.errors import Unreachable
from tests.channels.email.accounts import USER, Proxies, mail, receiving
from tests.services.dovecot import Dovecot
from tests.services.proxy import Proxy
from tests.services.sink import MemorySink


@pytest.fixture
def proxy(dovecot: Dovecot, proxy_to: Proxies) -> Proxy:
    return proxy_to(dovecot.host, dovecot.imap_port)


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supportdesk.channels.email.fetch.PAUSE", 0)


def asked_uids(line: bytes) -> set[int]:
    """The UIDs a FETCH of bodies asks for, none for any other command."""
    found = re.search(rb"UID FETCH ([\d,:]+) \(UID BODY\.PEEK\[\]", line)
    return {int(uid) for uid in found[1].split(b",")} if found else set()


def refusing(*uids: int, words: bytes = b"NO could not retrieve message") -> Callable[[bytes], bytes | None]:
    """A server that says NO whenever one of ``uids`` is among those asked for."""

    def answer(line: bytes) -> bytes | None:
        return line.split()[0] + b" " + words + b"\r\n" if asked_uids(line) & set(uids) else None

    return answer


def places(recorded: Mapping[tuple[str, int, int], object]) -> list[int]:
    return sorted(uid for *_, uid in recorded)


def test_edge_12_a_mail_the_server_refuses_is_quarantined_and_the_rest_taken(
    dovecot: Dovecot, proxy: Proxy, sink: MemorySink
) -> None:
    dovecot.deliver_many(USER, [mail(number) for number in range(1, 41)])
    proxy.answer = refusing(7, 23)
    with receiving(proxy.port) as receiver:
        assert receiver.catch_up(sink) == 38
        assert receiver.catch_up(sink) == 0
    assert places(sink.refused) == [7, 23]
    cause, error, placeholder = sink.refused["INBOX", next(iter(sink.items))[1], 7]
    assert cause == "unfetchable"
    assert "could not retrieve message" in error
    assert placeholder is not None
    assert b"Subject: Question 7" in placeholder


def test_edge_12_ok_without_content_is_an_error_and_not_a_mail(
    dovecot: Dovecot, proxy: Proxy, sink: MemorySink
) -> None:
    dovecot.deliver_many(USER, [mail(1), mail(2)])

    def without_literal(line: bytes) -> bytes | None:
        if asked_uids(line) == {2}:
            return b'* 2 FETCH (UID 2 BODY[] "")\r\n' + line.split()[0] + b" OK done\r\n"
        return line.split()[0] + b" NO bad batch\r\n" if 2 in asked_uids(line) else None

    proxy.answer = without_literal
    with receiving(proxy.port) as receiver:
        receiver.catch_up(sink)
    assert sink.uids == [1]
    assert places(sink.refused) == [2]


def test_edge_12_a_busy_server_is_not_a_bad_mail(dovecot: Dovecot, proxy: Proxy, sink: MemorySink) -> None:
    dovecot.deliver_many(USER, [mail(number) for number in range(1, 101)])
    proxy.answer = refusing(*range(1, 101), words=b"NO [UNAVAILABLE] try later")
    with receiving(proxy.port) as receiver:
        with pytest.raises(ServerTrouble, match="is busy"):
            receiver.catch_up(sink)
        assert sink.refused == {}
        assert sum(bool(asked_uids(line)) for line in proxy.commands) < 10
        proxy.answer = None
        assert receiver.catch_up(sink) == 100


def test_edge_12_one_unavailable_mail_blocks_no_other(dovecot: Dovecot, proxy: Proxy, sink: MemorySink) -> None:
    dovecot.deliver_many(USER, [mail(number) for number in range(1, 21)])
    proxy.answer = refusing(20, words=b"NO [UNAVAILABLE] UID FETCH Server error")
    with receiving(proxy.port) as receiver:
        assert receiver.catch_up(sink) == 19
    assert places(sink.refused) == [20]


def test_edge_10_a_mail_expunged_meanwhile_is_gone_only_when_no_longer_listed(
    dovecot: Dovecot, proxy: Proxy, sink: MemorySink
) -> None:
    dovecot.deliver_many(USER, [mail(1), mail(2), mail(3)])

    def expunge_first(line: bytes) -> bytes | None:
        if 2 in asked_uids(line):
            proxy.answer = None
            with dovecot.client(USER) as other:
                other.select_folder("INBOX")
                other.delete_messages([2])
                other.expunge()
            left = b",".join(b"%d" % uid for uid in sorted(asked_uids(line) - {2}))
            return line.split()[0] + b" NO [EXPUNGEISSUED] Some messages no longer exist, left: " + left + b"\r\n"
        return None

    proxy.answer = expunge_first
    with receiving(proxy.port) as receiver:
        receiver.catch_up(sink)
    assert {1, 3} <= set(sink.uids)  # Dovecot serves its open copy of 2 or leaves it out; both are accounted for
    assert sorted([*sink.uids, *places(sink.skipped)]) == [1, 2, 3]
    assert sink.refused == {}


def test_edge_10_an_answer_left_out_for_a_mail_that_is_there_is_asked_again(
    dovecot: Dovecot, proxy: Proxy, sink: MemorySink
) -> None:
    dovecot.deliver_many(USER, [mail(1), mail(2)])

    def leave_out(line: bytes) -> bytes | None:
        return line.split()[0] + b" OK nothing\r\n" if len(asked_uids(line)) == 2 else None

    proxy.answer = leave_out
    with receiving(proxy.port) as receiver:
        assert receiver.catch_up(sink) == 2
    assert sink.raws == Counter([mail(1), mail(2)])
    assert sink.skipped == {}


def test_edge_11_flag_news_during_a_fetch_are_no_mails(dovecot: Dovecot, proxy: Proxy, sink: MemorySink) -> None:
    dovecot.deliver_many(USER, [mail(1), mail(2)])

    def news(data: bytes) -> bytes:
        if data.startswith(b"* 1 FETCH (UID 1 BODY[]"):
            return (
                b"* 1 FETCH (FLAGS (\\Seen))\r\n* 9 FETCH (UID 77 FLAGS (\\Seen))\r\n* 2 FETCH (UID 2 FLAGS ())\r\n"
                + data
                + b""
            )
        return data

    proxy.rewrite = news
    with receiving(proxy.port) as receiver:
        assert receiver.catch_up(sink) == 2
    assert sink.raws == Counter([mail(1), mail(2)])


def test_edge_11_another_program_toggling_flags_all_the_time(dovecot: Dovecot, sink: MemorySink) -> None:
    raws = [mail(number) for number in range(1000)]
    dovecot.deliver_many(USER, raws)
    stop = threading.Event()
    toggled = threading.Event()

    def toggle() -> None:
        with dovecot.client(USER) as other:
            other.select_folder("INBOX")
            while not stop.is_set():
                other.add_flags("1:*", ["$x"], silent=True)
                other.remove_flags("1:*", ["$x"], silent=True)
                toggled.set()

    thread = threading.Thread(target=toggle)
    thread.start()
    try:
        assert toggled.wait(10)
        with receiving(dovecot.imap_port) as receiver:
            receiver.catch_up(sink)
    finally:
        stop.set()
        thread.join()
    assert sink.raws == Counter(raws)


@pytest.mark.parametrize("octets", [700, 1500, 2600, 5000])
def test_edge_19_connections_cut_within_a_literal_store_nothing_partial(
    dovecot: Dovecot, proxy: Proxy, sink: MemorySink, octets: int
) -> None:
    """Every connection dies after so many octets: no mail is blamed for that, and all are there in the end."""
    raws = [mail(number, "x" * 900) for number in range(5)]
    dovecot.deliver_many(USER, raws)
    proxy.cut_after = octets
    with receiving(proxy.port) as receiver:
        with contextlib.suppress(ServerTrouble):
            receiver.catch_up(sink)
        assert sink.raws <= Counter(raws)
        assert sink.refused == {}
        assert proxy.connections <= 30
        proxy.cut_after = None
        receiver.catch_up(sink)
    assert sink.raws == Counter(raws)
    assert sink.refused == {}


def test_edge_19_the_only_mail_there_is_is_not_refused_for_dying_connections(
    dovecot: Dovecot, proxy: Proxy, sink: MemorySink
) -> None:
    dovecot.deliver(USER, mail(1))

    def die(line: bytes) -> None:
        if 1 in asked_uids(line):
            proxy.drop()

    proxy.answer = die
    with receiving(proxy.port) as receiver:
        for _ in range(2):
            with pytest.raises(ConnectionLost):
                receiver.catch_up(sink)
        assert sink.refused == {}
        assert proxy.connections <= 6
        dovecot.deliver(USER, mail(2))
        assert receiver.catch_up(sink) == 1
    assert places(sink.refused) == [1]


def test_edge_19_a_mail_that_kills_the_connection_is_quarantined(
    dovecot: Dovecot, proxy: Proxy, sink: MemorySink
) -> None:
    dovecot.deliver_many(USER, [mail(number) for number in range(1, 31)])

    def die_over_11(line: bytes) -> None:
        if 11 in asked_uids(line):
            proxy.drop()

    proxy.answer = die_over_11
    with receiving(proxy.port) as receiver:
        assert receiver.catch_up(sink) == 29
    assert places(sink.refused) == [11]
    assert sink.repeated == []


def test_edge_18_a_server_that_hangs_up_at_once_is_not_hammered(
    dovecot: Dovecot, proxy: Proxy, sink: MemorySink
) -> None:
    proxy.answer = lambda line: b"* BYE too busy\r\n" if b"EXAMINE" in line else None
    with receiving(proxy.port) as receiver, pytest.raises(ConnectionLost):
        receiver.catch_up(sink)
    assert proxy.connections == 1


def as_gmail(proxy: Proxy) -> None:
    """Mails of one size are one mail; sizes in the tests that use this differ."""
    proxy.forward = lambda line: line.replace(b" X-GM-MSGID", b"")

    def add(data: bytes) -> bytes:
        data = re.sub(rb"CAPABILITY IMAP4rev1", rb"CAPABILITY IMAP4rev1 X-GM-EXT-1", data)
        return re.sub(rb"RFC822\.SIZE (\d+)", rb"RFC822.SIZE \1 X-GM-MSGID 12784553442303\1", data)

    proxy.rewrite = add


def test_edge_27_a_mail_with_several_labels_is_fetched_once(dovecot: Dovecot, proxy: Proxy, sink: MemorySink) -> None:
    raws = [mail(number, "x" * number) for number in range(1, 21)]
    for folder, mails in (("INBOX", raws[:10]), ("VIP", raws[5:15]), ("All Mail", raws)):
        if folder != "INBOX":
            dovecot.create_folder(USER, folder)
        dovecot.deliver_many(USER, mails, folder)
    as_gmail(proxy)
    with receiving(proxy.port, folder=["INBOX", "VIP", "All Mail"]) as receiver:
        assert receiver.catch_up(sink) == 20
        assert receiver.catch_up(sink) == 0
        assert sink.raws == Counter(raws)
        assert Counter((place[0], reason) for place, reason in sink.skipped.items()) == {
            ("VIP", "label"): 5, ("All Mail", "label"): 15,
        }  # fmt: skip
        assert [balance.unknown for balance in receiver.reconcile(sink)] == [(), (), ()]
    fetched = [uid for line in proxy.commands for uid in asked_uids(line)]
    assert len(fetched) == 20


def test_edge_27_identity_is_known_only_once_the_mail_is_committed(
    dovecot: Dovecot, proxy: Proxy, sink: MemorySink
) -> None:
    dovecot.create_folder(USER, "All Mail")
    for folder in ("INBOX", "All Mail"):
        dovecot.deliver(USER, mail(1), folder)
    as_gmail(proxy)
    sink.failing = True
    with receiving(proxy.port, folder=["INBOX", "All Mail"]) as receiver:
        with contextlib.suppress(Unreachable):
            receiver.catch_up(sink)
        sink.failing = False
        with dovecot.client(USER) as client:
            client.select_folder("INBOX")
            client.delete_messages([1])
            client.expunge()
        assert receiver.catch_up(sink) == 1
    assert [place[0] for place in sink.items] == ["All Mail"]


POISON = {
    "empty": b"",
    "no header": b"just bytes \xff\xfe\n",
    "nul": b"Subject: a\x00b\n\nc\x00d\n",
    "no end of line": b"Subject: x",
    "only a header": b"Subject: x\n\n",
    "mbox": b"From someone@example.org Mon Jan  1 00:00:00 2026\nSubject: x\n\ny\n",
    "long header": b"X-Long: " + b"a" * 3_000_000 + b"\nSubject: x\n\ny\n",
    "literal in the text": b"Subject: {5}\n\n{12}\r\n* 1 FETCH (UID 1)\r\n)\n",
    "bare CR": b"Subject: a\rBcc: evil@example.org\n\nx\n",
    "quotes": b'Subject: "\\"\nMessage-ID: <")(">\n\n"\n',
}


def test_edge_22_poison_is_taken_as_it_is(dovecot: Dovecot, sink: MemorySink) -> None:
    dovecot.deliver_many(USER, [*POISON.values(), mail(1)])
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    assert places({**sink.items, **sink.refused}) == list(range(1, len(POISON) + 2))
    assert sink.refused == {}
    # Dovecot serves NUL as 0x80, for IMAP forbids it in a literal.
    expected = Counter(raw.replace(b"\x00", b"\x80") for raw in dovecot.maildir(USER).elements())
    assert sink.raws == expected


def test_edge_23_a_huge_mail_is_taken_in_part_among_the_others(
    dovecot: Dovecot, proxy: Proxy, sink: MemorySink
) -> None:
    huge = mail(1, Content_Type="video/mp4; name=film.mp4") + b"y" * 30_000_000 + b"\r\n"
    dovecot.deliver_many(USER, [mail(0), huge, mail(2)])
    passed = 0

    def count(data: bytes) -> bytes:
        nonlocal passed
        passed += len(data)
        return data

    proxy.rewrite = count
    with receiving(proxy.port, size_limit="1") as receiver:
        assert receiver.catch_up(sink) == 3
    assert [(item.uid, item.size) for item in sink.items.values()] == [
        (1, len(mail(0))), (2, len(huge)), (3, len(mail(2))),
    ]  # fmt: skip
    assert passed < 10_000
    assert len(sink.commits) == 1


def test_many_octets_make_several_batches(dovecot: Dovecot, sink: MemorySink) -> None:
    raws = [mail(number, "x" * 3_000_000) for number in range(6)]
    dovecot.deliver_many(USER, raws)
    with receiving(dovecot.imap_port) as receiver:
        receiver.catch_up(sink)
    assert sink.raws == Counter(raws)
    assert max(sum(len(raws[uid - 1]) for uid in commit) for commit in sink.commits) <= 8 * 1024 * 1024
    assert len(sink.commits) == 3
