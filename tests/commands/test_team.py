"""Tests of ``supportdesk team``."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def test_a_team_comes_changes_and_goes(each_program: "Program") -> None:
    assert each_program.json("team", "list") == [
        {"name": "Billing", "members": ["alice"], "from_name": "", "from_address": ""},
        {"name": "Shipping", "members": ["bob"], "from_name": "", "from_address": ""},
    ]
    each_program.ok("team", "add", "환불", "--member", "alice")
    assert each_program.json("agent", "show", "alice")["teams"] == ["Billing", "환불"]
    each_program.ok("team", "edit", "환불", "--add", "bob", "--remove", "alice", "--name", "Refunds")
    shown = each_program.json("team", "show", "Refunds")
    assert (shown["name"], shown["members"]) == ("Refunds", ["bob"])
    each_program.ok("team", "remove", "Refunds")
    assert each_program.json("agent", "show", "bob")["teams"] == ["Shipping"]
    assert "Billing" in each_program.ok("team", "list").out


def test_who_a_teams_mail_is_from(each_program: "Program") -> None:
    sender = ["--from-name", "Acme Billing", "--from-address", "Billing@acme.example"]
    each_program.ok("team", "edit", "Billing", *sender)
    shown = each_program.json("team", "show", "Billing")
    assert (shown["from_name"], shown["from_address"]) == ("Acme Billing", "billing@acme.example")
    assert "Acme Billing" in each_program.ok("team", "show", "Billing").out
    each_program.ok("team", "edit", "Billing", "--from-address", "")
    shown = each_program.json("team", "show", "Billing")
    assert (shown["from_name"], shown["from_address"]) == ("Acme Billing", "")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["add", "Billing"], 4, "There is already a team “Billing”."),
        (["add", " "], 2, "needs a name"),
        (["add", "New", "--member", "carol"], 3, "There is no agent “carol”."),
        (["edit", "Billing", "--name", "Shipping"], 4, "There is already a team “Shipping”."),
        (["edit", "Billing", "--name", ""], 2, "needs a name"),
        (["edit", "Nowhere", "--name", "x"], 3, "There is no team “Nowhere”."),
        (["edit", "Billing", "--from-address", "billing"], 2, "“billing” is no mail address."),
        (["edit", "Billing", "--from-address", "Acme <a@b.example>"], 2, "is no mail address."),
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
