"""Tests of ``supportdesk ticket assign|take|state|priority|tag|team|snooze|spam|rename``."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def shown(program: "Program", number: int) -> Any:
    return program.json("ticket", "show", number)


@pytest.mark.parametrize(
    ("words", "key", "value"),
    [
        (["assign", "N", "bob"], "assignee", "bob"),
        (["assign", "N", "me"], "assignee", "alice"),
        (["take", "N"], "assignee", "alice"),
        (["state", "N", "on_hold"], "state", "on_hold"),
        (["state", "N", "on-hold"], "state", "on_hold"),
        (["state", "N", "Solved"], "state", "solved"),
        (["priority", "N", "urgent"], "priority", "urgent"),
        (["team", "N", "Shipping"], "team", "Shipping"),
        (["spam", "N"], "state", "spam"),
        (["rename", "N", "New subject"], "subject", "New subject"),
    ],
)
def test_a_verb_changes_its_aspect_by_the_acting_agent(
    each_program: "Program", words: list[str], key: str, value: str
) -> None:
    number = each_program.ticket()
    done = each_program.json("ticket", *(str(number) if word == "N" else word for word in words))
    found = shown(each_program, number)
    assert found[key] == value
    assert done["tickets"] == [{"number": number, "version": found["version"]}]
    assert done["events"] == [found["events"][-1]["id"]]
    assert found["events"][-1]["actor"] == "alice"


def test_several_tickets_are_one_stroke(each_program: "Program") -> None:
    numbers = [each_program.ticket(f"Ticket {i}") for i in range(3)]
    done = each_program.ok("ticket", "state", f"{numbers[0]},{numbers[1]}", f"#{numbers[2]}", "pending")
    assert done.err == "3 tickets changed.\n"
    assert {shown(each_program, number)["state"] for number in numbers} == {"pending"}
    each_program.ok("ticket", "undo")
    assert {shown(each_program, number)["state"] for number in numbers} == {"new"}


def test_none_of_several_is_changed_where_one_cannot_be(program: "Program") -> None:
    number = program.ticket()
    assert program("ticket", "take", number, 99).code == 3
    assert shown(program, number)["assignee"] is None


def test_what_was_given_is_taken_away_by_none(program: "Program") -> None:
    number = program.ticket()
    program.ok("ticket", "assign", number, "bob")
    program.ok("ticket", "team", number, "Billing")
    program.ok("ticket", "assign", number, "none")
    program.ok("ticket", "team", number, "none")
    found = shown(program, number)
    assert (found["assignee"], found["team"]) == (None, None)


def test_tags_are_added_removed_and_replaced(each_program: "Program") -> None:
    number = each_program.ticket()

    def tags(*words: str) -> list[str]:
        each_program.ok("ticket", "tag", number, *words)
        found: list[str] = shown(each_program, number)["tags"]
        return found

    assert tags("VIP", "환불") == ["vip", "환불"]
    assert tags("late", "-vip") == ["late", "환불"]
    assert tags("-h") == ["late", "환불"], "a tag, not a call for help"
    assert tags("--remove", "late", "+2026") == ["2026", "환불"]
    assert tags("--set", "only") == ["only"]
    assert tags("--set") == []


def test_a_ticket_sleeps_until_a_time_and_wakes(program: "Program") -> None:
    number = program.ticket()
    program.ok("ticket", "snooze", number, "2099-01-02T03:04:05+09:00", agent="alice")
    assert program("ticket", "snooze", number, "1999-01-02T03:04:05Z").code == 2
    program.ok("ticket", "snooze", number, "tomorrow", "9")
    assert shown(program, number)["snoozed_until"].endswith("T09:00:00Z")
    program.ok("ticket", "snooze", number, "now")
    assert shown(program, number)["snoozed_until"] is None


def test_a_time_is_meant_in_the_zone_of_the_config(program: "Program", monkeypatch: pytest.MonkeyPatch) -> None:
    from supportdesk.paths import paths

    config = paths().config
    config.parent.mkdir(parents=True)
    config.write_text('timezone = "Asia/Seoul"')
    number = program.ticket()
    program.ok("ticket", "snooze", number, "내일 9시")
    assert shown(program, number)["snoozed_until"].endswith("T00:00:00Z")


def test_spam_can_be_none_after_all(program: "Program") -> None:
    number = program.ticket()
    program.ok("ticket", "spam", number)
    program.ok("ticket", "spam", "--not", number)
    assert shown(program, number)["state"] == "open"


def test_nothing_to_change_is_no_event(program: "Program") -> None:
    number = program.ticket()
    assert "Nothing changed" in program.ok("ticket", "state", number, "new").err
    assert program.json("ticket", "state", number, "new")["events"] == []


def test_a_version_seen_guards_against_silent_overwriting(each_program: "Program") -> None:
    number = each_program.ticket()
    seen = shown(each_program, number)["version"]
    each_program.ok("ticket", "assign", number, "bob", agent="bob")
    done = each_program("ticket", "assign", number, "alice", "--expect", seen)
    assert done.code == 4
    assert "bob changed the assignee" in done.err
    assert shown(each_program, number)["assignee"] == "bob"
    each_program.ok("ticket", "priority", number, "high", "--expect", seen)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["assign", "1", "carol"], 3, "There is no agent “carol”."),
        (["team", "1", "Nowhere"], 3, "There is no team “Nowhere”."),
        (["state", "1", "happy"], 2, "new, open, pending, on_hold, solved, closed, spam"),
        (["priority", "1", "extreme"], 2, "urgent, high, normal, low"),
        (["state", "one", "open"], 2, '"one" is not a number'),
        (["state", "0", "open"], 2, '"0" is not a number'),
        (["state", "1"], 2, "Missing argument"),
        (["tag", "1"], 2, "There is no tag."),
        (["snooze", "1"], 2, "Until when?"),
        (["snooze", "1", "sometime"], 2, '"sometime" is not a time.'),
        (["rename", "1", " "], 2, "needs a subject"),
        (["assign", "1", "2", "bob", "--expect", "3"], 2, "belongs to one ticket"),
    ],
)
def test_what_cannot_be_is_told(program: "Program", words: list[str], code: int, told: str) -> None:
    program.ticket()
    done = program("ticket", *words)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err


def test_who_is_no_agent_changes_nothing(program: "Program", monkeypatch: pytest.MonkeyPatch) -> None:
    import getpass

    number = program.ticket()
    monkeypatch.setattr(getpass, "getuser", lambda: "stranger")
    done = program("ticket", "state", number, "solved", agent="")
    assert done.code == 3 and "You are stranger" in done.err
    assert shown(program, number)["state"] == "new"
