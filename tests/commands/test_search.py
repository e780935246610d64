"""Tests of ``supportdesk search``."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Program


def test_messages_are_found_newest_first(each_program: "Program") -> None:
    first = each_program.ticket("배송", "김민수 <minsu@example.com>", "환불 신청했는데요")
    second = each_program.ticket("Refund", "Dana <dana@example.com>", "환불 부탁드립니다")
    each_program.ticket("Other", text="nothing of it")
    rows = each_program.json("search", "환불")
    assert [set(row) for row in rows] == [{"ticket", "message", "at", "customer", "snippet"}] * 2
    assert [(row["ticket"], row["customer"]) for row in rows] == [(second, "Dana"), (first, "김민수")]
    assert rows[0]["snippet"] == "환불 부탁드립니다"
    assert [row["ticket"] for row in each_program.json("search", "환불", "from:minsu")] == [first]
    assert [row["ticket"] for row in each_program.json("search", "환불", "--limit", "1")] == [second]
    assert len(each_program.json("search", "환불", "--limit", "0")) == 2
    assert "환불 신청했는데요" in each_program.ok("search", "환불").out


def test_what_is_not_there_is_an_empty_list(program: "Program") -> None:
    assert program.json("search", "없음") == []
    assert program.ok("search", "없음").err == "Nothing was found.\n"


@pytest.mark.parametrize("query", ["colour:red", "is:nothing", "before:never", "!!!"])
def test_what_cannot_be_read_is_told(program: "Program", query: str) -> None:
    done = program("search", query)
    assert (done.code, done.raw) == (2, b"")
    assert done.err.strip()
