"""Tests of ``supportdesk canned``."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def test_a_canned_reply_comes_changes_and_goes(each_program: "Program") -> None:
    each_program.ok(
        "canned", "add", "환불", "안녕하세요 {{customer.name}} 고객님", "--title", "환불 안내", "--language", "ko"
    )
    (row,) = each_program.json("canned", "list")
    assert {key: row[key] for key in ("shortcut", "title", "language", "team", "owner", "used")} == {
        "shortcut": "환불", "title": "환불 안내", "language": "ko", "team": None, "owner": None, "used": 0
    }  # fmt: skip
    number = each_program.ticket(sender="김민수 <minsu@example.com>")
    assert each_program.json("canned", "show", "환불", "--ticket", number)["text"] == "안녕하세요 김민수 고객님"
    assert "{{customer.name}}" in each_program.ok("canned", "show", "환불").out
    each_program.ok("canned", "edit", "환불", "--text", "-", "--shortcut", "환불 완료", piped="끝났습니다\n")
    assert each_program.json("canned", "show", "환불-완료")["text"] == "끝났습니다"
    each_program.ok("canned", "remove", "환불-완료")
    assert each_program.json("canned", "list") == []


def test_an_agents_own_is_seen_by_nobody_else(program: "Program") -> None:
    program.ok("canned", "add", "bye", "Bye", "--personal")
    assert program.json("canned", "list")[0]["owner"] == "alice"
    assert program.json("canned", "list", agent="bob") == []
    assert program.ok("canned", "export").out == ""


@pytest.mark.parametrize("name", ["replies.toml", "replies.md"])
def test_what_is_exported_can_be_imported_elsewhere(each_program: "Program", tmp_path: Path, name: str) -> None:
    each_program.ok("canned", "add", "refund", "Dear {{customer.name}},\n\nsoon.", "--team", "Billing")
    each_program.ok("canned", "add", "refund", "곧 됩니다", "--language", "ko")
    before = each_program.json("canned", "list")
    file = tmp_path / name
    each_program.ok("canned", "export", file)
    each_program.ok("canned", "remove", before[0]["id"])
    each_program.ok("canned", "edit", before[1]["id"], "--text", "changed")
    assert each_program.json("canned", "import", file) == {"added": 1, "replaced": 1}
    after = each_program.json("canned", "list")
    assert [{**row, "id": 0} for row in after] == [{**row, "id": 0} for row in before]


def test_canned_replies_come_and_go_through_pipes(program: "Program") -> None:
    program.ok("canned", "import", "-", "--format", "markdown", piped="## thanks\n\nThank you\n")
    assert program.ok("canned", "export", "--format", "markdown").out == "## thanks\n- title: thanks\n\nThank you\n"
    assert 'shortcut = "thanks"' in program.ok("canned", "export").out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["add", "thanks", "again"], 4, "There is already a canned reply “thanks”."),
        (["add", "x", " "], 2, "needs a shortcut and a text"),
        (["add", "x", "text", "--team", "Nowhere"], 3, "There is no team “Nowhere”."),
        (["edit", "other", "--shortcut", "thanks"], 4, "There is already a canned reply “thanks”."),
        (["edit", "other", "--text", " "], 2, "needs a shortcut and a text"),
        (["edit", "none", "--text", "x"], 3, "There is no canned reply “none”."),
        (["remove", "none"], 3, "There is no canned reply “none”."),
        (["show", "thanks", "--ticket", "99"], 3, "There is no ticket #99."),
        (["import", "/nowhere/file.toml"], 1, "/nowhere/file.toml cannot be read"),
        (["import", "/nowhere/file"], 2, "--format"),
        (["export", "/nowhere/file.toml"], 1, "/nowhere/file.toml cannot be written"),
    ],
)
def test_what_cannot_be_is_told(each_program: "Program", words: list[str], code: int, told: str) -> None:
    each_program.ok("canned", "add", "thanks", "Thank you")
    each_program.ok("canned", "add", "other", "Other")
    done = each_program("canned", *words)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err
    assert {row["shortcut"] for row in each_program.json("canned", "list")} == {"thanks", "other"}


def test_nothing_of_a_bad_file_is_taken(program: "Program", tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("## one\n\n1\n## two\n")
    assert program("canned", "import", file).code == 2
    file.write_bytes(b"## one\n\n\xff")
    assert program("canned", "import", file).code == 2
    assert program.json("canned", "list") == []
