"""Searching in steps finds what searching everything at once finds, however small the steps are."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk, staff
from supportdesk.desk.queue import where
from supportdesk.domain.query import Query, parse
from supportdesk.store import search
from supportdesk.store.where import Where
from tests.desk.crowd import crowd

TICKETS = 60
WORDS = ("", "환불", "refund", "print 배송", "환불 -아직", "환불 refund 배송", "neverwritten", "-환불")
CONDITIONS = ("", "is:open", "tag:vip", "customer:3", "from:dana", "number:7", "is:snoozed state:spam")
ALL = 10_000


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    made = make_desk(store_url)
    staff(made, "alice", "Alice", "", ["Billing"])
    crowd(made, 5, TICKETS)
    yield made
    made.close()


def found(desk: Desk, asked: str, limit: int) -> list[int]:
    query = parse(asked)
    with desk.read() as conn:
        return search.newest(conn, where(desk, conn.dialect.name, Query(query.conditions)), query, limit)


@pytest.mark.parametrize(
    ("walk", "looks", "part"),
    [(4, ((6, 2, 3), (9, 4, 3)), 2), (9, ((30, 5, 1), (60, 9, 1)), 4), (7, ((2, 7, 100),), 7)],
)
def test_small_steps_find_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, walk: int, looks: tuple[tuple[int, int, int], ...], part: int
) -> None:
    everything = {(w, c): found(desk, f"{w} {c}", ALL) for w in WORDS for c in CONDITIONS}
    assert any(everything.values())
    for name, value in {"WALK": walk, "LOOKS": looks, "PART": part}.items():
        monkeypatch.setattr(search, name, value)
    for (words, conditions), all_of_them in everything.items():
        assert all_of_them == sorted(all_of_them, reverse=True)
        for limit in (1, 3, walk - 1, walk, 40):
            assert found(desk, f"{words} {conditions}", limit) == all_of_them[:limit], (words, conditions, limit)


def test_a_frequent_word_is_not_followed_to_its_first_message(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once enough is found nothing older is looked at: everything at once would be the last resort."""
    monkeypatch.setattr(search, "WALK", 6)
    monkeypatch.setattr(search, "LOOKS", ((40, 6, 1),))
    looked: list[str] = []
    whole = search._found

    def watched(
        conn: Connection, conditions: Where, which: str, limit: int, *, messages_first: bool = False
    ) -> list[int]:
        looked.append(which)
        return whole(conn, conditions, which, limit, messages_first=messages_first)

    monkeypatch.setattr(search, "_found", watched)
    assert len(found(desk, "환불", 2)) == 2
    assert looked and all("MATCH" not in which and "tsquery" not in which for which in looked)
