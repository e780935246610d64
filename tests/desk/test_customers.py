"""Customers: found by any name they have, merged and taken apart again exactly."""

import threading
from typing import Any

import pytest
from sqlalchemy import select

from supportdesk.desk import conversation, customers, queue, tickets
from supportdesk.desk.desk import Desk
from supportdesk.domain.customer import Customer, Identity
from supportdesk.domain.errors import Conflict, DeskError, Invalid, NotFound
from supportdesk.domain.query import parse
from supportdesk.store import tables as t
from tests.desk.arrivals import mail, open_ticket, receive
from tests.desk.conftest import Clock

KIM = (Identity("email", "Kim@Post.example"), Identity("phone", "+82 10-1234-5678"))


def found(desk: Desk, text: str) -> list[int]:
    return [customer.id for customer in customers.find(desk, text)]


def picture(desk: Desk) -> list[list[dict[str, Any]]]:
    """Everything a merge touches; identities in the order of their ids."""
    with desk.read() as conn:
        rows = [conn.execute(select(table).order_by(*table.primary_key)).mappings() for table in
                (t.customer, t.identity, t.ticket)]  # fmt: skip
        return [[dict(row) for row in each] for each in rows]


def test_a_customer_is_found_by_name_and_by_every_identity(alice: Desk) -> None:
    kim = customers.add(alice, "김민수\x1b[31m", KIM, grade="VIP", organization="한빛", attributes={"plan": "\x07gold"})
    dana = customers.add(alice, "Dana Reyes", [Identity("email", "dana@x.example")])
    assert found(alice, "민수") == found(alice, "kim@post") == found(alice, "+821012") == [kim]
    assert found(alice, "reyes dan") == [dana]
    assert found(alice, "") == [dana, kim]
    assert found(alice, "nobody") == []
    read = customers.customer(alice, kim)
    assert (read.name, read.grade, read.organization, read.attributes) == ("김민수", "VIP", "한빛", {"plan": "gold"})
    assert read.identities == (Identity("email", "kim@post.example"), Identity("phone", "+821012345678"))


def test_editing_keeps_a_customer_findable_under_the_new_names_only(alice: Desk) -> None:
    kim = customers.add(alice, "김민수", KIM, attributes={"plan": "gold", "since": "2021"})
    customers.edit(alice, kim, name="이서연", identities=[Identity("kakao", "seoyeon")], attributes={"plan": ""})
    assert found(alice, "민수") == found(alice, "kim@post.example") == []
    assert found(alice, "서연") == found(alice, "seoyeon") == [kim]
    assert customers.customer(alice, kim).attributes == {"since": "2021"}
    with pytest.raises(NotFound):
        customers.edit(alice, 999, name="x")


def test_an_identity_is_one_persons(alice: Desk) -> None:
    kim = customers.add(alice, "Kim", [*KIM, Identity("email", "KIM@post.example")])
    dana = customers.add(alice, "Dana", [])
    with pytest.raises(Conflict, match=f"belongs to customer {kim}"):
        customers.add(alice, "Other", [Identity("email", "kim@POST.example")])
    with pytest.raises(Conflict, match=f"belongs to customer {kim}"):
        customers.edit(alice, dana, name="Changed", identities=[Identity("phone", "+82-10-1234-5678")])
    assert customers.customer(alice, dana).name == "Dana"
    customers.edit(alice, kim, identities=[KIM[0], KIM[0]])
    assert len(customers.customer(alice, kim).identities) == 1


def test_an_unmerge_gives_the_very_same_customers_back(alice: Desk, clock: Clock) -> None:
    receive(alice, *(mail(who, f"Matter {i}", "x") for i, who in enumerate(["kim@x.example", "lee@x.example"] * 3)))
    kim, lee = found(alice, "kim")[0], found(alice, "lee")[0]
    before = picture(alice)
    customers.merge(alice, kim, lee)
    assert len(customers.history(alice, lee)) == 6
    assert (found(alice, "kim@x.example"), customers.customer(alice, kim).merged_into) == ([lee], lee)
    customers.unmerge(alice, kim)
    assert picture(alice) == before
    assert (found(alice, "kim@x.example"), found(alice, "lee@x.example")) == ([kim], [lee])
    assert queue.count(alice, parse("from:kim")) == 3


