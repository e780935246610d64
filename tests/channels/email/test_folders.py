"""Which mails of a folder are new, against a real Dovecot. Numbers are those of the edge cases."""

import contextlib
from collections import Counter

import pytest

from supportdesk.channels.email.folders import SEARCH_WINDOW, Opened, _windows, uids_above
from supportdesk.channels.email.settings import settings
from supportdesk.channels.trouble import FolderTrouble, ServerTrouble
from tests.channels.email.accounts import USER, Proxies, Servers, account, mail, receiving
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


def test_edge_32_a_highest_modseq_that_goes_back_changes_nothing(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink
) -> None:
    """Neither CONDSTORE nor QRESYNC is asked for: flags are not what the desk follows."""
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    claims = (b"HIGHESTMODSEQ 900", b"HIGHESTMODSEQ 7", b"HIGHESTMODSEQ 0", b"NOMODSEQ")
    seen: set[bytes] = set()
    with receiving(proxy.port) as receiver:
        for number, claim in enumerate(claims):

            def lie(data: bytes, claim: bytes = claim) -> bytes:
                if b"* OK [UIDNEXT" in data:
                    seen.add(claim)
                return data.replace(b"* OK [UIDNEXT", b"* OK [" + claim + b"] Lie\r\n* OK [UIDNEXT")

            proxy.rewrite = lie
            dovecot.deliver(USER, mail(number))
            with dovecot.client(USER) as other:
                other.select_folder("INBOX")
                other.add_flags([1], [b"\\Flagged"])
            assert receiver.catch_up(sink) == 1
            assert receiver.catch_up(sink) == 0
    assert seen == set(claims)
    assert sink.uids == [1, 2, 3, 4]
    assert not any(word in b"".join(proxy.commands).upper() for word in (b"MODSEQ", b"CONDSTORE", b"CHANGEDSINCE"))


def test_edge_25_names_with_every_separator_and_namespace(dovecot_with: Servers, sink: MemorySink) -> None:
    """Folders below INBOX with dots, as many providers have them; public ones beside; odd names."""
    server = dovecot_with(
        "namespace inbox {\n  separator = .\n  prefix = INBOX.\n}\n"
        "namespace shared {\n  separator = .\n  prefix = Team.\n  location = maildir:~/team\n  list = yes\n}\n"
    )
    names = ["INBOX", "INBOX.고객문의.환불 & 교환", 'INBOX.he said "no" \\ yes', "Team.지원", "INBOX.100%* sure"]
    with server.client(USER) as client:
        client.append("inbox", mail(0))
        for number, name in enumerate(names[1:], 1):
            client.create_folder(name)
            client.append(name, mail(number))
    with receiving(server.imap_port, folder=names) as receiver:
        assert receiver.catch_up(sink) == len(names)
        assert receiver.catch_up(sink) == 0
        assert {balance.folder for balance in receiver.reconcile(sink)} == set(names)
    assert {(place[0], item.raw) for place, item in sink.items.items()} == {
        (name, mail(number)) for number, name in enumerate(names)
    }


def test_edge_25_a_name_that_holds_only_folders_is_told(dovecot: Dovecot, sink: MemorySink) -> None:
    dovecot.create_folder(USER, "Parent/Child")
    dovecot.deliver(USER, mail(1), "Parent/Child")
    with (
        receiving(dovecot.imap_port, folder=["Parent", "Parent/Child"]) as receiver,
        pytest.raises(FolderTrouble, match="does not open the folder Parent:"),
    ):
        receiver.catch_up(sink)
    assert len(sink.items) == 1


def test_edge_26_a_folder_deleted_while_it_is_fetched_stops_no_other(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink
) -> None:
    for name in ("Doomed", "Later"):
        dovecot.create_folder(USER, name)
        dovecot.deliver_many(USER, [mail(1), mail(2)], name)
    proxy = proxy_to(dovecot.host, dovecot.imap_port)

    def delete(line: bytes) -> None:
        if b"BODY.PEEK" in line and proxy.answer is not None:
            proxy.answer = None
            with dovecot.client(USER) as client:
                client.delete_folder("Doomed")

    proxy.answer = delete
    with receiving(proxy.port, folder=["Doomed", "Later"]) as receiver:
        for _ in range(2):
            with contextlib.suppress(ServerTrouble):
                receiver.catch_up(sink)
        with pytest.raises(FolderTrouble, match="folder Doomed"):
            receiver.catch_up(sink)
    assert {place[2] for place in sink.items if place[0] == "Later"} == {1, 2}
    assert sink.repeated == []


def test_a_user_who_may_read_anothers_mailbox_logs_in_with_both_names(dovecot_with: Servers, sink: MemorySink) -> None:
    """A shared mailbox: the one who logs in is not the one whose mail it is."""
    server = dovecot_with(
        "auth_master_user_separator = *\npassdb {\n  driver = static\n  master = yes\n  args = password=pw\n}"
    )
    server.deliver("shared@corp", mail(1))
    with receiving(server.imap_port, imap_user="shared@corp*anna") as receiver:
        assert receiver.catch_up(sink) == 1
    assert sink.raws == Counter([mail(1)])


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
