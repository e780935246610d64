"""Tests of customers in files."""

from pathlib import Path

import pytest

from supportdesk.commands.customer_files import identity, records
from supportdesk.domain.customer import Identity
from supportdesk.domain.errors import Invalid


def test_every_column_has_its_place(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        'id,name,email,phone,identity:line,grade,language,organization,"favourite, colour",empty\n'
        '9,"Kim, Minsu",a@b.c; d@e.f,010-1234,U1,VIP,ko,Acme,"dark\nblue",\n'
    )
    (found,) = records(file, None)
    assert found.identities == (
        Identity("email", "a@b.c"), Identity("email", "d@e.f"), Identity("phone", "0101234"), Identity("line", "U1")
    )  # fmt: skip
    assert (found.name, found.grade, found.language, found.organization) == ("Kim, Minsu", "VIP", "ko", "Acme")
    assert found.attributes == {"favourite, colour": "dark blue"}
    assert found.orders is None


@pytest.mark.parametrize("text", ['[{"identities": [{"kind": "email", "value": "A@B.c"}], "orders": [{"n": 1}]}]', "{"])
def test_json_is_a_list_or_a_line_each(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.ndjson"
    line = '{"name": "Kim", "identities": [{"kind": "email", "value": "A@B.c"}], "orders": [{"n": "1"}]}'
    file.write_text(text if text.startswith("[") else f"{line}\n\n{line}\n")
    found = records(file, None)
    assert len(found) == (1 if text.startswith("[") else 2)
    assert found[0].identities == (Identity("email", "a@b.c"),)
    assert found[0].orders == [{"n": "1"}]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "name\nKim\n", "does not say how its customers are known"),
        ("a.csv", "", "does not say how its customers are known"),
        ("a.csv", "name,email\nKim\n", "line 2: columns cannot be read"),
        ("a.csv", "name,email\nKim,a@b.c,more\n", "line 2: columns cannot be read"),
        ("a.csv", "name,email\nKim,a@b.c\nLee,\n", "line 3: there is no identity"),
        ("a.csv", "name,email\nKim,nobody\n", "line 2: identities cannot be read"),
        ("a.csv", 'name,email\n"Kim"x,a@b.c\n', "line 2 is not CSV"),
        ("a.json", "[", "is not JSON"),
        ("a.json", "[1]", "line 1: {} cannot be read"),
        ("a.json", '{"identities": 1}', "line 1: identities cannot be read"),
        ("a.json", '{"identities": [{"kind": "email", "value": "a@b.c"}], "name": 1}', "line 1: name cannot be read"),
        ("a.json", '{"identities": [{"kind": "line", "value": "a"}], "orders": 1}', "line 1: orders cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, text: str, told: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(Invalid) as caught:
        records(file, None)
    assert told in str(caught.value)


def test_an_identity_is_written_with_its_kind() -> None:
    assert identity("kakao:U:1") == Identity("kakao", "U:1")
    assert identity("Kim@Example.com") == Identity("email", "kim@example.com")
    for wrong in ("kim", ":x", "email:", "email:kim"):
        with pytest.raises(Invalid):
            identity(wrong)
