"""Tests of ``supportdesk ticket list`` and ``show``."""

import sys
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.text import Text

from supportdesk.desk import listing, triage

if TYPE_CHECKING:
    from tests.commands.conftest import Program

LISTED = {
    "number", "subject", "state", "priority", "team", "assignee", "customer", "channel", "tags", "created_at",
    "updated_at", "next_due_at", "snoozed_until", "messages",
}  # fmt: skip
MESSAGE = {
    "id", "direction", "author", "at", "channel", "text", "reply_text", "attachments", "delivery", "joined_by",
}  # fmt: skip


def test_a_listed_ticket_has_the_keys_of_the_contract(each_program: "Program") -> None:
    number = each_program.ticket("환불이 아직 안 됐어요", "김민수 <minsu@example.com>")
    (row,) = each_program.json("ticket", "list")
    assert set(row) == LISTED
    assert (row["number"], row["subject"], row["state"]) == (number, "환불이 아직 안 됐어요", "new")
    assert row["customer"] == {"id": 1, "name": "김민수", "grade": ""}
    assert (row["team"], row["assignee"], row["channel"], row["tags"], row["messages"]) == (None, None, None, [], 1)
    assert row["created_at"].endswith("Z") and row["next_due_at"] > row["created_at"]


def test_what_was_done_to_a_ticket_is_listed(each_program: "Program") -> None:
    number = each_program.ticket()
    each_program.ok("ticket", "assign", number, "bob")
    each_program.ok("ticket", "team", number, "Billing")
    each_program.ok("ticket", "tag", number, "vip", "refund")
    each_program.ok("ticket", "state", number, "solved")
    (row,) = each_program.json("ticket", "list", "--view", "all")
    assert (row["assignee"], row["team"], row["tags"], row["state"]) == ("bob", "Billing", ["refund", "vip"], "solved")
    assert row["next_due_at"] is None, "nobody waits for a solved ticket"


def test_views_and_queries_choose_the_tickets(each_program: "Program") -> None:
    printer, refund, solved = (each_program.ticket(subject) for subject in ("Printer", "Refund", "Solved"))
    each_program.ok("ticket", "take", refund)
    each_program.ok("ticket", "state", solved, "solved")
    each_program.ok("view", "add", "refunds", "--query", "subject:refund")

    def numbers(*arguments: str, agent: str = "alice") -> list[int]:
        return [row["number"] for row in each_program.json("ticket", "list", *arguments, agent=agent)]

    assert numbers() == [solved, refund, printer], "newest change first"
    assert numbers("--view", "open") == [printer, refund]
    assert numbers("--view", "mine") == [refund]
    assert numbers("--view", "mine", agent="bob") == []
    assert numbers("--view", "refunds") == [refund]
    assert numbers("--view", "open", "--query", "assignee:none") == [printer]
    assert numbers("--query", "broke is:open sort:-number") == [refund, printer]
    assert numbers("--query", "sort:number") == [printer, refund, solved]
    assert numbers("--limit", "2") == [solved, refund]


def test_another_agents_view_is_not_there(program: "Program") -> None:
    program.ok("view", "add", "secret", "--query", "is:open", "--personal")
    assert program("ticket", "list", "--view", "secret").code == 0
    assert program("ticket", "list", "--view", "secret", agent="bob").code == 3


def test_all_tickets_come_page_after_page(each_program: "Program", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 3)
    numbers = [each_program.ticket(f"Ticket {i}") for i in range(8)]
    desk = each_program.desk()
    triage.add_tags(desk, numbers[:1], ["first"])
    desk.close()
    for sort in ("number", "-number", "updated", "-updated", "due", "priority"):
        rows = each_program.json("ticket", "list", "--limit", "0", "--query", f"sort:{sort}")
        assert sorted(row["number"] for row in rows) == numbers, sort
        assert [row["tags"] for row in rows if row["number"] == numbers[0]] == [["first"]]
    assert len(each_program.json("ticket", "list", "--limit", "4")) == 4


def test_no_tickets_are_an_empty_list(program: "Program") -> None:
    assert program.json("ticket", "list") == []
    done = program.ok("ticket", "list")
    assert (done.out, done.err) == ("", "No tickets.\n")


