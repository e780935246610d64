"""Tests of ``supportdesk agent``."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Program

KEYS = {"login", "name", "email", "teams", "active", "signature"}


def test_agents_are_listed_with_their_teams(each_program: "Program") -> None:
    rows = each_program.json("agent", "list")
    assert [(row["login"], row["name"], row["teams"]) for row in rows] == [
        ("alice", "Alice Kim", ["Billing"]),
        ("bob", "Bob Lee", ["Shipping"]),
    ]
    assert set(rows[0]) == KEYS
    assert "Alice Kim" in each_program.ok("agent", "list").out
    assert len(each_program.json("agent", "list", "--limit", "1")) == 1


def test_an_agent_comes_changes_and_goes(each_program: "Program") -> None:
    each_program.ok("agent", "add", "carol", "--name", "캐롤", "--team", "Billing", "--email", "carol@desk.example")
    assert each_program.json("agent", "show", "carol")["teams"] == ["Billing"]
    each_program.ok("agent", "edit", "carol", "--team", "Shipping", "--signature", "캐롤 드림\nAcme")
    changed = each_program.json("agent", "show", "carol")
    assert (changed["name"], changed["teams"], changed["signature"]) == ("캐롤", ["Shipping"], "캐롤 드림\nAcme")
    each_program.ok("agent", "edit", "carol", "--no-team")
    each_program.ok("agent", "remove", "carol")
    assert "carol" not in [row["login"] for row in each_program.json("agent", "list")]
    gone = each_program.json("agent", "show", "carol")
    assert (gone["active"], gone["teams"]) == (False, [])
    assert "carol" in [row["login"] for row in each_program.json("agent", "list", "--removed")]
    assert each_program("ticket", "undo", agent="carol").code == 3
    each_program.ok("agent", "add", "carol")
    assert each_program.json("agent", "show", "carol")["active"] is True


def test_who_manages_agents_need_not_be_one(program: "Program") -> None:
    program.ok("agent", "add", "carol", agent="")
    assert len(program.json("agent", "list", agent="")) == 3


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["add", "alice"], 4, "There is already an agent “alice”."),
        (["add", "al ice"], 2, "cannot be a login"),
        (["add", "carol", "--team", "Nowhere"], 3, "There is no team “Nowhere”."),
        (["edit", "carol", "--name", "x"], 3, "There is no agent “carol”."),
        (["remove", "carol"], 3, "There is no agent “carol”."),
        (["show", "carol"], 3, "There is no agent “carol”."),
    ],
)
def test_what_cannot_be_is_told(program: "Program", words: list[str], code: int, told: str) -> None:
    done = program("agent", *words)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err
    assert len(program.json("agent", "list")) == 2
