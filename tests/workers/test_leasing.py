"""A lease is kept while the work goes on, and losing it ends the work."""

import threading
from dataclasses import replace

import pytest

from supportdesk.desk import holding
from supportdesk.desk.desk import Desk
from supportdesk.domain.errors import Unreachable
from supportdesk.store import leases
from supportdesk.workers import leasing
from supportdesk.workers.leasing import leased
from supportdesk.workers.process import this_process

ME = this_process()
OTHER = replace(ME, host="elsewhere.example")


@pytest.fixture(autouse=True)
def _renewed_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leasing, "RENEW_EVERY", 0.02)


def test_one_worker_at_a_time_and_it_is_free_afterwards(desk: Desk) -> None:
    stop = threading.Event()
    with leased(desk, "channel:1", OTHER, stop) as first, leased(desk, "channel:1", ME, stop) as second:
        assert (first is not None, second) == (True, None)
    with leased(desk, "channel:1", ME, stop) as third:
        assert third is not None
    assert not stop.is_set()


def test_it_is_taken_from_a_dead_process_of_this_host(desk: Desk) -> None:
    dead = replace(ME, born="1")
    assert holding.acquire(desk, "channel:1", dead.name, lambda _: False) is not None
    with leased(desk, "channel:1", ME, threading.Event()) as held:
        assert held is not None


def test_it_is_renewed_while_the_work_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed = threading.Semaphore(0)
    renew = leases.renew

    def told(*arguments: object) -> bool:
        done = renew(*arguments)  # type: ignore[arg-type]
        renewed.release()
        return done

    monkeypatch.setattr(leases, "renew", told)
    stop = threading.Event()
    with leased(desk, "channel:1", ME, stop):
        assert all(renewed.acquire(timeout=10) for _ in range(3))
    assert not stop.is_set()


def test_losing_it_stops_the_work(desk: Desk) -> None:
    stop = threading.Event()
    with leased(desk, "channel:1", ME, stop) as held:
        assert held is not None
        taken = holding.acquire(desk, "channel:1", OTHER.name, lambda holder: holder == ME.name)
        assert taken is not None
        assert stop.wait(10)
    with desk.read() as conn:
        assert leases.holder_of(conn, "channel:1") == taken


def test_a_store_that_is_away_for_a_while_does_not(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([Unreachable("away"), Unreachable("away"), True])
    asked = threading.Event()

    def renew(_desk: Desk, _held: holding.Held) -> bool:
        answer = next(answers, None)
        if isinstance(answer, Exception):
            raise answer
        asked.set()
        return True

    monkeypatch.setattr(leasing, "renew", renew)
    stop = threading.Event()
    with leased(desk, "channel:1", ME, stop):
        assert asked.wait(10)
    assert not stop.is_set()
