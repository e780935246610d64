"""Dates of queries mean local days, whatever the clocks do."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from supportdesk.domain.condition import Condition, Field, Op
from supportdesk.domain.period import canonical, interval

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 18, 1, 30, tzinfo=UTC)  # 10:30 in Seoul


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def of(op: Op, value: str, now: datetime = NOW, tz: tzinfo = SEOUL) -> tuple[datetime | None, datetime | None]:
    return interval(Condition(Field.CREATED, (value,), op), now, tz)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2026-11-01", "2026-11-01"),
        ("2026-1-2", "2026-01-02"),
        ("2026-1", "2026-01"),
        ("오늘", "today"),
        ("Yesterday", "yesterday"),
        ("07D", "7d"),
        ("2w", "2w"),
        ("2026-02-30", None),
        ("1969-12-31", None),
        ("3000-01-01", None),
        ("7", None),
        ("7m", None),
        ("٢d", None),
        ("", None),
    ],
)
def test_one_way_to_write_a_date(written: str, value: str | None) -> None:
    assert canonical(written) == value


def test_days_are_local_days() -> None:
    assert of(Op.ON, "2026-11-01") == (utc("2026-10-31T15:00"), utc("2026-11-01T15:00"))
    assert of(Op.BEFORE, "2026-11-01") == (None, utc("2026-10-31T15:00"))
    assert of(Op.AFTER, "2026-11-01") == (utc("2026-11-01T15:00"), None)
    assert of(Op.SINCE, "2026-11-01") == (utc("2026-10-31T15:00"), None)


def test_today_is_the_readers_today() -> None:
    late = utc("2026-11-17T16:00")
    assert of(Op.ON, "today", late) == (utc("2026-11-17T15:00"), utc("2026-11-18T15:00"))
    assert of(Op.ON, "yesterday", late) == (utc("2026-11-16T15:00"), utc("2026-11-17T15:00"))


def test_months() -> None:
    assert of(Op.ON, "2026-12") == (utc("2026-11-30T15:00"), utc("2026-12-31T15:00"))
    assert of(Op.AFTER, "2026-11") == (utc("2026-11-30T15:00"), None)


def test_distances_are_instants_except_for_on() -> None:
    assert of(Op.BEFORE, "7d") == (None, utc("2026-11-11T01:30"))
    assert of(Op.SINCE, "2h") == (utc("2026-11-17T23:30"), None)
    assert of(Op.AFTER, "1w") == (utc("2026-11-11T01:30"), None)
    assert of(Op.ON, "7d") == (utc("2026-11-10T15:00"), utc("2026-11-11T15:00"))


def test_the_day_the_clocks_change_has_25_hours() -> None:
    assert of(Op.ON, "2026-10-25", tz=BERLIN) == (utc("2026-10-24T22:00"), utc("2026-10-25T23:00"))
