"""Tests of ``supportdesk doctor``."""

from typing import TYPE_CHECKING

from sqlalchemy import insert

from supportdesk.paths import paths
from supportdesk.store import tables as t

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def test_a_desk_that_is_well_is_exit_code_0(each_program: "Program") -> None:
    desk = each_program.desk()
    with desk.store.write() as conn:
        conn.execute(insert(t.worker).values(name="worker-1", host="desk1", last_seen=desk.now()))
    desk.close()
    rows = each_program.json("doctor")
    assert all(set(row) == {"name", "ok", "detail", "hint"} for row in rows)
    assert {"Config", "Keys", "Store", "Channel support", "Keyring", "Workers"} <= {row["name"] for row in rows}
    assert all(row["ok"] for row in rows)
    assert "worker-1 (desk1)" in each_program.ok("doctor").out


def test_what_is_wrong_has_a_next_step_and_is_exit_code_1(program: "Program") -> None:
    done = program("doctor", "--json")
    assert done.code == 1
    (wrong,) = [row for row in done.json if not row["ok"]]
    assert (wrong["name"], wrong["hint"]) == ("Workers", "Start one with: supportdesk worker")
    assert "supportdesk worker" in program("doctor").out


def test_a_broken_config_is_told_among_the_others(program: "Program") -> None:
    config = paths().config
    config.parent.mkdir(parents=True)
    config.write_text("colour = 1")
    done = program("doctor", "--json")
    assert done.code == 1
    (wrong,) = [row for row in done.json if not row["ok"]]
    assert wrong["name"] == "Config" and "colour" in wrong["detail"]
