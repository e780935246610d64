"""Tests of times on the command line."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportdesk.commands.times import moment, past, zone
from supportdesk.domain.errors import Invalid

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2h", NOW + timedelta(hours=2)),
        ("내일 9시", datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),
        ("2026-12-01T09:00:00Z", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("2026-12-01T09:00:00+09:00", datetime(2026, 12, 1, 0, tzinfo=UTC)),
        ("2026-12-01T09:00", datetime(2026, 12, 1, 0, tzinfo=UTC)),
    ],
)
def test_people_and_programs_write_times(text: str, meant: datetime) -> None:
    assert moment(text, NOW, SEOUL) == meant


@pytest.mark.parametrize("text", ["2026-11-21T09:00:00Z", "2026-13-01T00:00:00Z", "Tomorrowish", ""])
def test_what_is_past_or_no_time_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        moment(text, NOW, SEOUL)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("7d", NOW - timedelta(days=7)),
        (" 2026-11-01 ", datetime(2026, 10, 31, 15, tzinfo=UTC)),
        ("어제", datetime(2026, 11, 19, 15, tzinfo=UTC)),
        ("2026-11-01T09:00:00Z", datetime(2026, 11, 1, 9, tzinfo=UTC)),
        ("2999-01-01", datetime(2998, 12, 31, 15, tzinfo=UTC)),
    ],
)
def test_a_time_something_began(text: str, meant: datetime) -> None:
    assert past(text, NOW, SEOUL) == meant


@pytest.mark.parametrize("text", ["someday", "", "2026-13-01"])
def test_no_time_did_not_begin(text: str) -> None:
    with pytest.raises(Invalid):
        past(text, NOW, SEOUL)


def test_the_zone_is_the_named_one_then_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Vienna")
    assert zone("Asia/Seoul") == SEOUL
    assert zone("") == ZoneInfo("Europe/Vienna")
    monkeypatch.setenv("TZ", ":America/New_York")
    assert zone("") == ZoneInfo("America/New_York")
    monkeypatch.setenv("TZ", "Nowhere/City")
    assert zone("Also/Nowhere").utcoffset(NOW) is not None
