"""What people type when they mean a time, in English and Korean."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from supportdesk.domain.errors import Invalid
from supportdesk.domain.when import parse_when, short_span, short_time

SEOUL, BERLIN, APIA = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=SEOUL)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2h", "11-18 12:30"),
        ("30m", "11-18 11:00"),
        ("1h30m", "11-18 12:00"),
        ("3d", "11-21 10:30"),
        ("1w", "11-25 10:30"),
        ("1d 2h", "11-19 12:30"),
        ("in 2 hours", "11-18 12:30"),
        ("30분", "11-18 11:00"),
        ("2시간 후", "11-18 12:30"),
        ("３일", "11-21 10:30"),
        ("2주 뒤", "12-02 10:30"),
        ("tomorrow", "11-19 09:00"),
        ("Tomorrow 9", "11-19 09:00"),
        ("tomorrow at 9pm", "11-19 21:00"),
        ("today 18:00", "11-18 18:00"),
        ("내일 9시", "11-19 09:00"),
        ("내일오후3시반", "11-19 15:30"),
        ("모레", "11-20 09:00"),
        ("오늘 18시", "11-18 18:00"),
        ("mon 9", "11-23 09:00"),
        ("fri 14:30", "11-20 14:30"),
        ("wed 11", "11-18 11:00"),
        ("wed 9", "11-25 09:00"),
        ("월 9시", "11-23 09:00"),
        ("월요일 오전 9시", "11-23 09:00"),
        ("월요일오전 12시", "11-23 00:00"),
        ("일 9시", "11-22 09:00"),
        ("다음주 월", "11-23 09:00"),
        ("다음 주 금요일 2시 15분", "11-27 02:15"),
        ("next fri", "11-27 09:00"),
        ("next week", "11-23 09:00"),
        ("9:00", "11-19 09:00"),
        ("11:00", "11-18 11:00"),
        ("9am", "11-19 09:00"),
        ("12pm", "11-18 12:00"),
        ("12am", "11-19 00:00"),
        ("오후 3시 30분", "11-18 15:30"),
        ("정오", "11-18 12:00"),
        ("12-01", "12-01 09:00"),
        ("12/1 9", "12-01 09:00"),
        ("2026-12-01", "12-01 09:00"),
        ("2026-12-01 14:00", "12-01 14:00"),
        ("2026. 12. 1. 14:00", "12-01 14:00"),
        ("12월 1일 오후 2시", "12-01 14:00"),
    ],
)
def test_times(text: str, meant: str) -> None:
    found = parse_when(text, NOW, SEOUL)
    assert f"{found.astimezone(SEOUL):%m-%d %H:%M}" == meant
    assert found.tzinfo is UTC
    assert found.astimezone(SEOUL).year == 2026


def test_a_date_that_has_passed_is_next_years() -> None:
    assert parse_when("11-01", NOW, SEOUL).astimezone(SEOUL).year == 2027
    assert parse_when("2-29", NOW, SEOUL).astimezone(SEOUL).year == 2028


@pytest.mark.parametrize(
    "text",
    ["", "soon", "9", "25:00", "9:60", "monster", "2-30", "2026-13-01", "다음달", "밤 12시", "at", "next",
     "am", "٣d", "2h\x00"],
)  # fmt: skip
def test_what_cannot_be_read_is_answered_with_examples(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_when(text, NOW, SEOUL)
    assert "tomorrow 9" in caught.value.hint


@pytest.mark.parametrize("text", ["0m", "today", "today 10:30", "2026-11-01", "2020-12-01 14:00"])
def test_the_past_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="not in the future"):
        parse_when(text, NOW, SEOUL)


@pytest.mark.parametrize("text", ["99999w", "2100-01-01", "9999-12-31", "99999h 99999h"])
def test_the_far_future_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="ten years"):
        parse_when(text, NOW, SEOUL)


def test_days_keep_the_time_of_day_and_hours_are_exact_when_the_clocks_change() -> None:
    saturday = datetime(2026, 3, 28, 9, 0, tzinfo=BERLIN)
    assert parse_when("1d", saturday, BERLIN) == datetime(2026, 3, 29, 9, 0, tzinfo=BERLIN)
    assert parse_when("24h", saturday, BERLIN) == datetime(2026, 3, 29, 10, 0, tzinfo=BERLIN)
    assert parse_when("2026-03-29 02:30", saturday, BERLIN) == datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)


ENGLISH = ["2h", "30m", "1d", "tomorrow", "mon", "next", "9", "9:00", "14:30", "pm", "12-01", "2-29", "at", "noon"]
KOREAN = ["내일", "모레", "월", "월요일", "다음주", "9시", "오후", "3시", "30분", "3일", "12월", "1일"]
MOMENTS = st.integers(946_684_800, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from(ENGLISH + KOREAN), min_size=1, max_size=4),
    MOMENTS,
    st.sampled_from([SEOUL, BERLIN, APIA]),
)
def test_whatever_is_understood_is_in_the_future(words: list[str], now: datetime, tz: ZoneInfo) -> None:
    try:
        found = parse_when(" ".join(words), now, tz)
    except Invalid as error:
        assert str(error)
        return
    assert now < found


@pytest.mark.parametrize(
    ("delta", "shown"),
    [
        (timedelta(minutes=18, seconds=59), "00:18"),
        (timedelta(hours=-2, minutes=-10), "-02:10"),
        (timedelta(seconds=-1), "-00:00"),
        (timedelta(0), "00:00"),
        (timedelta(hours=23, minutes=59), "23:59"),
        (timedelta(hours=24), "1d 00h"),
        (timedelta(days=3, hours=4, minutes=59), "3d 04h"),
        (timedelta(days=-99, hours=-23), "-99d 23h"),
    ],
)
def test_short_spans(delta: timedelta, shown: str) -> None:
    assert short_span(delta) == shown
    assert cell_len(shown) <= 8


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 11, 18, 0, 31, tzinfo=UTC), "09:31"),
        (datetime(2026, 11, 17, 15, 0, tzinfo=UTC), "00:00"),
        (datetime(2026, 11, 17, 14, 59, tzinfo=UTC), "11-17"),
        (datetime(2025, 12, 31, 14, 59, tzinfo=UTC), "2025-12-31"),
        (datetime(2025, 12, 31, 15, 0, tzinfo=UTC), "01-01"),
    ],
)
def test_short_times(at: datetime, shown: str) -> None:
    assert short_time(at, NOW, SEOUL) == shown
