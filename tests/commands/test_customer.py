"""Tests of ``supportdesk customer``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def customer_of(program: "Program", number: int) -> int:
    found: int = program.json("ticket", "show", number)["customer"]["id"]
    return found


def names(found: Any) -> list[str]:
    return [row["name"] for row in found]


def test_customers_are_found_by_name_and_identity(each_program: "Program") -> None:
    each_program.ticket(sender="김민수 <minsu@example.com>")
    each_program.ticket(sender="Dana Reyes <dana@example.com>")
    assert names(each_program.json("customer", "list")) == ["Dana Reyes", "김민수"]
    assert names(each_program.json("customer", "list", "민수")) == ["김민수"]
    assert names(each_program.json("customer", "list", "reyes", "dana@example.com")) == ["Dana Reyes"]
    assert names(each_program.json("customer", "list", "--limit", "1")) == ["Dana Reyes"]
    assert names(each_program.json("customer", "list", "--limit", "0")) == ["Dana Reyes", "김민수"]
    assert "email:minsu@example.com" in each_program.ok("customer", "list").out


def test_a_customer_is_shown_with_every_contact(each_program: "Program") -> None:
    numbers = [each_program.ticket(f"Matter {i}", "김민수 <minsu@example.com>") for i in range(3)]
    found = each_program.json("customer", "show", customer_of(each_program, numbers[0]))
    keys = {"id", "name", "grade", "organization", "identities", "attributes", "orders", "tickets"}
    assert set(found) >= keys
    assert found["identities"] == [{"kind": "email", "value": "minsu@example.com"}]
    assert [row["number"] for row in found["tickets"]] == numbers[::-1]
    shown = each_program.ok("customer", "show", found["id"]).out
    assert "김민수" in shown and "Matter 2" in shown


def test_a_profile_is_changed(each_program: "Program") -> None:
    whose = customer_of(each_program, each_program.ticket())
    each_program.ok(
        "customer", "edit", whose, "--name", "Dana R.", "--grade", "VIP", "--organization", "Acme", "--language", "en",
        "--add", "phone:+82 10-1", "--set", "city=Seoul", "--set", "size=M",
    )  # fmt: skip
    each_program.ok("customer", "edit", whose, "--remove", "dana@example.com", "--set", "size=")
    found = each_program.json("customer", "show", whose)
    assert (found["name"], found["grade"], found["organization"], found["language"]) == ("Dana R.", "VIP", "Acme", "en")
    assert found["identities"] == [{"kind": "phone", "value": "+82101"}]
    assert found["attributes"] == {"city": "Seoul"}
    assert each_program.json("ticket", "list")[0]["customer"]["grade"] == "VIP"


def test_two_become_one_and_two_again(each_program: "Program") -> None:
    first, second = each_program.ticket(sender="a@b.c"), each_program.ticket(sender="d@e.f")
    source, into = customer_of(each_program, second), customer_of(each_program, first)
    each_program.ok("customer", "merge", source, into)
    assert len(each_program.json("customer", "show", into)["tickets"]) == 2
    assert each_program.json("customer", "show", source)["merged_into"] == into
    each_program.ok("customer", "unmerge", source)
    assert [row["number"] for row in each_program.json("customer", "show", source)["tickets"]] == [second]
    assert each_program.json("customer", "show", into)["identities"] == [{"kind": "email", "value": "a@b.c"}]


def test_customers_are_imported_and_once_more_changes_nothing(each_program: "Program", tmp_path: Path) -> None:
    whose = customer_of(each_program, each_program.ticket(sender="Dana <dana@example.com>"))
    file = tmp_path / "customers.csv"
    file.write_text(
        "\ufeffname,email,phone,grade,identity:kakao,도시\n"
        "Dana Reyes,Dana@Example.com,+82 10-1,VIP,,\n김민수,minsu@example.com;kim@example.com,,,kakao-7,서울\n"
    )
    assert each_program.json("customer", "import", file) == {"added": 1, "changed": 1}
    before = each_program.json("customer", "list")
    assert each_program.json("customer", "import", file) == {"added": 0, "changed": 2}
    assert each_program.json("customer", "list") == before
    dana = each_program.json("customer", "show", whose)
    assert (dana["name"], dana["grade"], dana["attributes"]) == ("Dana Reyes", "VIP", {})
    minsu = each_program.json("customer", "list", "민수")[0]
    assert {(each["kind"], each["value"]) for each in minsu["identities"]} == {
        ("email", "minsu@example.com"), ("email", "kim@example.com"), ("kakao", "kakao-7")
    }  # fmt: skip
    assert minsu["attributes"] == {"도시": "서울"}


def test_a_list_of_one_desk_is_an_import_of_another(program: "Program") -> None:
    whose = customer_of(program, program.ticket(sender="Dana <dana@example.com>"))
    program.ok("customer", "edit", whose, "--grade", "VIP", "--set", "city=Seoul")
    exported = program.ok("customer", "list", "--json").raw
    program.ok("customer", "edit", whose, "--grade", "", "--set", "city=")
    assert program.json("customer", "import", "-", "--format", "json", piped=exported)["changed"] == 1
    (found,) = program.json("customer", "list")
    assert (found["grade"], found["attributes"]) == ("VIP", {"city": "Seoul"})


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["show", "99"], 3, "There is no customer 99."),
        (["edit", "99", "--name", "x"], 3, "There is no customer 99."),
        (["edit", "1", "--add", "d@e.f"], 4, "belongs to customer 2"),
        (["edit", "1", "--add", "nobody"], 2, "is not an identity"),
        (["edit", "1", "--remove", "x@y.z"], 2, "is not known as"),
        (["edit", "1", "--set", "city"], 2, "is not an attribute"),
        (["merge", "1", "1"], 2, "into itself"),
        (["merge", "1", "99"], 3, "There is no customer 99."),
        (["unmerge", "1"], 4, "is not merged"),
        (["import", "/nowhere/file.csv"], 1, "/nowhere/file.csv cannot be read"),
        (["import", "/nowhere/file"], 2, "--format"),
    ],
)
def test_what_cannot_be_is_told(program: "Program", words: list[str], code: int, told: str) -> None:
    program.ticket(sender="a@b.c")
    program.ticket(sender="d@e.f")
    done = program("customer", *words)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err
