"""Tests of what invented customers put on the wire: the desk reads what they meant."""

from datetime import UTC, datetime

import pytest

from supportdesk.channels.kinds import KINDS
from supportdesk.desk.demo.writing import Said, files_named
from supportdesk.domain.message import Address

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WHO = {"email": "minsu@post.example", "kakao": "minsu.kim", "line": "minsu", "phone": "+821012345678"}


@pytest.mark.parametrize("medium", WHO)
def test_what_was_written_is_what_is_read(medium: str) -> None:
    sender, unique = Address(WHO[medium], "김민수"), "1@post.example"
    said = Said(
        medium, sender, "support@acme.example", "환불", "안녕하세요\n환불이요", NOW, unique, ("t.1@acme.example",)
    )
    read = KINDS[f"simulated-{medium}"].arrive(said.raw(), "")
    assert (read.sender, read.text.strip(), read.identity_kind) == (sender, said.text, medium)
    assert read.facts.in_reply_to == "t.1@acme.example" and read.references == ("t.1@acme.example",)
    assert read.kind.value == ("call" if medium == "phone" else "normal")
    assert read.subject == ("Re: 환불" if medium == "email" else "환불")


def test_files_travel_with_a_mail() -> None:
    files = files_named(["사진.png", "견적서.pdf"])
    said = Said("email", Address("a@post.example"), "s@acme.example", "x", "y", NOW, "1@post.example", files=files)
    read = KINDS["simulated-email"].arrive(said.raw(), "")
    assert [(file.filename, file.data) for file in read.files] == [(file.filename, file.data) for file in files]


def test_the_same_name_is_the_same_picture() -> None:
    first, again, other = files_named(["a.png", "a.png", "b.png"])
    assert first.data == again.data != other.data
