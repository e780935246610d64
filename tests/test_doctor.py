"""Tests of looking for what is wrong."""

import os
import pty
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from supportdesk import doctor
from supportdesk.channels import secrets
from supportdesk.config import load
from supportdesk.desk import channels
from supportdesk.desk.desk import Desk, found_desk, open_desk
from supportdesk.doctor import Check, cells_of, examine
from supportdesk.paths import paths
from supportdesk.store import tables as t

MAILBOX = {
    "imap_host": "h", "imap_user": "u", "imap_secret": "keyring:desk/u", "smtp_host": "h"
}  # fmt: skip


@pytest.fixture
def desk(fresh_sqlite: Callable[[], str]) -> Desk:
    made = open_desk(fresh_sqlite())
    found_desk(made, "Acme")
    channels.add(made, "email", "support", address="a@b.c", settings=MAILBOX)
    return made


def checks(url: str) -> dict[str, Check]:
    return {check.name: check for check in examine(lambda: load(store=url))}


def test_every_problem_of_the_keys_is_told(desk: Desk) -> None:
    paths().keys.parent.mkdir(parents=True)
    paths().keys.write_text('[ticket]\nfly = "f6"\n')
    found = checks(desk.store.url.url)["Keys"]
    assert not found.ok and "ticket.fly" in found.detail and str(paths().keys) in found.hint


def test_a_store_that_is_away_is_told_and_ends_it(tmp_path: Path) -> None:
    found = checks(f"sqlite:///{tmp_path}/none.db")
    assert not found["Store"].ok and "supportdesk init" in found["Store"].hint
    assert "Workers" not in found


def test_whoever_asks_the_doctor_is_not_sent_to_the_doctor(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_text("Dear customer, " * 100)
    found = checks(f"sqlite:///{tmp_path}/desk.db")["Store"]
    assert "not a database" in found.detail and found.hint and "doctor" not in found.hint


def test_a_channels_error_is_told_but_not_of_a_paused_one(desk: Desk) -> None:
    with desk.store.write() as conn:
        conn.execute(update(t.channel).values(error="It refuses.", error_at=desk.now(), last_contact=desk.now()))
    found = checks(desk.store.url.url)["Channel support"]
    assert (found.ok, found.detail) == (False, "It refuses.") and "channel test support" in found.hint
    channels.pause(desk, "support")
    assert checks(desk.store.url.url)["Channel support"].ok


@pytest.mark.parametrize(("seconds", "ok"), [(100, True), (190, False)])
def test_edge_13_a_channel_without_contact_for_two_looks_is_told(desk: Desk, seconds: int, ok: bool) -> None:
    """It looks every minute."""
    with desk.store.write() as conn:
        last = desk.now() - timedelta(seconds=seconds)
        conn.execute(update(t.channel).values(settings={"poll": "60"}, last_contact=last))
    found = checks(desk.store.url.url)["Channel support"]
    assert (found.ok, "no contact since" in found.detail) == (ok, not ok)


def test_a_worker_that_fell_silent_is_told(desk: Desk) -> None:
    with desk.store.write() as conn:
        row = {"name": "w", "host": "h", "last_seen": desk.now() - timedelta(minutes=5)}
        conn.execute(insert(t.worker).values(**row))
    found = checks(desk.store.url.url)["Workers"]
    assert not found.ok and "none runs since" in found.detail


def test_no_keyring_matters_only_where_a_secret_is_in_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise secrets.SecretMissing("This machine has no keyring.", hint="Use a file.")

    monkeypatch.setattr(secrets, "keyring_backend", none)
    found = checks(desk.store.url.url)["Keyring"]
    assert not found.ok and (found.detail, found.hint) == ("This machine has no keyring.", "Use a file.")
    channels.remove(desk, "support")
    assert checks(desk.store.url.url)["Keyring"].ok


def test_what_could_not_be_delivered_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from supportdesk.store import outbox

    monkeypatch.setattr(outbox, "counts", lambda _conn: (0, 3))
    found = checks(desk.store.url.url)["Outbox"]
    assert not found.ok and found.detail.startswith("3 ")


@pytest.mark.parametrize(("answer", "cells"), [(b"\x1b[7;3R", 2), (b"\x1b[1;2R", 1), (b"x\x1b[12;3R", 2)])
def test_a_terminal_says_how_wide_it_draws(answer: bytes, cells: int) -> None:
    master, slave = pty.openpty()
    asked = b""

    def terminal() -> None:
        nonlocal asked
        while not asked.endswith(b"\x1b[6n"):
            asked += os.read(master, 64)
        os.write(master, answer)

    answering = threading.Thread(target=terminal)
    answering.start()
    try:
        assert cells_of("한", slave) == cells
        answering.join(10)
        assert "한".encode() in asked
        assert os.read(master, 64) == b"\r\x1b[K", "wiped out again"
    finally:
        os.close(master)
        os.close(slave)


def test_a_terminal_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ANSWER_SECONDS", 0.01)
    master, slave = pty.openpty()
    try:
        assert cells_of("한", slave) is None
    finally:
        os.close(master)
        os.close(slave)
