"""Tests of what people write after a command."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportdesk.commands.arguments import (
    LARGEST,
    content_type,
    files,
    flat,
    is_numbers,
    leading_numbers,
    number,
    numbers,
    recipients,
)
from supportdesk.domain.errors import DeskError, Invalid
from supportdesk.domain.message import Address


@given(st.integers(1, LARGEST))
def test_a_number_may_have_its_sign(value: int) -> None:
    assert number(str(value)) == number(f"#{value}") == value


@pytest.mark.parametrize("text", ["", "#", "0", "-1", "1.0", "one", "１２", "²", str(LARGEST + 1), "1 2"])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert not is_numbers(text)
    with pytest.raises(Invalid):
        number(text)


def test_several_numbers_have_commas_between() -> None:
    assert numbers("1,#2, 3,") == (1, 2, 3)
    assert flat([(3, 1), (1, 2)]) == (3, 1, 2)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["1", "mon", "9"], ((1,), ("mon", "9"))),
        (["1,2", "3", "vip", "2026"], ((1, 2, 3), ("vip", "2026"))),
        (["1"], ((1,), ())),
    ],
)
def test_tickets_stand_first(words: list[str], found: object) -> None:
    assert leading_numbers(words) == found


def test_words_without_a_ticket_are_refused() -> None:
    with pytest.raises(Invalid):
        leading_numbers(["vip", "1"])


def test_addresses_are_read_as_in_a_mail() -> None:
    assert recipients(["Kim <kim@example.com>, lee@example.com", "박 <park@example.com>"]) == (
        Address("kim@example.com", "Kim"),
        Address("lee@example.com"),
        Address("park@example.com", "박"),
    )
    with pytest.raises(Invalid):
        recipients(["Kim"])


def test_files_come_with_name_and_type(tmp_path: Path) -> None:
    path = tmp_path / "보고서.txt"
    path.write_bytes(b"\x00\xff")
    (file,) = files([path])
    assert (file.filename, file.content_type, file.data) == ("보고서.txt", "text/plain", b"\x00\xff")
    assert content_type(Path("a.tar.gz")) == content_type(Path("a")) == "application/octet-stream"
    with pytest.raises(DeskError):
        files([tmp_path])
