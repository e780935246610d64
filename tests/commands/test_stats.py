"""Tests of ``supportdesk stats``."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def test_everything_is_counted(each_program: "Program") -> None:
    mine, waiting, asleep, solved, _unassigned = (each_program.ticket() for _ in range(5))
    each_program.ok("ticket", "take", mine)
    each_program.ok("ticket", "state", waiting, "pending")
    each_program.ok("ticket", "snooze", asleep, "2h")
    each_program.ok("ticket", "state", solved, "solved")
    each_program.ok("ticket", "reply", mine, "Soon")
    each_program.ok("intake", "deliver", "--channel", "support", piped="Subject: x\n\ny\n")
    found = each_program.json("stats")
    assert found["views"] == {
        "mine": 1, "unassigned": 2, "open": 3, "due": 0, "overdue": 0, "pending": 1, "snoozed": 1, "quarantine": 0
    }  # fmt: skip
    assert found["outbox"] == {"queued": 1, "failed": 0}
    assert found["workers"] == []
    assert found["channels"] == [{"name": "support", "kind": "email", "last_contact": None, "error": None}]


def test_a_worker_and_its_last_contact_are_named(program: "Program") -> None:
    from sqlalchemy import insert

    from supportdesk.store import tables as t

    desk = program.desk()
    with desk.store.write() as conn:
        conn.execute(insert(t.worker).values(name="worker-1", host="desk1", last_seen=desk.now()))
    desk.close()
    (worker,) = program.json("stats")["workers"]
    assert set(worker) == {"name", "host", "last_seen"}
    assert (worker["name"], worker["host"]) == ("worker-1", "desk1") and worker["last_seen"].endswith("Z")


def test_people_see_the_numbers_by_name(program: "Program") -> None:
    done = program.ok("stats")
    for word in ("All open", "Quarantine", "Unsent", "support"):
        assert word in done.out
    assert "No worker runs." in done.err
