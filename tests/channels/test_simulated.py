"""Tests of the channels without a network."""

import json
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from supportdesk.channels import kinds
from supportdesk.channels.protocol import PermanentRefusal, RawItem, Sink, Taken
from supportdesk.channels.simulated import MOST_UNREAD, Delivered, arrive, depart, post
from supportdesk.domain.arrival import Departure, Kind
from supportdesk.domain.message import Address

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SAID = {"id": "k1", "medium": "kakao", "from": "minsu.kim", "name": "김민수", "text": "안녕하세요\n환불이요"}
SETTINGS = {"medium": "line"}


class Kept:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.items: list[RawItem] = []
        self.some = threading.Event()
        self.contacts = 0

    def taken(self, folder: str, uidvalidity: int) -> Taken:
        return Taken()

    def unknown(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> Sequence[int]:
        return uids

    def take(self, items: Sequence[RawItem]) -> None:
        self.items += items
        self.some.set()

    def skip(self, folder: str, uidvalidity: int, uids: Sequence[int], reason: str) -> None:
        raise AssertionError

    def refuse(
        self, folder: str, uidvalidity: int, uid: int, cause: str, error: str, placeholder: bytes | None
    ) -> None:
        raise AssertionError

    def contact(self, error: str = "") -> None:
        self.contacts += 1

    def hold_off(self, first: float, longest: float) -> float:
        raise AssertionError


@pytest.fixture(autouse=True)
def _empty_post() -> Iterator[None]:
    yield
    while not post("line").delivered.empty():
        post("line").delivered.get()


def raw(**more: str) -> bytes:
    return json.dumps({**SAID, **more}).encode()


def test_a_chat_message_is_an_arrival() -> None:
    found = arrive(raw(in_reply_to="t.1.m.2.x@acme"), "")
    assert (found.identity_kind, found.sender) == ("kakao", Address("minsu.kim", "김민수"))
    assert found.text == found.reply_text == "안녕하세요\n환불이요"
    assert found.subject == "안녕하세요 환불이요"
    assert found.facts.in_reply_to == "t.1.m.2.x@acme" and found.references == ("t.1.m.2.x@acme",)
    assert found.message_id == "k1@kakao.invalid" and found.kind is Kind.NORMAL


def test_a_call_is_an_arrival() -> None:
    assert arrive(raw(kind="call", medium="phone", subject="부재중"), "").kind is Kind.CALL


def test_what_is_hostile_becomes_harmless() -> None:
    found = arrive(raw(text="a\x1b[2Jb", name="\x1b]0;x\x07Kim"), "")
    assert (found.text, found.sender.name) == ("ab", "Kim")


@pytest.mark.parametrize("broken", [b"", b'{"id": "k', b"[]", b'{"id": 1}'])
def test_what_is_no_message_is_refused(broken: bytes) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        arrive(broken, "")


def test_an_answer_names_whom_it_is_for() -> None:
    to = (Address("minsu.kim", "김민수"),)
    wire = depart(Departure("m@acme", NOW, Address("acme", "Alice"), "", to, (), "환불", "네", (), ""))
    expected = {"id": "m@acme", "to": ["minsu.kim"], "from": "Alice", "text": "네", "files": []}
    assert json.loads(wire) == expected


def test_what_is_written_is_taken_at_once() -> None:
    receiver, sink, stop = kinds.receiver("simulated-line", SETTINGS), Kept(), threading.Event()
    assert receiver is not None
    watching = threading.Thread(target=receiver.watch, args=(sink, stop))
    watching.start()
    post("line").written.put(RawItem("1", b"x", NOW))
    assert sink.some.wait(10)
    stop.set()
    watching.join(10)
    assert [item.raw for item in sink.items] == [b"x"] and sink.contacts == 2 and not watching.is_alive()


def test_all_that_was_written_is_caught_up_with() -> None:
    receiver = kinds.receiver("simulated-line", SETTINGS)
    assert receiver is not None
    sink: Sink = (kept := Kept())
    for number in range(3):
        post("line").written.put(RawItem(str(number), b"x", NOW))
    assert (receiver.catch_up(sink), receiver.catch_up(sink)) == (3, 0)
    assert [item.external_id for item in kept.items] == ["0", "1", "2"]


def test_what_is_sent_lies_in_the_post() -> None:
    sender = kinds.sender("simulated-line", SETTINGS)
    assert sender is not None
    sender.send(b"wire", "acme", ["yerin_lim"])
    assert post("line").delivered.get_nowait() == Delivered(b"wire", ("yerin_lim",))


def test_nobody_is_unknown() -> None:
    sender = kinds.sender("simulated-line", SETTINGS)
    assert sender is not None
    with pytest.raises(PermanentRefusal, match="nobody-x is unknown"):
        sender.send(b"wire", "acme", ["nobody-x"])
    assert post("line").delivered.empty()


def test_unread_messages_do_not_pile_up() -> None:
    sender = kinds.sender("simulated-line", SETTINGS)
    assert sender is not None
    for number in range(MOST_UNREAD + 5):
        sender.send(str(number).encode(), "acme", ["yerin_lim"])
    assert post("line").delivered.qsize() == MOST_UNREAD
    assert post("line").delivered.get().wire == b"5"


def test_the_kinds_are_not_offered() -> None:
    for kind in kinds.SIMULATIONS:
        assert kind.hidden and kind.can_receive and kind.can_send
        assert kinds.check(kind.name, {}) == {"medium": kind.name.removeprefix("simulated-")}
        assert kind not in kinds.OFFERED
    assert kinds.EMAIL in kinds.OFFERED
