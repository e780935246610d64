"""The first page: the same rows as the queue gives, without SQLAlchemy, and refused for the same reasons."""

import pytest
from sqlalchemy import text

from supportdesk.desk import people, queue, views
from supportdesk.desk.desk import Desk, open_desk
from supportdesk.desk.opening import first_page
from supportdesk.domain.errors import NotFound, Unreachable
from supportdesk.domain.query import parse
from supportdesk.domain.view import BUILTIN
from tests.desk.crowd import crowd


def test_it_shows_what_the_queue_shows(desk: Desk, store_url: str) -> None:
    crowd(desk, 11, 40)
    views.add(desk, "ärger", "Ärger", "subject:ÄRGER -channel:fax sort:-number")
    live = open_desk(store_url).as_agent("alice")
    for view in (*BUILTIN, views.view(live, "ärger")):
        opening = first_page(store_url, "alice", view.key, 15)
        expected = queue.page(live, parse(view.query), sort=view.sort, limit=15).rows
        assert opening.rows == expected, view.key
        assert (opening.desk, opening.agent, opening.agent_name, opening.view) == (
            "Acme Support", "alice", "Alice Kim", view
        )  # fmt: skip
    live.close()


def test_an_unknown_view_or_another_agents_shows_all_open_tickets(alice: Desk, store_url: str) -> None:
    views.add(alice, "hers", "", "is:closed", personal=True)
    assert first_page(store_url, "alice", "hers", 5).view.key == "hers"
    assert first_page(store_url, "bob", "hers", 5).view.key == "open"
    assert first_page(store_url, "bob", "nothing", 5).view.key == "open"


def test_who_may_not_act_sees_nothing(desk: Desk, store_url: str) -> None:
    people.remove_agent(desk, "bob")
    for login in ("bob", "nobody", ""):
        with pytest.raises(NotFound, match=f"There is no agent “{login}”"):
            first_page(store_url, login, "open", 5)


def test_an_index_of_another_analyzer_is_refused_at_once(desk: Desk, store_url: str) -> None:
    with desk.store.write() as conn:
        conn.execute(text("UPDATE meta SET value = '0' WHERE key = 'analyzer_version'"))
    with pytest.raises(Unreachable, match="another version"):
        first_page(store_url, "alice", "open", 5)
    with pytest.raises(Unreachable, match="another version"):
        open_desk(store_url)
