"""Transfer encodings as broken programs write them lose nothing."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportdesk.domain.mail.transfer import decode_base64, decode_transfer, decode_uu


@given(st.binary())
def test_base64_round_trip(data: bytes) -> None:
    assert decode_base64(base64.encodebytes(data)) == (data, "")


@given(st.binary(min_size=1))
def test_base64_without_its_padding(data: bytes) -> None:
    assert decode_base64(base64.b64encode(data).rstrip(b"="))[0] == data


@pytest.mark.parametrize(
    ("body", "decoded"),
    [
        (b"aGVsbG8=\r\naGVsbG8=\r\n", b"hellohello"),
        (b"aGVsbG8=\r\n____\r\nlist footer!\r\n", b"hello\n____\r\nlist footer!"),
        (b"aGVs*bG8=", b"hello"),
        (b"a", b""),
    ],
)
def test_broken_base64_is_decoded_as_far_as_it_goes_and_named(body: bytes, decoded: bytes) -> None:
    assert decode_base64(body) == (decoded, "base64")


def test_uuencoded_bodies() -> None:
    lines = b"".join(binascii.b2a_uu(b"hello world " * 3)[:] for _ in range(2))
    body = b"begin 644 x.txt\r\n" + lines.replace(b"\n", b"\r\n") + b"`\r\nend\r\n"
    assert decode_transfer(body, "x-uuencode") == (b"hello world " * 6, "")
    assert decode_uu(b"no such thing") is None
    assert decode_transfer(b"no such thing", "uuencode") == (b"no such thing", "uuencode")


def test_quoted_printable_and_unknown_encodings() -> None:
    assert decode_transfer(b"a=3Db=\r\nc", "Quoted-Printable") == (b"a=bc", "")
    assert decode_transfer(b"abc", "8bit") == (b"abc", "")
    assert decode_transfer(b"abc", "rot13") == (b"abc", "transfer encoding")
