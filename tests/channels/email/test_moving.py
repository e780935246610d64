"""Moving taken mail away without touching any other. Numbers are those of the edge cases."""

import pytest

from supportdesk.channels.trouble import FolderTrouble
from supportdesk.domain.errors import Unreachable
from tests.channels.email.accounts import USER, Proxies, Servers, mail, receiving
from tests.services.dovecot import Dovecot
from tests.services.sink import MemorySink


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
