"""winmail.dat, built here from its specification, gives back what was put in; damage ends it early, never badly."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from supportdesk.domain.mail.parse import parse_mail
from supportdesk.domain.mail.tnef import decompress_rtf, read_tnef


def attribute(name: int, data: bytes, level: int = 2) -> bytes:
    return struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def text_property(name: int, text: str) -> bytes:
    data = (text + "\0").encode("utf-16-le")
    return struct.pack("<HHII", 0x1F, name, 1, len(data)) + data + b"\0" * (-len(data) % 4)


def number_property(name: int) -> bytes:
    return struct.pack("<HHI", 0x03, name, 7)


def properties(*items: bytes) -> bytes:
    return struct.pack("<I", len(items)) + b"".join(items)


def winmail(name: str = "세금계산서.pdf", data: bytes = b"%PDF", body: str = "안녕하세요") -> bytes:
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(0x00069003, properties(number_property(0x0001), text_property(0x1000, body)), level=1)
        + attribute(0x00069002, b"\0" * 14)
        + attribute(0x00018010, b"SHORT~1.PDF\0")
        + attribute(0x0006800F, data)
        + attribute(0x00069005, properties(number_property(0x0001), text_property(0x3707, name)))
    )


def test_files_and_text_come_out() -> None:
    opened = read_tnef(winmail())
    assert opened is not None
    assert [(file.name, file.data) for file in opened.files] == [("세금계산서.pdf", b"%PDF")]
    assert (opened.body, opened.html) == ("안녕하세요", False)


def test_a_mail_shows_what_was_inside() -> None:
    raw = b"From: a@b.c\nContent-Type: application/ms-tnef; name=winmail.dat\n\n" + winmail()
    mail = parse_mail(raw)
    assert ([file.filename for file in mail.attachments], mail.text) == (["세금계산서.pdf"], "안녕하세요")


def test_what_is_no_tnef_stays_a_file() -> None:
    raw = b"From: a@b.c\nContent-Type: application/ms-tnef; name=winmail.dat\n\nnot really"
    assert [file.filename for file in parse_mail(raw).attachments] == ["winmail.dat"]


def test_compressed_rich_text() -> None:
    # the example of [MS-OXRTFCP] 4.1.1
    data = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af86c0a8400032022776f726c640d0a807d0abc"
    )
    assert decompress_rtf(struct.pack("<II4sI", 7, 7, b"MELA", 0) + b"{\\rtf1}") == b"{\\rtf1}"
    assert decompress_rtf(data).startswith(b"{\\rtf1\\ansi\\ansicpg1252")
    assert decompress_rtf(b"short") == b""


@given(st.data())
def test_damage_never_raises(data: st.DataObject) -> None:
    whole = winmail()
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + data.draw(st.integers(0, 8)) :]
    opened = read_tnef(broken)
    assert opened is None or len(opened.files) <= 2