def test_anyone_may_look_but_a_named_agent_has_to_exist(program: "Program", monkeypatch: pytest.MonkeyPatch) -> None:
    import getpass

    program.ticket()
    monkeypatch.setattr(getpass, "getuser", lambda: "stranger")
    assert len(program.json("ticket", "list", agent="")) == 1
    assert program.json("ticket", "list", "--view", "mine", agent="") == []
    done = program("ticket", "list", agent="carol")
    assert done.code == 3 and "carol" in done.err


def test_customer_text_is_no_markup_and_korean_lines_up(program: "Program") -> None:
    program.ticket("[bold]환불[/bold] :smile:", "김민수 <minsu@example.com>")
    program.ticket("Plain", "Dana <dana@example.com>")
    head, *rows = program.ok("ticket", "list").out.splitlines()
    assert any("[bold]환불[/bold] :smile:" in row for row in rows)
    columns = {cell_len(row[: row.index(word)]) for row, word in zip(rows, ("Plain", "[bold]"), strict=True)}
    assert columns == {cell_len(head[: head.index("Subject")])}


@pytest.mark.parametrize(("width", "columns"), [(40, 3), (60, 5), (80, 6), (120, 8)])
def test_a_narrow_terminal_shows_what_matters_most(
    program: "Program", monkeypatch: pytest.MonkeyPatch, width: int, columns: int
) -> None:
    program.ticket("환불이 아직 안 됐어요 " * 10, "김민수 <minsu@example.com>")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    head, *rows = Text.from_ansi(program.ok("ticket", "list").out).plain.splitlines()
    assert len(head.split()) == columns
    assert max(map(cell_len, rows)) <= width
    assert "환불이" in "".join(rows)


def test_a_ticket_in_full_has_the_keys_of_the_contract(each_program: "Program") -> None:
    number = each_program.ticket(text="It broke\nhelp")
    other = each_program.ticket("Other")
    each_program.ok("ticket", "note", number, "called back")
    each_program.ok("ticket", "reply", number, "Try again")
    each_program.ok("ticket", "link", number, other)
    found = each_program.json("ticket", "show", f"#{number}")
    assert set(found) == LISTED | {"messages", "events", "merged_into", "links", "version"}
    asked, note, reply = found["messages"]
    assert set(asked) >= MESSAGE
    assert (asked["direction"], asked["author"], asked["text"]) == ("in", "Dana", "It broke\nhelp")
    assert (note["direction"], note["author"], note["delivery"]) == ("note", "alice", None)
    assert (reply["direction"], reply["author"], reply["delivery"]) == ("out", "Alice Kim", "queued")
    assert [event["kind"] for event in found["events"]] == ["created", "noted", "replied", "linked"]
    assert set(found["events"][0]) == {"id", "at", "actor", "kind", "data"}
    assert found["events"][0]["actor"] == "alice"
    assert found["links"][0]["number"] == other and found["merged_into"] is None
    assert found["version"] == 4 and found["assignee"] == "alice"


def test_a_ticket_is_shown_to_people(program: "Program") -> None:
    number = program.ticket("환불", "김민수 <minsu@example.com>", "[bold]안녕하세요[/bold]")
    program.ok("ticket", "note", number, "VIP, be quick")
    program.ok("ticket", "tag", number, "refund")
    shown = program.ok("ticket", "show", number).out
    for part in (f"#{number}  환불", "김민수", "[bold]안녕하세요[/bold]", "only the team sees this", "refund", "due "):
        assert part in shown
    other = program.ticket("Same again")
    program.ok("ticket", "merge", other, "--into", number)
    assert f"merged into #{number}" in program.ok("ticket", "show", other).out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["list", "--view", "nonsense"], 3, "supportdesk view list"),
        (["list", "--query", "colour:red"], 2, "colour"),
        (["list", "--query", "created:never"], 2, "never"),
        (["list", "--limit", "-1"], 2, "--limit"),
        (["show", "99"], 3, "There is no ticket #99."),
        (["show", "abc"], 2, "abc"),
        (["show", "99999999999999999999"], 2, "not a number"),
    ],
)
def test_what_cannot_be_is_told(program: "Program", arguments: list[str], code: int, told: str) -> None:
    done = program("ticket", *arguments)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err
