"""A ticket in one line: exactly as wide as asked, with what matters kept."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from supportdesk.domain.people import Presence
from supportdesk.domain.ticket import NEVER, Priority, QueueRow, State
from supportdesk.widgets.queue_line import Mark, Role, due_text, parts

NOW = datetime(2026, 11, 21, 9, 42, tzinfo=UTC)
ROW = QueueRow(
    number=1042, subject="환불이 아직 안 됐어요", preview="3일 전에 환불 신청했는데 아직 처리가 안 됐어요.",
    state=State.OPEN, priority=Priority.URGENT, channel="kakao", channel_kind="kakao", customer_id=1,
    customer="김민수", grade="VIP", team="Billing", assignee="bob",
    created_at=NOW, updated_at=NOW, next_due_at=NOW + timedelta(minutes=18), snoozed_until=None,
    waiting_since=NOW - timedelta(hours=1), messages=2, version=1,
)  # fmt: skip


def line(row: QueueRow = ROW, width: int = 100, mark: Mark | None = None, present: tuple[Presence, ...] = ()) -> str:
    return "".join(text for text, _role in parts(row, width, NOW, mark or Mark(), present))


texts = st.lists(st.sampled_from([*"abc 한글漢字ｶﾅé-,", "👩‍👧", "🇰🇷", "❤️"]), max_size=60).map("".join)


@given(texts, texts, texts, st.sampled_from(["", "VIP", "골드"]), texts, st.integers(60, 200), st.booleans())
def test_every_line_is_exactly_as_wide_as_asked(
    subject: str, preview: str, customer: str, grade: str, owner: str, width: int, gone: bool
) -> None:
    row = dataclasses.replace(
        ROW, subject=subject, preview=preview, customer=customer, grade=grade, assignee=owner, team=""
    )
    assert cell_len(line(row, width, Mark(here=True, gone=gone))) == width


def test_the_columns_of_a_wide_and_a_narrow_line() -> None:
    wide = "    00:18 !! kakao  김민수 VIP           환불이 아직 안 됐어요 - 3일 전에 환불 신청했는데 아직 처리 bob"
    assert line(width=120).rstrip() == wide
    assert line(width=60).startswith("    00:18 !! kakao  김민수 VIP      환불이 ")
    assert line(width=60).endswith(".. bob       ")


def test_a_long_name_is_cut_but_the_grade_stays() -> None:
    assert "Bartholomew Va.. VIP " in line(dataclasses.replace(ROW, customer="Bartholomew Vandermeer"), 120)


@pytest.mark.parametrize(
    ("change", "shown", "late"),
    [
        ({}, "00:18", False),
        ({"next_due_at": NOW - timedelta(hours=2, minutes=10)}, "-02:10", True),
        ({"next_due_at": NOW + timedelta(days=20)}, "20d", False),
        ({"next_due_at": NEVER, "updated_at": NOW - timedelta(hours=5)}, "5h", False),
        ({"next_due_at": NEVER, "updated_at": NOW - timedelta(days=3)}, "3d", False),
        ({"state": State.PENDING, "next_due_at": NEVER}, "waiting", False),
        ({"state": State.SOLVED}, "solved", False),
        ({"snoozed_until": NOW + timedelta(minutes=90)}, "z 1h", False),
        ({"snoozed_until": NOW - timedelta(minutes=1)}, "00:18", False),
    ],
)
def test_the_first_column_says_how_long_is_left_or_where_it_stands(
    change: dict[str, object], shown: str, late: bool
) -> None:
    assert due_text(dataclasses.replace(ROW, **change), NOW) == (shown, late)  # type: ignore[arg-type]


def test_priority_can_be_read_without_colour() -> None:
    shown = {priority: line(dataclasses.replace(ROW, priority=priority))[10:12] for priority in Priority}
    assert shown == {Priority.URGENT: "!!", Priority.HIGH: "! ", Priority.NORMAL: "  ", Priority.LOW: "- "}


def test_only_what_is_unread_stands_out_and_what_left_fades() -> None:
    assert Role.UNREAD in {role for _text, role in parts(ROW, 100, NOW, Mark())}
    read = dataclasses.replace(ROW, waiting_since=None)
    assert Role.UNREAD not in {role for _text, role in parts(read, 100, NOW, Mark())}
    assert {role for _text, role in parts(ROW, 100, NOW, Mark(gone=True))} == {Role.MUTED}


def test_who_is_on_it_now_is_seen_and_whether_they_write() -> None:
    reading = Presence(1042, "carol", "reading", NOW)
    replying = Presence(1042, "dave", "replying", NOW)
    assert line(width=120, present=(reading,)).rstrip().endswith("bob       (carol)")
    assert line(width=120, present=(reading, replying)).rstrip().endswith("bob       dave..")
    assert line(width=80, present=(reading,)).rstrip().endswith(" (carol)")
