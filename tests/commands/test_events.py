"""Tests of ``supportdesk events``."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Program

KEYS = {"cursor", "id", "at", "actor", "kind", "ticket", "data"}


def test_every_change_is_a_line_and_a_cursor_goes_on(each_program: "Program") -> None:
    number = each_program.ticket()
    each_program.ok("ticket", "take", number)
    created, assigned = each_program.ok("events").lines
    assert set(created) == KEYS
    assert (created["kind"], created["actor"], created["ticket"]) == ("created", "alice", number)
    assert assigned["data"]["changes"] == {"assignee": ["", "alice"]}
    assert each_program.ok("events", "--since", created["cursor"]).lines == [assigned]
    assert each_program.ok("events", "--since", assigned["cursor"]).lines == []
    assert each_program.ok("events", "--limit", "1").lines == [created]


def test_more_than_one_batch_is_printed(program: "Program", monkeypatch: pytest.MonkeyPatch) -> None:
    from supportdesk.desk import feed

    monkeypatch.setattr(feed, "BATCH", 2)
    numbers = [program.ticket() for _ in range(5)]
    assert [event["ticket"] for event in program.ok("events").lines] == numbers


@pytest.mark.parametrize("cursor", ["", "x", "1", "1:", "0:²", "0:99999999999999999999", "-1:1"])
def test_what_is_no_cursor_is_told(each_program: "Program", cursor: str) -> None:
    done = each_program("events", "--since", cursor)
    assert (done.code, done.raw) == (2, b"")
    assert "is not a cursor" in done.err
