"""Tests of ``supportdesk ticket merge|unmerge|split|link|unlink|undo``."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def shown(program: "Program", number: int) -> Any:
    return program.json("ticket", "show", number)


@pytest.mark.parametrize("into", [True, False])
def test_tickets_become_one_and_are_taken_apart_again(each_program: "Program", into: bool) -> None:
    target, first, second = (each_program.ticket(text=f"text {i}") for i in range(3))
    words = [first, second, "--into", target] if into else [first, second, target]
    each_program.ok("ticket", "merge", *words)
    assert shown(each_program, first)["merged_into"] == target
    assert len(shown(each_program, target)["messages"]) == 3
    assert [row["number"] for row in each_program.json("ticket", "list")] == [target]
    assert {row["number"] for row in each_program.json("ticket", "list", "--query", "is:merged")} == {first, second}
    each_program.ok("ticket", "unmerge", first)
    assert shown(each_program, first)["merged_into"] is None
    assert [message["text"] for message in shown(each_program, first)["messages"]] == ["text 1"]
    assert len(shown(each_program, target)["messages"]) == 2


def test_a_merged_ticket_refuses_work(program: "Program") -> None:
    source, target = program.ticket(), program.ticket()
    program.ok("ticket", "merge", source, target)
    for words in (["state", source, "solved"], ["reply", source, "text"], ["merge", source, target]):
        done = program("ticket", *words)
        assert done.code == 4 and f"#{target}" in done.err


def test_messages_become_a_ticket_of_their_own(each_program: "Program") -> None:
    number = each_program.ticket()
    moved = each_program.json("ticket", "note", number, "Another matter")["message"]
    done = each_program.ok("ticket", "split", number, moved, "--subject", "The other")
    made = int(done.out.removeprefix("#"))
    found = shown(each_program, made)
    assert (found["subject"], found["messages"][0]["text"]) == ("The other", "Another matter")
    assert found["links"][0]["number"] == number and found["links"][0]["kind"] == "split"


def test_tickets_are_linked_and_unlinked(program: "Program") -> None:
    one, other = program.ticket(), program.ticket()
    program.ok("ticket", "link", one, other)
    assert shown(program, other)["links"][0]["number"] == one
    program.ok("ticket", "unlink", one, other)
    assert shown(program, other)["links"] == []


def test_the_last_change_of_the_agent_is_taken_back(each_program: "Program") -> None:
    one, other = each_program.ticket(), each_program.ticket()
    each_program.ok("ticket", "priority", one, "high")
    each_program.ok("ticket", "priority", other, "low")
    each_program.ok("ticket", "priority", one, "urgent", agent="bob")
    each_program.ok("ticket", "undo")
    assert shown(each_program, other)["priority"] == "normal"
    assert shown(each_program, one)["priority"] == "urgent"
    each_program.ok("ticket", "undo", one, agent="bob")
    assert shown(each_program, one)["priority"] == "high"


def test_a_ticket_opened_by_mistake_is_taken_back(program: "Program") -> None:
    number = program.ticket()
    assert program.ok("ticket", "undo").err == "Done.\n"
    assert program("ticket", "show", number).code == 3


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["merge", "1"], 2, "Into which ticket?"),
        (["merge", "1", "1"], 2, "into itself"),
        (["merge", "1", "99"], 3, "There is no ticket #99."),
        (["unmerge", "1"], 4, "is not merged"),
        (["split", "1", "99"], 2, "not in #1"),
        (["split", "1", "1"], 2, "leave #1 empty"),
        (["link", "1", "1"], 2, "to itself"),
        (["link", "1", "2", "--kind", "married"], 2, "related"),
        (["undo", "--agent", "bob"], 3, "nothing to undo"),
    ],
)
def test_what_cannot_be_is_told(program: "Program", words: list[str], code: int, told: str) -> None:
    program.ticket()
    program.ticket()
    done = program("ticket", *words)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err