def test_what_came_after_the_merge_stays(alice: Desk) -> None:
    first = open_ticket(alice, who="kim@x.example")
    second = open_ticket(alice, who="lee@x.example")
    kim, lee = (tickets.ticket(alice, number).customer.id for number in (first, second))
    customers.merge(alice, kim, lee)
    receive(alice, mail("kim@x.example", "Later", "x"))
    assert customers.history(alice, lee)[0].subject == "Later"
    customers.unmerge(alice, kim)
    assert customers.history(alice, lee)[0].subject == "Later"
    assert len(customers.history(alice, kim)) == 1


def test_merges_are_taken_back_in_their_order(alice: Desk) -> None:
    a, b, c = (customers.add(alice, name, [Identity("email", f"{name}@x.example")]) for name in "abc")
    open_ticket(alice, who="a@x.example")
    before = picture(alice)
    customers.merge(alice, a, b)
    customers.merge(alice, b, c)
    with pytest.raises(Conflict, match=f"Customer {b} was merged into customer {c}"):
        customers.unmerge(alice, a)
    customers.unmerge(alice, b)
    customers.unmerge(alice, a)
    assert picture(alice) == before


def test_nothing_is_done_to_a_merged_customer_by_mistake(alice: Desk) -> None:
    a, b, c = (customers.add(alice, name, []) for name in "abc")
    customers.merge(alice, a, b)
    with pytest.raises(Conflict):
        customers.edit(alice, a, name="x")
    for source, into in ((a, c), (c, a)):
        with pytest.raises(Conflict):
            customers.merge(alice, source, into)
    with pytest.raises(Conflict):
        customers.unmerge(alice, b)
    with pytest.raises(Invalid):
        customers.merge(alice, b, b)
    with pytest.raises(NotFound):
        customers.merge(alice, b, 99)
    customers.merge(alice, b, c)
    made = conversation.create(alice, conversation.NewTicket("By phone", "x", customer=a)).created
    assert made is not None and tickets.ticket(alice, made).customer.id == c


def test_two_agents_who_merge_crosswise_at_once_lose_nobody(alice: Desk, bob: Desk) -> None:
    for _ in range(5):
        a, b = (customers.add(alice, name, []) for name in "ab")
        barrier = threading.Barrier(2)
        refused: list[DeskError] = []

        def merge(desk: Desk, source: int, into: int, start: threading.Barrier, told: list[DeskError]) -> None:
            start.wait()
            try:
                customers.merge(desk, source, into)
            except DeskError as error:
                told.append(error)

        threads = [
            threading.Thread(target=merge, args=(*pair, barrier, refused)) for pair in ((alice, a, b), (bob, b, a))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        read: list[Customer] = [customers.customer(alice, each) for each in (a, b)]
        assert [each.merged_into for each in read].count(None) == 1
        assert len(refused) == 1


def test_merging_many_tickets_moves_all(alice: Desk) -> None:
    a, b = (customers.add(alice, name, []) for name in "ab")
    with alice.unit() as unit:
        for _ in range(1100):
            conversation.open_ticket(unit, subject="x", customer_id=a)
    customers.merge(alice, a, b)
    assert (customers.customer(alice, a).tickets, customers.customer(alice, b).tickets) == (0, 1100)
    customers.unmerge(alice, a)
    assert (customers.customer(alice, a).tickets, customers.customer(alice, b).tickets) == (1100, 0)
    assert len(customers.find(alice, "", limit=2**31 - 1)) == 2
