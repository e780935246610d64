"""Header blocks and values, valid and not."""

import pytest

from supportdesk.domain.mail.headers import MAX_FIELDS, decode_words, parameters, split_headers


def test_fields_are_unfolded_and_named_in_lower_case() -> None:
    fields, at, defects = split_headers(b"Subject: a\r\n\tb\r\nX-Y:c\r\n\r\nbody", 0, 35)
    assert fields == (("subject", b"a b"), ("x-y", b"c"))
    assert (at, defects) == (25, [])


def test_a_bare_carriage_return_starts_no_field() -> None:
    fields, _, _ = split_headers(b"Subject: a\rBcc: evil@example.com\r\n\r\n", 0, 36)
    assert fields == (("subject", b"a Bcc: evil@example.com"),)


def test_the_mbox_line_and_a_nameless_line_are_no_fields() -> None:
    raw = b"From a@b Mon\nSubject: x\nno colon here\nTo: y\n\nbody"
    fields, at, defects = split_headers(raw, 0, len(raw))
    assert [name for name, _ in fields] == ["subject", "to"]
    assert (raw[at:], defects) == (b"body", ["header without a name"])


def test_a_body_without_a_blank_line_before_it_is_kept() -> None:
    raw = b"Subject: x\nhello there\nhow are you"
    fields, at, defects = split_headers(raw, 0, len(raw))
    assert (len(fields), raw[at:], defects) == (1, b"hello there\nhow are you", ["no blank line after headers"])


def test_endless_headers_have_an_end() -> None:
    fields, _, defects = split_headers(b"X: a\n" * 10_000, 0, 50_000)
    assert len(fields) == MAX_FIELDS + 1
    assert defects == ["too many headers"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?B?7ZmY67aI?= =?utf-8?B?IOusuOydmA==?=", "환불 문의"),
        (b"=?euc-kr?B?yK?= =?EUC-KR?B?r7rS?=", "환불"),
        (b"=?utf-8?Q?a_b=3D?= c =?utf-8?q?d?=", "a b= c d"),
        (b"=?iso-8859-1?Q?Andr=E9?= Pirard", "André Pirard"),
        (b"=?utf-8*en?Q?x?=", "x"),
        (b"=??Q?x?=", "x"),
        (b"=?no-such?Q?x?=", "x"),
        (b"=?utf-8?X?x?=", "=?utf-8?X?x?="),
        (b"=?utf-8?Q?what??=", "what?"),
        ("날것".encode(), "날것"),
        ("배송 조회".encode("cp949"), "배송 조회"),
    ],
)
def test_encoded_words_and_raw_bytes(value: bytes, text: str) -> None:
    assert decode_words(value) == text


@pytest.mark.parametrize(
    ("value", "filename"),
    [
        (b'attachment; filename="a b.pdf"', "a b.pdf"),
        (b"attachment; filename=a b.pdf", "a b.pdf"),
        (b'attachment; filename="a\\"b.pdf"', 'a"b.pdf'),
        (b'attachment; filename="a;b.pdf"; size=3', "a;b.pdf"),
        (b"attachment; filename*=utf-8''%ED%99%98%EB%B6%88.pdf", "환불.pdf"),
        (b"attachment; filename*0*=utf-8''%ED%99; filename*1*=%98; filename*2=.pdf", "환.pdf"),
        (b"attachment; filename*1=b.pdf; filename*0=a", "ab.pdf"),
        (b'attachment; filename="=?utf-8?B?7ZmY67aI?=.pdf"', "환불.pdf"),
        ('attachment; filename="환불.pdf"'.encode("cp949"), "환불.pdf"),
        (b'attachment; filename="never closed.pdf', "never closed.pdf"),
        (b"attachment; filename=x.pdf; filename*=utf-8''y.pdf", "y.pdf"),
    ],
)
def test_filenames_in_every_writing(value: bytes, filename: str) -> None:
    main, found = parameters(value)
    assert (main, found["filename"]) == ("attachment", filename)


def test_a_comment_after_the_type_is_no_part_of_it() -> None:
    assert parameters(b"text/plain (nice); charset=us-ascii")[0] == "text/plain"
