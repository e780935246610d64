"""The queue: what a query finds and in what order is what reading it aloud over plain objects gives, on both stores."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from supportdesk.desk import queue, structure, tickets, triage, views
from supportdesk.desk.desk import Desk
from supportdesk.domain.condition import Sort, SortKey
from supportdesk.domain.errors import Invalid
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import QueueRow
from tests.desk.arrivals import open_ticket
from tests.desk.conftest import Clock
from tests.desk.crowd import CHANNELS, GRADES, LOGINS, TAGS, TEAMS, Written, crowd
from tests.desk.plain_query import wanted

EXAMPLES = 100
SEED = 1


def listed(field: str, values: tuple[str, ...]) -> st.SearchStrategy[str]:
    quoted = st.sampled_from([f'"{value}"' for value in values])
    return st.lists(quoted, min_size=1, max_size=3).map(lambda chosen: f"{field}:{','.join(chosen)}")


DATES = ("2026-10-05", "2026-10", "2026-11", "today", "yesterday", "7d", "30d", "5h", "2w")
PARTS = st.one_of(
    listed("is", ("open", "closed", "snoozed", "overdue", "due", "merged", "unread")),
    listed("state", ("new", "open", "pending", "on_hold", "solved", "closed", "spam")),
    listed("priority", ("urgent", "high", "normal", "low")),
    listed("assignee", (*LOGINS, "me", "none", "nobody")),
    listed("team", (*TEAMS, "BILLING", "éQUIPE", "none", "Nowhere")),
    listed("tag", (*TAGS, "VIP", "nothing")),
    listed("channel", (*(kind for kind, _ in CHANNELS), *(name for _, name in CHANNELS), "fax")),
    listed("customer", ("1", "2", "3", "99")),
    listed("from", ("김민수", "민수", "dana", "dana@x.example", "reyes dana", "ang", "821012345678", "花子", "*")),
    listed("grade", (*(grade for grade in GRADES if grade), "ÄRZTIN", "gold")),
    listed("subject", ("환불", "PRINT", "ärger", "%", "50%", "_", "re_fund!", "!", "überw", "'", '\\')),
    listed("number", ("1", "2", "3", "17", "9999")),
    st.just("has:attachment"),
    st.sampled_from([f"{field}:{op}{date}" for field in ("created", "updated") for op in ("", "<", ">", ">=")
                     for date in DATES]),
    st.sampled_from([f"{word}:{date}" for word in ("before", "after", "since", "on") for date in DATES]),
    st.sampled_from(["환불", "환", "배송", "아직", "print", "prin", "printer", "ref", "strasse", "cafe", "A-1029",
                     '"refund refund"', '"prints black"', '"환불 신청"', "영수증", "pdf", "返品", "DROP", "or"]),
)  # fmt: skip
QUERIES = st.lists(st.tuples(st.booleans(), PARTS), max_size=4).map(
    lambda parts: " ".join(f"-{part}" if negated else part for negated, part in parts)
)
SORTS = st.builds(Sort, st.sampled_from(list(SortKey)), st.booleans())


@pytest.fixture
def written(desk: Desk) -> list[Written]:
    return crowd(desk, SEED, 60)


def forward(desk: Desk, text: str, sort: Sort, size: int) -> list[QueueRow]:
    query = parse(text)
    found: list[QueueRow] = []
    page = queue.page(desk, query, sort=sort, limit=size)
    while page.rows:
        assert len(page.rows) <= size
        found += page.rows
        following = queue.page(desk, query, sort=sort, after=found[-1], limit=size)
        assert page.more is bool(following.rows)
        page = following
    return found


def backward(desk: Desk, text: str, sort: Sort, size: int) -> list[QueueRow]:
    query = parse(text)
    found: list[QueueRow] = []
    page = queue.page(desk, query, sort=sort, before=queue.LAST, limit=size)
    while page.rows:
        found = [*page.rows, *found]
        preceding = queue.page(desk, query, sort=sort, before=found[0], limit=size)
        assert page.more is bool(preceding.rows)
        page = preceding
    return found


def test_pages_are_what_a_plain_reading_of_the_query_gives(desk: Desk, clock: Clock, written: list[Written]) -> None:
    alice = desk.as_agent("alice")

    @given(QUERIES, SORTS, st.integers(3, 40))
    @example("-assignee:bob", Sort(SortKey.DUE), 7)
    @example("is:merged state:open", Sort(SortKey.NUMBER), 7)
    @example("is:merged -state:open,new", Sort(SortKey.NUMBER), 7)
    @example("team:billing", Sort(SortKey.NUMBER), 7)
    @example("subject:überw", Sort(SortKey.NUMBER), 7)
    @example("-team:équipe -channel:email -is:due", Sort(SortKey.PRIORITY, True), 7)
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    def check(text: str, sort: Sort, size: int) -> None:
        expected = wanted(parse(text), written, "alice", clock.time, sort)
        assert [row.number for row in forward(alice, text, sort, size)] == expected
        assert [row.number for row in backward(alice, text, sort, size)] == expected
        assert queue.count(alice, parse(text)) == len(expected)
        assert queue.count(alice, parse(text), cap=5) == min(5, len(expected))

    check()


def test_a_row_shows_what_was_written(desk: Desk, written: list[Written]) -> None:
    rows = queue.page(desk, parse("is:merged,open,closed"), sort=Sort(SortKey.NUMBER), limit=0).rows
    assert list(rows) == [each.row for each in written]
    assert queue.rows(desk, [3, 1, 999]) == {3: written[2].row, 1: written[0].row}


def test_an_offset_jumps_within_the_order(desk: Desk, written: list[Written]) -> None:
    query, sort = parse("is:open"), Sort(SortKey.DUE)
    everything = queue.page(desk, query, sort=sort, limit=0).rows
    assert queue.page(desk, query, sort=sort, offset=5, limit=4).rows == everything[5:9]
    assert queue.page(desk, query, sort=sort, after=everything[2], offset=5, limit=4).rows == everything[8:12]
    assert queue.page(desk, query, sort=sort, before=everything[20], offset=5, limit=4).rows == everything[11:15]


def test_the_querys_own_order_wins(desk: Desk, written: list[Written]) -> None:
    rows = queue.page(desk, parse("sort:-number"), sort=Sort(SortKey.DUE), limit=5).rows
    numbers = [row.number for row in rows]
    assert numbers == sorted(numbers, reverse=True)


def test_an_anchor_that_moved_away_or_is_gone_still_marks_its_place(desk: Desk, written: list[Written]) -> None:
    """Keysets compare values: the row an agent stands on may have been solved by a colleague since."""
    query, sort = parse("is:open"), Sort(SortKey.DUE)
    everything = queue.page(desk, query, sort=sort, limit=0).rows
    gone = replace(everything[4], number=10_000, version=99)
    after = [row for row in everything if (row.next_due_at, row.number) > (gone.next_due_at, gone.number)]
    assert list(queue.page(desk, query, sort=sort, after=gone, limit=0).rows) == after


def test_counts_of_the_views_are_the_lengths_of_their_pages(desk: Desk, written: list[Written]) -> None:
    alice = desk.as_agent("alice")
    keys = [view.key for view in views.views(alice)]
    counts = views.counts(alice, keys)
    for view in views.views(alice):
        rows = queue.page(alice, parse(view.query), sort=view.sort, limit=0).rows
        assert counts[view.key] == len(rows), view.key
    assert sum(counts.values()) > 60


def test_nobody_has_no_tickets_of_their_own(desk: Desk, written: list[Written]) -> None:
    assert queue.count(desk, parse("assignee:me")) == 0
    assert queue.count(desk, parse("-assignee:me")) == queue.count(desk, parse(""))


def test_a_merged_ticket_leaves_the_queue_and_comes_back(alice: Desk) -> None:
    source, into = open_ticket(alice), open_ticket(alice)
    structure.merge(alice, [source], into)
    assert [row.number for row in queue.page(alice, parse("")).rows] == [into]
    assert [row.number for row in queue.page(alice, parse("is:merged state:new")).rows] == [source]
    structure.unmerge(alice, source)
    assert {row.number for row in queue.page(alice, parse("is:open")).rows} == {source, into}


def test_rows_carry_what_triage_needs(alice: Desk) -> None:
    number = open_ticket(alice)
    triage.assign(alice, number, "bob")
    (row,) = queue.page(alice, parse("assignee:bob")).rows
    ticket = tickets.ticket(alice, number).ticket
    assert (row.version, row.next_due_at, row.waiting_since) == (ticket.version, ticket.next_due_at, row.created_at)


def test_what_cannot_be_read_is_refused_before_the_store_is_asked(alice: Desk) -> None:
    with pytest.raises(Invalid):
        queue.page(alice, parse("colour:red"))
