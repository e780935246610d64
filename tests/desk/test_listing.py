"""Tests of the queue for programs: the same as the console's, page after page."""

import subprocess
import sys

import pytest

from supportdesk.desk import conversation, listing, queue, tickets, triage, views
from supportdesk.desk.conversation import NewTicket
from supportdesk.desk.desk import Desk
from supportdesk.desk.listing import Listed
from supportdesk.domain.errors import Invalid, NotFound
from supportdesk.domain.message import Address
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import Priority


def listed(desk: Desk, login: str = "alice", **wanted: object) -> list[Listed]:
    return list(listing.listing(desk.store.url.url, login, **wanted))  # type: ignore[arg-type]


@pytest.fixture
def tickets_of(alice: Desk) -> list[int]:
    made = []
    for i in range(9):
        new = NewTicket(f"Ticket {i}", f"text {i}", address=Address(f"c{i % 3}@example.com", f"고객{i % 3}"))
        created = conversation.create(alice, new).created
        assert created is not None
        made.append(created)
    triage.set_priority(alice, made[::2], Priority.URGENT)
    triage.add_tags(alice, made[:2], ["환불", "a", "b"])
    triage.assign(alice, made[3:6], "alice")
    return made


@pytest.mark.parametrize("sort", ["due", "-due", "updated", "-updated", "created", "-number", "priority", "-priority"])
@pytest.mark.usefixtures("tickets_of")
def test_pages_together_are_the_queue(alice: Desk, sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = queue.page(alice, parse(f"sort:{sort}"), limit=0).rows
    for size in (1, 2, 4, 9, 10):
        monkeypatch.setattr(listing, "PAGE", size)
        found = listed(alice, query=f"sort:{sort}", limit=100)
        assert [item.row for item in found] == list(whole)


def test_tags_come_with_their_tickets(alice: Desk, tickets_of: list[int]) -> None:
    found = {item.row.number: item.tags for item in listed(alice)}
    assert {number: tags for number, tags in found.items() if tags} == tickets.tags(alice, tickets_of)
    assert found[tickets_of[0]] == ("a", "b", "환불")


def test_me_is_the_agent_and_a_guess_is_nobody(alice: Desk, tickets_of: list[int]) -> None:
    assert {item.row.number for item in listed(alice, view="mine")} == set(tickets_of[3:6])
    assert listed(alice, "bob", view="mine") == []
    assert listed(alice, "stranger", guessed=True, view="mine") == []
    with pytest.raises(NotFound):
        listed(alice, "stranger")


def test_a_row_knows_its_channel_and_customer(alice: Desk) -> None:
    new = NewTicket("x", "y", address=Address("a@b.c", "Kim"), channel="support")
    number = conversation.create(alice, new).created
    (item,) = listed(alice)
    page = tickets.ticket(alice, number or 0)
    assert (item.row.customer_id, item.row.channel) == (page.customer.id, "support")


def test_views_are_those_the_agent_may_see(alice: Desk, bob: Desk) -> None:
    views.add(alice, "own", "Own", "is:open", personal=True)
    views.add(alice, "all-of-us", "Ours", "is:open")
    assert listed(bob, "bob", view="all-of-us") == []
    for key in ("own", "none"):
        with pytest.raises(NotFound):
            listed(bob, "bob", view=key)


def test_a_query_that_cannot_be_read_is_refused(alice: Desk) -> None:
    with pytest.raises(Invalid):
        listed(alice, query="colour:red")


def test_it_needs_no_sqlalchemy() -> None:
    code = "import sys; import supportdesk.desk.listing; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
