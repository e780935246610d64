"""Tests of ``supportdesk view``."""

from typing import TYPE_CHECKING

import pytest

from supportdesk.domain.view import BUILTIN

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def test_a_view_comes_changes_and_goes(each_program: "Program") -> None:
    each_program.ok("view", "add", "vip", "--query", "tag:vip sort:-updated", "--name", "귀한 분들")
    each_program.ok("ticket", "tag", each_program.ticket(), "vip")
    found = each_program.json("view", "show", "vip")
    assert found == {
        "key": "vip", "name": "귀한 분들", "query": "tag:vip sort:-updated", "sort": "-updated", "builtin": False,
        "tickets": 1,
    }  # fmt: skip
    each_program.ok("view", "edit", "vip", "--query", "tag:none-such")
    assert each_program.json("view", "show", "vip")["tickets"] == 0
    each_program.ok("view", "remove", "vip")
    assert [row["key"] for row in each_program.json("view", "list")] == [view.key for view in BUILTIN]


def test_an_agents_own_view_is_seen_by_nobody_else(each_program: "Program") -> None:
    each_program.ok("view", "add", "own", "--query", "is:open", "--personal")
    assert each_program("view", "show", "own", agent="bob").code == 3
    done = each_program("view", "add", "own", "--query", "is:open", agent="bob")
    assert done.code == 4 and "There is already a view" in done.err
    assert "own" in each_program.ok("view", "list").out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["add", "mine", "--query", "is:open"], 4, "There is already a view “mine”."),
        (["add", "a b", "--query", "is:open"], 2, "cannot be the key"),
        (["add", "x", "--query", "colour:red"], 2, "colour"),
        (["add", "x"], 2, "--query"),
        (["edit", "mine", "--name", "x"], 2, "built-in"),
        (["remove", "mine"], 2, "built-in"),
        (["remove", "none"], 3, "There is no view “none”."),
    ],
)
def test_what_cannot_be_is_told(program: "Program", words: list[str], code: int, told: str) -> None:
    done = program("view", *words)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err


def test_who_is_no_agent_has_nothing_of_their_own(program: "Program", monkeypatch: pytest.MonkeyPatch) -> None:
    import getpass

    monkeypatch.setattr(getpass, "getuser", lambda: "stranger")
    done = program("view", "add", "own", "--query", "is:open", "--personal", agent="")
    assert done.code == 2 and "--agent" in done.err
