"""Tests of ``supportdesk team``."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def test_a_team_comes_changes_and_goes(each_program: "Program") -> None:
    assert each_program.json("team", "list") == [
        {"name": "Billing", "members": ["alice"]},
        {"name": "Shipping", "members": ["bob"]},
    ]
    each_program.ok("team", "add", "환불", "--member", "alice")
    assert each_program.json("agent", "show", "alice")["teams"] == ["Billing", "환불"]
    each_program.ok("team", "edit", "환불", "--add", "bob", "--remove", "alice", "--name", "Refunds")
    assert each_program.json("team", "show", "Refunds") == {"name": "Refunds", "members": ["bob"]}
    each_program.ok("team", "remove", "Refunds")
    assert each_program.json("agent", "show", "bob")["teams"] == ["Shipping"]
    assert "Billing" in each_program.ok("team", "list").out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["add", "Billing"], 4, "There is already a team “Billing”."),
        (["add", " "], 2, "needs a name"),
        (["add", "New", "--member", "carol"], 3, "There is no agent “carol”."),
        (["edit", "Billing", "--name", "Shipping"], 4, "There is already a team “Shipping”."),
        (["edit", "Billing", "--name", ""], 2, "needs a name"),
        (["edit", "Nowhere", "--name", "x"], 3, "There is no team “Nowhere”."),
        (["show", "Nowhere"], 3, "There is no team “Nowhere”."),
        (["remove", ""], 3, "There is no team"),
    ],
)
def test_what_cannot_be_is_told(each_program: "Program", words: list[str], code: int, told: str) -> None:
    done = each_program("team", *words)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err
    assert len(each_program.json("team", "list")) == 2


def test_a_team_with_tickets_stays(program: "Program") -> None:
    program.ok("ticket", "team", program.ticket(), "Billing")
    done = program("team", "remove", "Billing")
    assert done.code == 4 and "still has tickets" in done.err
