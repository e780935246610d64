"""Address lists as people's programs write them."""

import pytest

from supportdesk.domain.mail.addresses import MAX_ADDRESSES, parse_address, parse_addresses
from supportdesk.domain.message import Address


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"a@b.c", [("a@b.c", "")]),
        (b"Kim <a@b.c>", [("a@b.c", "Kim")]),
        (b'"Kim, Minsu" <a@b.c>, d@e.f', [("a@b.c", "Kim, Minsu"), ("d@e.f", "")]),
        (b"Kim, Minsu <a@b.c>", [("a@b.c", "Kim, Minsu")]),
        (b"a@b.c (Kim (team) X)", [("a@b.c", "Kim (team) X")]),
        (b"=?utf-8?B?6rmA66+87IiY?= <a@b.c>", [("a@b.c", "김민수")]),
        (b'"=?utf-8?B?6rmA66+87IiY?=" <a@b.c>', [("a@b.c", "김민수")]),
        ("김민수 <a@b.c>".encode("cp949"), [("a@b.c", "김민수")]),
        (b"Team: a@b.c, d@e.f;", [("a@b.c", ""), ("d@e.f", "")]),
        (b"undisclosed-recipients:;", []),
        (b"<@relay.example:a@b.c>", [("a@b.c", "")]),
        (b"Kim <@relay.example,@other.example:a@b.c>", [("a@b.c", "Kim")]),
        (b"Team : Kim <a@b.c>, d@e.f;", [("a@b.c", "Kim"), ("d@e.f", "")]),
        (b"ACME: Kim <a@b.c>", [("a@b.c", "ACME: Kim")]),
        (b"< a @ b.c >", [("a@b.c", "")]),
        (b"a @ b.c", [("a@b.c", "")]),
        (b"<<a@b.c>>", [("a@b.c", "")]),
        (b"Kim Lee a@b.c", [("a@b.c", "Kim Lee")]),
        (b"a@b.c <Kim Lee>", [("a@b.c", "Kim Lee")]),
        (b"Kim <a@b.c", [("a@b.c", "Kim")]),
        (b'"Kim" a@b.c>', [("a@b.c", "Kim")]),
        (b"Kim <a@b.c>.", [("a@b.c", "Kim")]),
        (b"Kim [mailto:a@b.c]", [("a@b.c", "Kim")]),
        (b"Kim <a@b.c> [mailto:d@e.f]", [("a@b.c", "Kim [mailto:d@e.f]")]),
        (b'Kim <"a b"@c.d>', [('"a b"@c.d', "Kim")]),
        (b'"a b"@c.d', [('"a b"@c.d', "")]),
        (b"Kim <a@[IPv6:2001:db8::1]>", [("a@[IPv6:2001:db8::1]", "Kim")]),
        ("김민지 <kim@한국.kr>".encode(), [("kim@한국.kr", "김민지")]),
        (b"Kim, a@b.c", [("a@b.c", "Kim")]),
        (b"'Kim' <a@b.c>", [("a@b.c", "Kim")]),
        (b"mailto:a@b.c", [("a@b.c", "")]),
        (b"a@b.c; d@e.f", [("a@b.c", ""), ("d@e.f", "")]),
        (b'"never closed <a@b.c>', [("a@b.c", "never closed")]),
        (b"Kim (never closed <a@b.c>", [("a@b.c", "Kim  never closed".replace("  ", " "))]),
        (b'"', []),
        (b"(c):", []),
        (b"", []),
    ],
)
def test_lists(value: bytes, found: list[tuple[str, str]]) -> None:
    assert [(address.address, " ".join(address.name.split())) for address in parse_addresses(value)] == found


def test_a_sender_without_an_address_keeps_the_name() -> None:
    assert parse_address(b"MAILER-DAEMON") == Address("", "MAILER-DAEMON")


@pytest.mark.parametrize("value", [b"=?utf-8?Q?Kim_=3Ca=40b.example=3E?=", b"Kim (a@b.example)", b"Kim a at b.example"])
def test_a_sender_in_a_place_where_none_belongs_is_found(value: bytes) -> None:
    assert parse_address(value).address == "a@b.example"


def test_hostile_names_are_harmless() -> None:
    assert parse_address(b"=?utf-8?Q?=1B]0;x=07Kim=E2=80=AE?= <a@b.c>").name == "Kim"


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "value", [b"a@b.c, " * 20_000, b"(" * 60_000, b'"\\' * 30_001, b"<" * 60_000, b"a:" * 30_000, b"a:" * 30_000 + b";"]
)
def test_endless_lists_are_bounded(value: bytes) -> None:
    assert len(parse_addresses(value)) <= MAX_ADDRESSES
