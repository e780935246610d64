"""Whom an answer goes to: the one who wrote, and never the desk itself."""

import pytest

from supportdesk.domain.message import Address
from supportdesk.domain.recipients import reply_recipients

DANA, BOSS, DESK = Address("dana@x.example", "Dana"), Address("boss@x.example"), Address("Support@Desk.example")
OWN = ["support@desk.example"]


Addresses = tuple[Address, ...]


def recipients(
    reply_to: str = "", to: Addresses = (DESK,), cc: Addresses = (), everybody: bool = True
) -> tuple[Addresses, Addresses]:
    return reply_recipients(author=DANA, reply_to=reply_to, to=to, cc=cc, own=OWN, everybody=everybody)


def test_the_sender_alone_where_nobody_else_is_in_it() -> None:
    assert recipients() == ((DANA,), ())


def test_everybody_else_gets_a_copy_once() -> None:
    assert recipients(cc=(BOSS, Address("BOSS@x.example"), DANA)) == ((DANA,), (BOSS,))


def test_the_sender_alone_when_asked_for() -> None:
    assert recipients(cc=(BOSS,), everybody=False) == ((DANA,), ())


def test_a_reply_to_is_followed() -> None:
    assert recipients(reply_to="list@x.example") == ((Address("list@x.example", "Dana"),), ())


@pytest.mark.parametrize("own", ["support@desk.example", "SUPPORT@desk.example", "support+t7.abc@desk.example"])
def test_no_address_of_the_desk_is_written_to(own: str) -> None:
    assert recipients(to=(Address(own), BOSS)) == ((DANA,), (BOSS,))
