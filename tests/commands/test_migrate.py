"""Tests of ``supportdesk migrate``."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from supportdesk.desk.desk import open_desk
from supportdesk.store.revision import HEAD
from tests.services.stores import PostgresStores

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def test_a_store_up_to_date_stays_as_it_is(each_program: "Program") -> None:
    number = each_program.ticket()
    assert HEAD in each_program.ok("migrate", "--check").out
    assert HEAD in each_program.ok("migrate").out
    desk = each_program.desk()
    assert desk.name == "Acme Support"
    desk.close()
    assert each_program.json("ticket", "show", number)["number"] == number


def test_an_empty_store_becomes_a_desk(program: "Program", tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("new") / "deep" / "desk.db"
    program.url = f"sqlite:///{place}"
    done = program("migrate", "--check")
    assert done.code == 5 and "supportdesk init" in done.err
    assert not place.exists(), "a check makes nothing"
    program.ok("migrate")
    assert place.stat().st_mode & 0o077 == 0, "what customers wrote is nobody else's business"
    assert program.json("ticket", "list", agent="") == []


def test_an_empty_database_becomes_a_desk(program: "Program", postgres_stores: PostgresStores) -> None:
    program.url = postgres_stores.empty()
    assert program("stats").code == 5
    program.ok("migrate")
    assert program.json("stats", agent="")["views"]["open"] == 0


def test_a_making_that_stopped_half_way_is_finished(program: "Program", fresh_store: Callable[[], str]) -> None:
    program.url = fresh_store()
    for words in (["ticket", "list"], ["stats"], ["agent", "add", "carol"]):
        done = program(*words)
        assert done.code == 5 and "There is no desk" in done.err
    program.ok("migrate")
    desk = open_desk(program.url)
    assert len(desk.about.key) == 32
    desk.close()
