"""Tests of customers from another system."""

import pytest

from supportdesk.desk import customer_import, customers
from supportdesk.desk.customer_import import Imported, import_
from supportdesk.desk.desk import Desk
from supportdesk.desk.feed import Feed
from supportdesk.domain.customer import Identity
from supportdesk.domain.errors import Conflict

EMAIL, PHONE = Identity("email", "Kim@Example.com"), Identity("phone", "+82 10-1")


def test_the_second_time_changes_what_is_said_and_nothing_else(alice: Desk) -> None:
    first = Imported((EMAIL,), name="김민수", grade="VIP", organization="Acme", attributes={"city": "Seoul"})
    assert list(import_(alice, [first])) == [(1, 0)]
    assert list(import_(alice, [Imported((EMAIL, PHONE), attributes={"size": "M"})])) == [(0, 1)]
    (found,) = customers.find(alice, "")
    assert (found.name, found.grade, found.organization) == ("김민수", "VIP", "Acme")
    assert found.attributes == {"city": "Seoul", "size": "M"}
    assert found.identities == (Identity("email", "kim@example.com"), Identity("phone", "+82101"))
    assert customers.find(alice, "김민수") == customers.find(alice, "kim@example.com") == (found,)


def test_two_lines_about_one_customer_make_one(alice: Desk) -> None:
    assert list(import_(alice, [Imported((EMAIL,)), Imported((EMAIL, PHONE), name="Kim")])) == [(1, 1)]
    assert [each.name for each in customers.find(alice, "")] == ["Kim"]


def test_a_line_about_two_customers_is_refused_with_its_batch(alice: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customer_import, "BATCH", 2)
    lines = [Imported((EMAIL,), line=1), Imported((PHONE,), line=2)]
    lines += [Imported((Identity("line", "U1"),), line=3), Imported((EMAIL, PHONE), line=4)]
    done = import_(alice, lines)
    assert next(done) == (2, 0)
    with pytest.raises(Conflict) as caught:
        next(done)
    assert "Line 4" in str(caught.value)
    assert len(customers.find(alice, "")) == 2


def test_each_batch_is_an_event(alice: Desk) -> None:
    feed = Feed(alice)
    list(import_(alice, [Imported((EMAIL,))]))
    (event,) = feed.wait(5)
    feed.close()
    assert (event.kind, event.actor.name, event.data) == ("customers_imported", "alice", {"added": 1, "changed": 0})
