"""The receiver against another IMAP server than the one it was built on."""

from collections import Counter

from tests.channels.email.accounts import mail, receiving, watching
from tests.services.pymap import Pymap
from tests.services.sink import MemorySink


def test_takes_what_is_there_and_waits_for_more(pymap: Pymap, sink: MemorySink) -> None:
    with pymap.client() as client:
        client.select_folder("INBOX", readonly=True)
        served = Counter(answer[b"BODY[]"] for answer in client.fetch(client.search(), ["BODY.PEEK[]"]).values())
    with receiving(pymap.imap_port, poll="300") as receiver, watching(receiver, sink):
        sink.wait_for(lambda: bool(sink.contacts))
        assert sink.raws == served
        for number in range(3):
            pymap.deliver(mail(number))
            sink.wait_for(lambda number=number: mail(number) in sink.raws, 5)  # type: ignore[misc]
    assert sink.repeated == []
    assert sink.contacts.count("") == len(sink.contacts)


def test_moves_what_it_took(pymap: Pymap, sink: MemorySink) -> None:
    with receiving(pymap.imap_port, move_to="Processed") as receiver:
        taken = receiver.catch_up(sink)
    with pymap.client() as client:
        assert client.select_folder("INBOX", readonly=True)[b"EXISTS"] == 0
        assert client.select_folder("Processed", readonly=True)[b"EXISTS"] == taken == len(sink.items)
