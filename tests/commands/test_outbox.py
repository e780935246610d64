"""Tests of ``supportdesk outbox``."""

from typing import TYPE_CHECKING

from sqlalchemy import update

from supportdesk.store import tables as t

if TYPE_CHECKING:
    from tests.commands.conftest import Program

KEYS = {"id", "ticket", "message", "channel", "status", "not_before", "tries", "error", "to", "subject"}


def test_a_message_on_its_way_out_is_listed_and_recalled(each_program: "Program") -> None:
    number = each_program.ticket()
    each_program.ok("ticket", "reply", number, "Try again")
    (row,) = each_program.json("outbox", "list")
    assert set(row) == KEYS
    assert (row["ticket"], row["status"], row["to"]) == (number, "queued", ["dana@example.com"])
    assert "dana@example.com" in each_program.ok("outbox", "list", "--status", "queued").out
    each_program.ok("outbox", "recall", row["id"])
    assert each_program.json("outbox", "list", "--status", "queued") == []
    assert len(each_program.json("ticket", "show", number)["messages"]) == 1


def test_only_what_failed_is_tried_again(each_program: "Program") -> None:
    each_program.ok("ticket", "reply", each_program.ticket(), "Try again")
    (row,) = each_program.json("outbox", "list")
    done = each_program("outbox", "retry", row["id"])
    assert done.code == 4 and "queued" in done.err
    desk = each_program.desk()
    with desk.store.write() as conn:
        conn.execute(update(t.outbox).values(status="failed", tries=12, error="550 no"))
    desk.close()
    assert each_program.json("outbox", "list", "--status", "failed")[0]["error"] == "550 no"
    assert each_program("outbox", "recall", row["id"]).code == 4
    each_program.ok("outbox", "retry", row["id"])
    again = each_program.json("outbox", "list")[0]
    assert (again["status"], again["tries"], again["error"]) == ("queued", 0, "")


def test_what_is_not_there_is_told(program: "Program") -> None:
    assert program.json("outbox", "list") == []
    for verb in ("recall", "retry"):
        done = program("outbox", verb, "99")
        assert done.code == 3 and "supportdesk outbox list" in done.err
    assert program("outbox", "list", "--status", "lost").code == 2
