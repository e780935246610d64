"""Canned replies: whose they are, what they say to whom, and the way out and back in."""

from dataclasses import replace

import pytest

from supportdesk.desk import canned, customers, people
from supportdesk.desk.desk import Desk
from supportdesk.domain.errors import Conflict, Invalid, NotFound
from tests.desk.arrivals import open_ticket


def shortcuts(desk: Desk) -> list[str]:
    return [reply.shortcut for reply in canned.canned(desk)]


def test_a_personal_one_is_seen_by_its_owner_alone(alice: Desk, bob: Desk) -> None:
    canned.add(alice, "hello", "Hello", "Hi!")
    canned.add(alice, "refund", "Refund", "Soon.", team="Billing")
    canned.add(alice, "mine", "Mine", "Yours, A.", personal=True)
    assert shortcuts(alice) == ["hello", "mine", "refund"]
    assert shortcuts(bob) == ["hello", "refund"]
    assert (canned.get(alice, "refund").team, canned.get(alice, "mine").owner) == ("Billing", "alice")
    with pytest.raises(NotFound):
        canned.get(bob, "mine")


def test_the_same_shortcut_may_be_in_two_languages_and_ones_own(alice: Desk, bob: Desk) -> None:
    canned.add(alice, "refund", "Refund", "Soon.", language="en")
    canned.add(alice, "refund", "환불", "곧", language="ko")
    canned.add(alice, "refund", "Mine", "Now.", language="en", personal=True)
    canned.add(bob, "refund", "Bob's", "Later.", language="en", personal=True)
    with pytest.raises(Conflict):
        canned.add(bob, "refund", "Again", "…", language="en")
    with pytest.raises(Conflict):
        canned.add(alice, "refund", "Again", "…", language="en", personal=True)
    assert {reply.title for reply in canned.canned(alice)} == {"Mine", "Refund", "환불"}


def test_placeholders_are_filled_for_this_customer_and_this_agent(alice: Desk) -> None:
    number = open_ticket(alice, "Printer")
    customers.edit(alice, 1, grade="VIP", attributes={"plan": "gold", "customer.name": "x"})
    people.edit_agent(alice, "alice", signature="Alice, Acme")
    canned.add(alice, "x", "", "{{customer.name|Sir}} ({{customer.grade}}, {{customer.plan}}), #{{ticket.number}} "
               "{{ticket.subject}}: {{unknown}} {{ order | later }} -- {{agent.signature}} {{desk.name}}")  # fmt: skip
    text = canned.render(alice, canned.get(alice, "x"), number)
    assert text == f"Dana Reyes (VIP, gold), #{number} Printer: {{{{unknown}}}} later -- Alice, Acme Acme Support"
    assert canned.unfilled(alice, text) == ("unknown",)


def test_a_customers_own_words_are_not_filled_in_again(alice: Desk) -> None:
    number = open_ticket(alice, "{{agent.email}}")
    canned.add(alice, "x", "", "About {{ticket.subject}}")
    assert canned.render(alice, canned.get(alice, "x"), number) == "About {{agent.email}}"


def test_uses_are_counted_and_sort_the_list(alice: Desk, bob: Desk) -> None:
    canned.add(alice, "a", "", "1")
    second = canned.add(alice, "b", "", "2")
    canned.used(alice, second)
    canned.used(bob, second)
    assert [(reply.shortcut, reply.used) for reply in canned.canned(alice)] == [("b", 2), ("a", 0)]


def test_what_was_exported_comes_back_the_same_on_another_desk(alice: Desk) -> None:
    canned.add(alice, "refund 진행중", "환불", "  영업일 3일\n\n{{customer.name}} ", language="ko", team="Billing")
    canned.add(alice, "hello", "Hello", "Hi\tthere")
    exported = canned.canned(alice)
    for reply in exported:
        canned.remove(alice, reply.id)
    assert canned.import_(alice, exported) == (2, 0)
    again = canned.canned(alice)
    assert [replace(reply, id=0) for reply in again] == [replace(reply, id=0) for reply in exported]
    assert canned.import_(alice, [replace(again[0], text="New")]) == (0, 1)
    assert canned.get(alice, again[0].shortcut).text == "New"


def test_a_failed_import_changes_nothing(alice: Desk) -> None:
    canned.add(alice, "a", "", "1")
    (known,) = canned.canned(alice)
    with pytest.raises(NotFound, match="Nowhere"):
        canned.import_(alice, [replace(known, text="2"), replace(known, shortcut="b", team="Nowhere")])
    assert [reply.text for reply in canned.canned(alice)] == ["1"]


def test_editing_keeps_the_rules_of_adding(alice: Desk) -> None:
    first = canned.add(alice, "a", "A", "1")
    canned.add(alice, "b", "B", "2")
    canned.edit(alice, first, text="one", title="First")
    assert (canned.get(alice, "a").text, canned.get(alice, "a").title) == ("one", "First")
    with pytest.raises(Conflict):
        canned.edit(alice, first, shortcut="b")
    for empty in ({"text": " "}, {"shortcut": ""}):
        with pytest.raises(Invalid):
            canned.edit(alice, first, **empty)
    with pytest.raises(NotFound):
        canned.edit(alice, 999, text="x")
    with pytest.raises(Invalid):
        canned.add(alice, " ", "", "text")
