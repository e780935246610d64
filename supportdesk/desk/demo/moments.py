"""What happened on the demonstration desk that is not a conversation: a merge, a link, a bounced answer, a draft, two
things in quarantine. Done with the verbs themselves, some hours ago."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from supportdesk.channels import kinds
from supportdesk.channels.protocol import RawItem, Sender
from supportdesk.desk import channels, conversation, deliver, drafts, intake, structure
from supportdesk.desk.conversation import NewTicket, Reply
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.channel import Channel
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.message import Address
from supportdesk.domain.ticket import State

UNFETCHABLE = "unfetchable"


class Earlier:
    """A clock set back, to be moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.at = now

    def __call__(self) -> datetime:
        return self.at

    def ago(self, **span: float) -> None:
        self.at = self._now - timedelta(**span)


def live_through(desk: Desk, numbers: Mapping[str, int]) -> None:
    """Do it all; what needs a conversation that is not there is left out. ``numbers``: subject to ticket."""
    clock = Earlier(desk.now())
    past = Desk(desk.store, desk.actor, clock)
    alice, bob, mina = (past.as_agent(login) for login in ("alice", "bob", "mina"))
    _wrong_address(past, bob, clock)
    _quarantined(past, clock)
    if number := numbers.get("캠핑 의자 다리 하나가 짧아요"):
        _same_thing_twice(mina, number, clock)
    if (number := numbers.get("배송완료라는데 물건이 없어요")) and (other := numbers.get("tracking stuck for 4 days")):
        clock.ago(minutes=22)
        structure.link(mina, number, other)
    if number := numbers.get("11월 세금계산서 공급가액이 다릅니다"):
        clock.ago(minutes=12)
        drafts.save(alice, number, DraftKind.REPLY, "네, 원래 날짜로 수정 발행하겠습니다. 회계 담당자 메일도 ")


def _same_thing_twice(mina: Desk, number: int, clock: Earlier) -> None:
    """The same customer also wrote a mail; a colleague noticed."""
    clock.ago(hours=4, minutes=35)
    text = "카카오톡으로도 보냈는데 혹시 몰라 메일로도 보냅니다. 캠핑 의자 다리 하나가 짧아요. 교환 부탁드립니다."
    twice = NewTicket("캠핑 의자 불량", text, address=Address("dain.shin@post.example", "신다인"), channel="support")
    made = conversation.create(mina, twice).created
    clock.ago(hours=4, minutes=25)
    if made is not None:
        structure.merge(mina, [made], number)


def _wrong_address(past: Desk, bob: Desk, clock: Earlier) -> None:
    """An answer that could not be delivered: the customer had mistyped the own address."""
    clock.ago(hours=6)
    text = "Hello, could you tell me whether the vacuum cleaner comes with two batteries or one? Tom Ellery"
    address = Address("nobody-tom.ellery@post.example", "Tom Ellery")
    asked = NewTicket("One battery or two?", text, address=address, channel="support", team="Technical")
    number = conversation.create(bob, asked).created
    clock.ago(hours=5, minutes=30)
    if number is None:
        return
    answer = "Hello Tom,\n\nit comes with one, and the second is 20 % off for the first 30 days.\n\nBob"
    conversation.reply(bob, number, Reply(answer, then=State.PENDING))
    clock.ago(hours=5, minutes=29)
    while deliver.deliver_due(past, _sender, holder="demo"):
        pass


def _quarantined(past: Desk, clock: Earlier) -> None:
    """A message that broke off on its way, and a mail that the server would not give out."""
    clock.ago(hours=2, minutes=10)
    by_name = {channel.name: channel for channel in channels.channels(past)}
    half = '{"id": "kk-90417", "medium": "kakao", "from": "sunny_cho", "text": "쿠폰이 적용이 '.encode()
    InboxSink(past, by_name["kakao"]).take([RawItem("kk-90417", half, clock())])
    while intake.take_in(past):
        pass
    clock.ago(hours=9)
    words = "FETCH: NO [SERVERBUG] Internal error occurred. Refer to server log for more information."
    head = b"From: accounting@blue-logis.example\r\nSubject: =?utf-8?B?7IS46riI6rOE7IKw7ISc?=\r\n\r\n"
    InboxSink(past, by_name["support"]).refuse("INBOX", 1, 48213, UNFETCHABLE, words, head)


def _sender(channel: Channel) -> Sender:
    made = kinds.sender(channel.kind, channel.settings)
    assert made is not None
    return made
