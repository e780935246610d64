"""The views every desk begins with."""

import pytest

from supportdesk.domain.condition import Condition, Field, Sort, SortKey
from supportdesk.domain.query import format, parse
from supportdesk.domain.view import BUILTIN, View, saved

NOT_SNOOZED = Condition(Field.IS, ("snoozed",), negated=True)


def test_the_builtin_views() -> None:
    assert [view.key for view in BUILTIN] == (
        ["mine", "unassigned", "open", "due", "overdue", "pending", "snoozed", "spam", "all"]
    )


@pytest.mark.parametrize("view", BUILTIN, ids=lambda view: view.key)
def test_their_queries_are_written_as_the_language_writes_them(view: View) -> None:
    assert format(parse(view.query)) == view.query


@pytest.mark.parametrize("view", BUILTIN, ids=lambda view: view.key)
def test_snoozed_tickets_are_out_of_the_views_to_work_from(view: View) -> None:
    hides = NOT_SNOOZED in parse(view.query).conditions
    assert hides is (view.key in {"mine", "unassigned", "open", "due", "overdue"})


def test_a_saved_view_has_the_order_of_its_query() -> None:
    assert saved("vip", "VIP", "grade:vip sort:-created").sort == Sort(SortKey.CREATED, descending=True)
    assert saved("vip", "VIP", "grade:vip").sort == Sort(SortKey.DUE)
