"""Agents and teams: who may have which name, and what leaving and coming back mean."""

import pytest

from supportdesk.desk import canned, drafts, people, tickets, triage
from supportdesk.desk.desk import Desk
from supportdesk.desk.routes import own_addresses
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Conflict, Invalid, NotFound
from tests.desk.arrivals import open_ticket


def logins(desk: Desk) -> list[str]:
    return [agent.login for agent in people.agents(desk)]


@pytest.mark.parametrize("login", ["", "a b", "a/b", "me", "None", "나", "x\n", "a\x1b", "a@b"])
def test_some_words_cannot_be_logins(desk: Desk, login: str) -> None:
    with pytest.raises(Invalid):
        people.add_agent(desk, login, "X", "")


def test_a_login_is_one_persons(desk: Desk) -> None:
    people.add_agent(desk, "박지민.1_x-y", "", "jimin@desk.example")
    assert people.agent(desk, "박지민.1_x-y").name == "박지민.1_x-y"
    with pytest.raises(Conflict):
        people.add_agent(desk, "alice", "Another Alice", "")
    with pytest.raises(NotFound):
        people.add_agent(desk, "carol", "Carol", "", teams=["Nowhere"])
    assert "carol" not in logins(desk)


def test_editing_changes_what_is_given(desk: Desk) -> None:
    people.edit_agent(desk, "alice", name="Alice\nLee", signature="--\nA", teams=["Shipping", "Shipping"])
    alice = people.agent(desk, "alice")
    assert (alice.name, alice.email, alice.signature, alice.teams) == (
        "Alice Lee", "alice@desk.example", "--\nA", ("Shipping",)
    )  # fmt: skip
    people.edit_agent(desk, "alice", teams=[])
    assert people.agent(desk, "alice").teams == ()


def test_a_removed_agent_cannot_act_and_comes_back_as_the_same_person(desk: Desk, bob: Desk) -> None:
    number = open_ticket(bob)
    triage.take(bob, number)
    drafts.save(bob, number, DraftKind.REPLY, "Half an answ")
    before = people.agent(desk, "bob").id
    people.remove_agent(desk, "bob")
    assert logins(desk) == ["alice"]
    assert tickets.ticket(desk, number).ticket.assignee == "bob"
    for refused in (desk.as_agent, lambda login: people.agent(desk, login)):
        with pytest.raises(NotFound):
            refused("bob")
    with pytest.raises(NotFound):
        triage.assign(desk, number, "bob")
    people.add_agent(desk, "bob", "Bob again", "", teams=["Billing"])
    back = people.agent(desk, "bob")
    assert (back.id, back.name, back.teams) == (before, "Bob again", ("Billing",))
    kept = drafts.load(desk.as_agent("bob"), number, DraftKind.REPLY)
    assert kept is not None and kept.text == "Half an answ"


def test_a_team_in_use_is_not_removed(desk: Desk) -> None:
    number = open_ticket(desk)
    triage.set_team(desk, number, "Billing")
    with pytest.raises(Conflict, match="still has tickets"):
        people.remove_team(desk, "Billing")
    triage.set_team(desk, number, "")
    made = canned.add(desk, "x", "", "text", team="Billing")
    with pytest.raises(Conflict):
        people.remove_team(desk, "Billing")
    canned.remove(desk, made)
    people.remove_team(desk, "Billing")
    assert [(team.name, team.members) for team in people.teams(desk)] == [("Shipping", ("bob",))]
    assert people.agent(desk, "alice").teams == ()
    with pytest.raises(NotFound):
        people.remove_team(desk, "Billing")


def test_a_renamed_team_keeps_its_tickets_and_people(desk: Desk) -> None:
    number = open_ticket(desk)
    triage.set_team(desk, number, "Billing")
    people.rename_team(desk, "Billing", " 환불\t팀 ")
    assert tickets.ticket(desk, number).ticket.team == "환불 팀"
    assert people.agent(desk, "alice").teams == ("환불 팀",)
    with pytest.raises(Conflict):
        people.rename_team(desk, "환불 팀", "Shipping")
    for nothing in ("", " \u200b", "none"):
        with pytest.raises(Invalid):
            people.rename_team(desk, "환불 팀", nothing)
        with pytest.raises(Invalid):
            people.add_team(desk, nothing)
    with pytest.raises(Conflict):
        people.add_team(desk, "Shipping")


def test_a_team_may_write_under_a_name_and_an_address_of_its_own(desk: Desk) -> None:
    people.edit_team(desk, "Billing", from_name="Acme\nBilling", from_address=" Billing@Acme.example ")
    billing, shipping = people.teams(desk)
    assert (billing.from_name, billing.from_address) == ("Acme Billing", "billing@acme.example")
    assert (shipping.from_name, shipping.from_address) == ("", "")
    with desk.read() as conn:
        assert own_addresses(conn) == ("support@desk.example", "billing@acme.example")
    people.edit_team(desk, "Billing", from_name="")
    assert (people.teams(desk)[0].from_name, people.teams(desk)[0].from_address) == ("", "billing@acme.example")
    with pytest.raises(NotFound):
        people.edit_team(desk, "Nowhere", from_name="x")


@pytest.mark.parametrize(
    "address", ["billing", "@acme.example", "a b@acme.example", "a@acme", "a@b.example, c@d.example"]
)
def test_what_is_no_address_is_refused(desk: Desk, address: str) -> None:
    with pytest.raises(Invalid):
        people.edit_team(desk, "Billing", from_address=address)
