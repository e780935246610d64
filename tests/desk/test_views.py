"""Views: saved queries of everybody or of one agent, beside the built-in ones."""

import pytest

from supportdesk.desk import queue, views
from supportdesk.desk.desk import Desk
from supportdesk.domain.errors import Conflict, Invalid, NotFound
from supportdesk.domain.query import parse
from supportdesk.domain.view import BUILTIN
from tests.desk.arrivals import mail, open_ticket, receive


def keys(desk: Desk) -> list[str]:
    return [view.key for view in views.views(desk)]


def test_a_saved_view_is_everybodys_or_ones_own(alice: Desk, bob: Desk) -> None:
    views.add(alice, "refunds", "Refunds", "tag:refund sort:-created")
    views.add(alice, "mine-urgent", "", "is:mine priority:urgent", personal=True)
    builtin = [view.key for view in BUILTIN]
    assert keys(alice) == [*builtin, "refunds", "mine-urgent"]
    assert keys(bob) == [*builtin, "refunds"]
    found = views.view(alice, "mine-urgent")
    assert (found.name, found.builtin, str(found.sort)) == ("mine-urgent", False, "due")
    assert str(views.view(bob, "refunds").sort) == "-created"
    with pytest.raises(NotFound):
        views.view(bob, "mine-urgent")


def test_a_key_is_taken_even_by_a_view_one_cannot_see(alice: Desk, bob: Desk) -> None:
    views.add(alice, "x", "", "is:open", personal=True)
    for key in ("x", "open"):
        with pytest.raises(Conflict, match="already a view"):
            views.add(bob, key, "", "is:open")


def test_editing_changes_what_is_given(alice: Desk, bob: Desk) -> None:
    views.add(alice, "x", "X", "is:open", personal=True)
    views.edit(alice, "x", query="is:closed")
    views.edit(alice, "x", name="Done")
    assert (views.view(alice, "x").name, views.view(alice, "x").query) == ("Done", "is:closed")
    with pytest.raises(NotFound):
        views.edit(bob, "x", name="Mine now")
    with pytest.raises(NotFound):
        views.remove(bob, "x")
    views.remove(alice, "x")
    assert "x" not in keys(alice)


def test_what_cannot_be_a_view_is_refused(alice: Desk) -> None:
    with pytest.raises(Invalid):
        views.add(alice, "x", "", "colour:red")
    with pytest.raises(Invalid):
        views.add(alice, "a b", "", "is:open")
    views.add(alice, "x", "", "is:open")
    with pytest.raises(Invalid):
        views.edit(alice, "x", query="colour:red")
    with pytest.raises(Invalid, match="built-in"):
        views.edit(alice, "open", query="is:closed")
    with pytest.raises(Invalid, match="built-in"):
        views.remove(alice, "open")
    assert views.view(alice, "x").query == "is:open"


def test_counts_are_those_of_the_pages_and_of_what_is_stuck(alice: Desk, bob: Desk) -> None:
    for _ in range(3):
        open_ticket(alice)
    receive(alice, *(mail("loop@x.example", f"Alarm {i}", str(i)) for i in range(21)))
    views.add(alice, "printer", "", "subject:printer")
    counts = views.counts(alice)
    assert (counts["unassigned"], counts["printer"], counts["quarantine"], counts["outbox"]) == (23, 3, 1, 0)
    assert not counts.keys() & set(views.UNCOUNTED)
    for key in ("unassigned", "open", "mine", "printer"):
        assert counts[key] == len(queue.page(alice, parse(views.view(alice, key).query), limit=0).rows)
    assert views.counts(bob, ["mine", "all"]) == {"mine": 0, "all": 23}


def test_counting_stops_where_nobody_counts_any_more(alice: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "CAP", 2)
    for _ in range(3):
        open_ticket(alice)
    assert views.counts(alice, ["open"]) == {"open": 2}
