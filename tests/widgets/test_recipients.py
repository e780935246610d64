from pathlib import Path

import pytest

from supportdesk.domain.errors import Invalid
from supportdesk.domain.message import Address
from supportdesk.widgets.recipients import MAX_FILE, parse_addresses, parse_paths, shown_addresses, shown_paths

KIM = Address("minsu@example.com", "김민수")


def test_what_is_shown_reads_back() -> None:
    both = (KIM, Address("b@example.com"))
    assert parse_addresses(shown_addresses(both), mail=True) == both
    assert parse_addresses("  ", mail=True) == ()


@pytest.mark.parametrize("text", ["nonsense", "a@", "@b", "a b@example.com, c@example.com", "김민수"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="is not an address"):
        parse_addresses(text, mail=True)


def test_chat_identities_need_no_at_sign() -> None:
    assert parse_addresses("kakao-1234", mail=False) == (Address("kakao-1234"),)


def test_paths_with_spaces_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a report.txt"
    path.touch()
    assert parse_paths(shown_paths((path,))) == (path,)


def test_what_cannot_be_attached_is_a_sentence(tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(MAX_FILE + 1)
    for text, why in (
        (str(tmp_path), "is not a file"),
        (str(tmp_path / "gone"), "No such file"),
        (str(huge), "most mail servers refuse"),
        ("'open", "quotation mark"),
    ):
        with pytest.raises(Invalid, match=why):
            parse_paths(text)
