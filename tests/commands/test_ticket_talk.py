"""Tests of ``supportdesk ticket create|reply|note|forward``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def last(program: "Program", number: int) -> Any:
    return program.json("ticket", "show", number)["messages"][-1]


def test_a_new_ticket_is_its_number(each_program: "Program") -> None:
    arguments = ["ticket", "create", "--subject", "환불", "--from", "김민수 <minsu@example.com>"]
    arguments += ["--tag", "refund", "--tag", "VIP", "--priority", "high", "--team", "Billing", "--channel", "support"]
    done = each_program.ok(*arguments, "3일 전에 신청했어요")
    assert (done.out, done.err) == ("#1\n", "")
    found = each_program.json("ticket", "show", 1)
    assert (found["subject"], found["priority"], found["team"]) == ("환불", "high", "Billing")
    assert (found["channel"], found["tags"], found["state"]) == ("support", ["refund", "vip"], "new")
    assert (found["customer"]["name"], found["messages"][0]["text"]) == ("김민수", "3일 전에 신청했어요")


@pytest.mark.parametrize("words", [["From a pipe\n두 줄\n"], ["From a pipe\n두 줄\n", "-"], ["", "--text", "TEXT"]])
def test_text_may_be_piped_in_or_an_option(program: "Program", words: list[str]) -> None:
    piped, *rest = words
    made = program.json("ticket", "create", "--subject", "x", "--from", "a@b.c", *rest, piped=piped)
    assert last(program, made["number"])["text"] == (piped.strip("\n") or "TEXT")


def test_a_caller_is_known_by_the_number(program: "Program") -> None:
    made = program.json("ticket", "create", "--subject", "Call", "--from", "+82 10-1234-5678", "Called")
    again = program.json("ticket", "create", "--subject", "Call", "--from", "+821012345678", "Called again")
    first, second = (program.json("ticket", "show", done["number"])["customer"]["id"] for done in (made, again))
    assert first == second
    identities = program.json("customer", "show", first)["identities"]
    assert identities == [{"kind": "phone", "value": "+821012345678"}]


def test_the_desk_can_write_first(program: "Program") -> None:
    made = program.json("ticket", "create", "--subject", "Recall", "--to", "dana@example.com", "Please return it")
    found = program.json("ticket", "show", made["number"])
    assert (found["state"], found["messages"][0]["direction"]) == ("open", "out")
    assert program.json("outbox", "list")[0]["to"] == ["dana@example.com"]


def test_a_reminder_is_a_note(program: "Program") -> None:
    number = program.ticket()
    customer = program.json("ticket", "show", number)["customer"]["id"]
    made = program.json("ticket", "create", "--subject", "x", "--customer", customer, "--direction", "note", "Call")
    assert last(program, made["number"])["direction"] == "note"


def test_a_reply_is_queued_with_its_files_and_state(each_program: "Program", tmp_path: Path) -> None:
    number = each_program.ticket()
    file = tmp_path / "영수증.pdf"
    file.write_bytes(b"%PDF")
    done = each_program.json(
        "ticket", "reply", number, "Try again", "--then", "pending", "--cc", "Lee <lee@example.com>", "--attach", file
    )
    message = last(each_program, number)
    assert done["message"] == message["id"]
    assert (message["text"], message["delivery"]) == ("Try again", "queued")
    assert message["cc"] == [{"name": "Lee", "address": "lee@example.com"}]
    (attached,) = message["attachments"]
    assert (attached["filename"], attached["content_type"], attached["size"]) == ("영수증.pdf", "application/pdf", 4)
    assert each_program.json("ticket", "show", number)["state"] == "pending"


def test_a_reply_may_leave_later_and_the_ticket_sleep(program: "Program") -> None:
    number = program.ticket()
    program.ok("ticket", "reply", number, "Later", "--at", "2099-01-01T00:00:00Z", "--snooze", "2099-01-02T00:00:00Z")
    assert program.json("outbox", "list")[0]["not_before"] == "2099-01-01T00:00:00Z"
    assert program.json("ticket", "show", number)["snoozed_until"] == "2099-01-02T00:00:00Z"


def test_a_canned_reply_is_filled_in(program: "Program") -> None:
    number = program.ticket(sender="김민수 <minsu@example.com>")
    program.ok("canned", "add", "refund", "{{customer.name}} 고객님, #{{ticket.number}}")
    program.ok("ticket", "reply", number, "--canned", "refund")
    assert last(program, number)["text"] == f"김민수 고객님, #{number}"
    assert program.json("canned", "list")[0]["used"] == 1
    program.ok("canned", "add", "order", "About {{customer.order}}")
    done = program("ticket", "reply", number, "--canned", "order")
    assert done.code == 2 and "customer.order" in done.err
    assert len(program.json("ticket", "show", number)["messages"]) == 2


def test_what_arrived_meanwhile_stops_a_reply(each_program: "Program") -> None:
    number = each_program.ticket()
    seen = last(each_program, number)["id"]
    each_program.ok("ticket", "reply", number, "first", agent="bob")
    done = each_program("ticket", "reply", number, "second", "--seen", seen)
    assert done.code == 4 and "arrived while you were writing" in done.err
    assert last(each_program, number)["text"] == "first"


def test_a_note_is_for_the_team_alone(program: "Program") -> None:
    number = program.ticket()
    program.ok("ticket", "note", number, piped="from a script\n")
    message = last(program, number)
    assert (message["direction"], message["text"], message["delivery"]) == ("note", "from a script", None)


def test_a_ticket_is_forwarded(program: "Program") -> None:
    number = program.ticket()
    program.ok("ticket", "forward", number, "Please look", "--to", "repair@example.com")
    assert program.json("outbox", "list")[0]["to"] == ["repair@example.com"]


@pytest.mark.parametrize(
    ("words", "piped", "code", "told"),
    [
        (["create", "--subject", "x", "text"], "", 2, "needs a customer"),
        (["create", "--from", "a@b.c", "text"], "", 2, "--subject"),
        (["create", "--subject", "x", "--from", "nobody", "text"], "", 2, '"nobody" is not an address'),
        (["create", "--subject", "x", "--from", "a@b.c", "--to", "d@e.f", "text"], "", 2, "exclude each other"),
        (["create", "--subject", "x", "--customer", "99", "text"], "", 3, "There is no customer 99."),
        (["create", "--subject", "x", "--from", "a@b.c", "--team", "None", "text"], "", 3, "There is no team"),
        (["create", "--subject", "x", "--from", "a@b.c"], "", 2, "nothing written"),
        (["create", "--subject", "x", "--from", "a@b.c"], b"\xff\xfe", 2, "not UTF-8"),
        (["reply", "99", "text"], "", 3, "There is no ticket #99."),
        (["reply", "1", "text", "--to", "Nobody"], "", 2, "not an address"),
        (["reply", "1", "text", "--attach", "/nowhere/file"], "", 1, "/nowhere/file cannot be read"),
        (["reply", "1", "--canned", "none"], "", 3, "There is no canned reply"),
        (["reply", "1", "text", "--at", "yesterday"], "", 2, "yesterday"),
        (["note", "1", "  "], "", 2, "nothing written"),
    ],
)
def test_what_cannot_be_is_told(program: "Program", words: list[str], piped: str | bytes, code: int, told: str) -> None:
    program.ticket()
    done = program("ticket", *words, piped=piped)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err
    assert len(program.json("ticket", "list")) == 1


def test_nobody_is_kept_waiting_at_a_terminal(program: "Program") -> None:
    number = program.ticket()
    done = program("ticket", "note", number, piped="typed\n", terminal=True)
    assert done.code == 2 and "There is no text." in done.err
    assert program("ticket", "note", number, "-", piped="typed\n", terminal=True).code == 0
    assert last(program, number)["text"] == "typed"


def test_without_a_channel_nobody_can_be_answered(program: "Program") -> None:
    number = program.ticket()
    program.ok("channel", "remove", "support")
    done = program("ticket", "reply", number, "text")
    assert done.code == 2 and "supportdesk channel add email" in done.err
