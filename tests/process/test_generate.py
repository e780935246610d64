"""Tests of ``supportdesk generate`` as a program."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from supportdesk.desk import queue, search
from supportdesk.desk.conversation import NewTicket, create
from supportdesk.desk.demo.account import is_invented
from supportdesk.desk.desk import open_desk
from supportdesk.desk.founding import make_desk
from supportdesk.desk.people import agents, teams
from supportdesk.domain.message import Address
from supportdesk.domain.query import parse
from tests.process.correspondence import CHECKOUT


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "supportdesk", "generate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, timeout=100)


def test_it_makes_a_desk_where_there_is_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    done = run("--store", url, "--tickets", "300")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("300 tickets with ") and done.stderr.count("\n") == 1
    desk = open_desk(url)
    assert queue.count(desk, parse("")) == 300
    assert search.search(desk, "환불") and search.search(desk, "refund")
    assert len(agents(desk)) >= 4 and len(teams(desk)) == 3
    desk.close()


def test_it_adds_to_what_is_there(store_url: str) -> None:
    for more, expected in ((50, 50), (40, 90)):
        assert run("--store", store_url, "--tickets", str(more)).returncode == 0
        desk = open_desk(store_url)
        assert queue.count(desk, parse("")) == expected
        desk.close()


def test_a_ticket_may_have_one_message(fresh_sqlite: Callable[[], str]) -> None:
    url = fresh_sqlite()
    run("--store", url, "--tickets", "200", "--messages-per-ticket", "1")
    desk = open_desk(url)
    rows = queue.page(desk, parse(""), limit=0).rows
    assert {row.messages for row in rows} <= {1, 2}  # what waits for the customer has been answered
    desk.close()


@pytest.mark.parametrize("wrong", [(), ("--tickets", "0"), ("--tickets", "many"), ("--tickets", "5", "--seed", "x")])
def test_what_cannot_be_is_a_wrong_usage(wrong: tuple[str, ...]) -> None:
    assert run(*wrong).returncode == 2


def test_a_real_desk_stays_a_real_one(fresh_sqlite: Callable[[], str]) -> None:
    url = fresh_sqlite()
    desk = make_desk(url, "Acme")
    create(desk, NewTicket("Real", "Hello", address=Address("kim@real.example")))
    assert run("--store", url, "--tickets", "5").returncode == 0
    assert not is_invented(desk)
    desk.close()
