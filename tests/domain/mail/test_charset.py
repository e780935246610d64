"""Bytes become the text their sender wrote, whatever they are called."""

import pytest

from supportdesk.domain.mail.charset import codec_of, codec_of_language, decode

HANGUL = "환불 문의드립니다. 똠방각하 펲시"


@pytest.mark.parametrize(
    "name", ["ks_c_5601-1987", "KS_C_5601-1987", "euc-kr", "EUC_KR", "ksc5601", "x-windows-949", "uhc"]
)
def test_every_korean_name_means_the_superset_windows_writes(name: str) -> None:
    assert decode(HANGUL.encode("cp949"), name).text == HANGUL


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("gb2312", "gb18030"),
        ("Shift_JIS", "cp932"),
        ("ISO-8859-1", "cp1252"),
        ("windows-1251", "cp1251"),
        ("win-1250", "cp1250"),
        ('"utf-8"', "utf-8"),
        ("utf-8*en", "utf-8"),
        ("us-ascii", ""),
        ("unknown-8bit", ""),
        ("", ""),
        ("no-such-charset", ""),
        ("base64", ""),
        ("a\0b", ""),
    ],
)
def test_names_of_charsets(name: str, codec: str) -> None:
    assert codec_of(name) == codec


def test_utf8_labelled_as_korean_is_read_as_utf8() -> None:
    assert decode(HANGUL.encode(), "euc-kr").text == HANGUL


def test_korean_labelled_as_utf8_is_recognised() -> None:
    decoded = decode(HANGUL.encode("cp949"), "utf-8")
    assert (decoded.text, decoded.declared, decoded.used, decoded.lossy) == (HANGUL, "utf-8", "cp949", False)


def test_the_hint_of_the_mail_around_decides_what_bytes_cannot() -> None:
    assert decode("Müller".encode("latin-1"), "", hint="iso-8859-1").text == "Müller"


@pytest.mark.parametrize(
    ("tag", "codec"),
    [("de-DE", "cp1252"), ("ko", "cp949"), ("zh-TW", "big5hkscs"), ("pl-PL, en", "cp1250"), ("en-US", ""), ("", "")],
)
def test_a_language_has_a_charset(tag: str, codec: str) -> None:
    assert codec_of_language(tag) == codec


def test_what_cannot_be_told_is_marked_as_lossy() -> None:
    decoded = decode("Müller".encode("latin-1"))
    assert (decoded.text, decoded.lossy) == ("M�ller", True)


def test_one_broken_byte_does_not_change_the_charset() -> None:
    decoded = decode(HANGUL.encode()[:-1], "utf-8")
    assert decoded.text.startswith(HANGUL[:-1])
    assert decoded.lossy


def test_holes_of_windows_1252_are_no_reason_to_guess() -> None:
    assert decode(b"caf\xe9 \x81 " + b"x" * 60, "iso-8859-1").text.startswith("café")


def test_seven_bit_escapes_are_seen_without_a_label() -> None:
    assert decode("영수증".encode("iso2022_kr")).text == "영수증"
    assert decode("領収書".encode("iso2022_jp")).text == "領収書"
