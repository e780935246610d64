"""Tests of ``supportdesk intake reparse``."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from supportdesk.channels.kinds import Kind
from supportdesk.commands.intake_reparse import LONGEST, drawn, shortened
from supportdesk.desk.intake import take_in
from supportdesk.desk.reparse import Difference, Reread
from supportdesk.domain.arrival import Arrival

if TYPE_CHECKING:
    from tests.commands.conftest import Program

MAIL = b"From: Dana <dana@example.com>\r\nSubject: Printer\r\n\r\nHello\n\nIt prints blakc\n"


@pytest.fixture
def taken(program: "Program") -> "Program":
    """With one mail taken in."""
    program.ok("intake", "deliver", "--channel", "support", piped=MAIL)
    desk = program.desk()
    take_in(desk)
    desk.close()
    return program


def learn(monkeypatch: pytest.MonkeyPatch, change: Callable[[Arrival], Arrival]) -> None:
    parse = Kind.arrive
    monkeypatch.setattr(Kind, "arrive", lambda kind, raw, instance: change(parse(kind, raw, instance)))


def spelled(arrival: Arrival) -> Arrival:
    return replace(arrival, text=arrival.text.replace("blakc", "black"), reply_text="")


def test_a_difference_is_shown_and_then_made(taken: "Program", monkeypatch: pytest.MonkeyPatch) -> None:
    learn(monkeypatch, spelled)
    told = taken.ok("intake", "reparse", "--since", "7d", "--dry-run", agent="")
    assert "#1 message 1" in told.out
    assert "    -It prints blakc\n    +It prints black\n" in told.out
    assert told.err == "1 message was read anew, 1 would change.\n"
    assert "blakc" in taken.ok("ticket", "show", 1).out
    rows = taken.json("intake", "reparse", "--since", "all")
    assert rows[0] == {
        "ticket": 1, "message": 1, "inbox": 1, "field": "text",
        "before": "Hello\n\nIt prints blakc", "after": "Hello\n\nIt prints black",
    }  # fmt: skip
    assert taken.json("ticket", "show", 1)["messages"][0]["text"] == "Hello\n\nIt prints black"
    assert taken.json("intake", "reparse", "--since", "all") == []


def test_nothing_to_say_is_said(taken: "Program") -> None:
    assert taken.ok("intake", "reparse", "--since", "yesterday").err == "1 message was read anew, 0 changed.\n"
    done = taken.ok("intake", "reparse", "--since", "2999-01-01")
    assert (done.out, done.err) == ("", "0 messages were read anew, 0 changed.\n")


def test_what_cannot_be_read_any_more_is_told_at_the_end(taken: "Program", monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_arrival: Arrival) -> Arrival:
        raise RecursionError("too deep")

    learn(monkeypatch, broken)
    done = taken("intake", "reparse", "--since", "all")
    assert done.code == 1
    assert "RecursionError: too deep" in done.out
    assert "1 message cannot be read any more and stays as it is." in done.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ([], 2, "--since"),
        (["--since", "someday"], 2, '"someday" is not a time.'),
        (["--since", "7d", "--channel", "none"], 3, "There is no channel “none”."),
    ],
)
def test_what_cannot_be_is_told(program: "Program", words: list[str], code: int, told: str) -> None:
    done = program("intake", "reparse", *words)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err


def test_long_values_are_cut_to_where_they_differ() -> None:
    before, after = shortened("a" * 1000 + "x" * 1000, "a" * 1000 + "y" * 1000)
    assert before.startswith("…aaa") and before.endswith("x…") and len(before) == LONGEST + 2
    assert after.removeprefix("…").lstrip("a").strip("y…") == ""
    assert shortened("short", "shot") == ("short", "shot")


def test_a_reply_that_is_the_whole_text_is_shown_once() -> None:
    text, reply = Difference("text", "a", "b"), Difference("reply_text", "a", "b")
    assert [line.plain for line in drawn(Reread(1, 2, 3, (text, reply)))].count("    +b") == 1
    assert "  reply_text" in [line.plain for line in drawn(Reread(1, 2, 3, (text, Difference("reply_text", "a", "c"))))]


def test_a_signature_line_is_not_taken_for_the_name_of_a_file() -> None:
    shown = drawn(Reread(1, 2, 3, (Difference("text", "one\n-- \nme", "one\n++ \nme"),)))
    assert "    --- " in [line.plain for line in shown]
    assert "    +++ " in [line.plain for line in shown]
