"""Which mails of a folder are new, against a real Dovecot. Numbers are those of the edge cases."""

from collections import Counter

import pytest

from supportdesk.channels.email.folders import SEARCH_WINDOW, Opened, _windows, uids_above
from supportdesk.channels.email.settings import settings
from supportdesk.channels.trouble import FolderTrouble
from tests.channels.email.accounts import USER, Proxies, account, mail, receiving
from tests.services.dovecot import Dovecot
from tests.services.sink import MemorySink


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


def test_a_search_over_very_many_mails_is_asked_in_windows(dovecot: Dovecot) -> None:
    """The answer to one SEARCH is one line, and the library refuses lines of a million octets."""
    server = settings(account(dovecot.imap_port)).imap
    dovecot.deliver_many(USER, [mail(number) for number in range(3)])
    with dovecot.client(USER) as client:
        client.select_folder("INBOX", readonly=True)
        folder = Opened("INBOX", 1, exists=SEARCH_WINDOW * 2 + 5, uidnext=SEARCH_WINDOW * 2 + 6)
        assert list(uids_above(client, server, folder, 1)) == [2, 3]
        assert list(_windows(folder, 1)) == [
            f"1:{SEARCH_WINDOW}",
            f"{SEARCH_WINDOW + 1}:{SEARCH_WINDOW * 2}",
            f"{SEARCH_WINDOW * 2 + 1}:*",
        ]
        assert list(_windows(Opened("INBOX", 1, exists=3, uidnext=4_000_000_000), 1)) == ["1:*"]


def test_edge_01_a_folder_without_lasting_uids_is_not_fetched(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink
) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    proxy.rewrite = lambda data: data.replace(b"[UIDVALIDITY ", b"[X-NOTHING ")
    dovecot.deliver(USER, mail(1))
    with receiving(proxy.port) as receiver, pytest.raises(FolderTrouble, match="no lasting UIDs"):
        receiver.catch_up(sink)
    assert sink.items == {}
