"""Dates in the writings that mailers use."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportdesk.domain.mail.dates import parse_date

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "Sat, 21 Nov 2026 21:00:00 +0900",
        "Sat, 21 Nov 2026 12:00:00 GMT",
        "21 Nov 26 12:00 +0000",
        "Sat, 21 Nov 126 12:00:00 +0000",
        "Sat, 21 Nov 2026 12:00:00 (UTC)",
        "Sat, 21 Nov 2026 07:00:00 EST",
        "Sat, 21 Nov 2026 12:00:00 A",
        "Sat,21 Nov 2026 12:00:00+0000",
        "Sat, 21 (a comment) Nov 2026 12:00:00 +0000",
        "Sat, 21 Nov 2026 12:00:00 -0000 (added by postmaster@x.example)",
        "Sat, 21 Nov 2026 24:00:00 +1200",
        '"Sat, 21 Nov 2026 12:00:00 +0000"',
        "2026-11-21T21:00:00+09:00",
        "2026-11-21T12:00:00.123Z",
        "2026-11-21 12:00:00",
    ],
)
def test_one_moment_in_the_writings_of_the_standards(value: str) -> None:
    assert parse_date(value) == NOON


@pytest.mark.parametrize(
    "value",
    [
        "Sat, 21 Nov 2026 21:00:00 KST",
        "Sat, 21 Nov 2026 21:00:00 (KST)",
        "Sat, 21 Nov 2026 21:00:00 GMT+09:00",
        "Sat, 21 Nov 2026 21:00:00 +0900 (대한민국 표준시)",
        "Sat, 21 Nov 2026 17:30:00 IST",
        "Sat Nov 21 21:00:00 2026 +0900",
        "Sat Nov 21 21:00:00 KST 2026",
        "Saturday, 21-Nov-26 12:00:00 GMT",
        "Saturday, November 21, 2026 12:00 PM",
        "Sat, Nov 21, 2026 at 12:00:00PM +0000",
        "Sat, 21 Nov 2026 12.00.00 +0000",
        "11/21/2026 12:00 PM",
        "21/11/2026 12:00",
        "2026/11/21 21:00 +0900",
    ],
)
def test_one_moment_in_the_writings_of_careless_programs(value: str) -> None:
    assert parse_date(value) == NOON


@pytest.mark.parametrize(
    "value",
    [
        "2026년 11월 21일 (토) 오후 9:00:00 +0900",
        "2026년 11월 21일 토요일 21시 00분 KST",
        "2026년 11월 21일 (토) 오후 9:00 (GMT+9)",
        "2026. 11. 21. 오후 9:00 +0900",
        "2026年11月21日(土) 21:00:00 +0900",
        "2026年11月21日 午後9時00分 JST",
        "2026年11月21日 星期六 下午8:00 +0800",
        "Samstag, 21. November 2026 13:00 +0100",
        "Sa., 21. Nov. 2026 um 13:00 Uhr MEZ",
        "21.11.2026 13.00 +0100",
        "samedi 21 novembre 2026 à 13:00 CET",
        "sábado, 21 de noviembre de 2026 13:00 +0100",
        "21 de nov de 2026 13:00 +0100",
        "сб, 21 нояб. 2026 г. в 15:00 MSK",
        "sob., 21 lis 2026 13:00 +0100",
    ],
)
def test_one_moment_in_the_languages_of_our_customers(value: str) -> None:
    assert parse_date(value) == NOON


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "2026",
        "12:00",
        "99 Foo 2026",
        "Sat, 31 Feb 2026 10:00:00 +0000",
        "Sat, 21 Nov 2026 25:61:00 +0000",
        "Sat, 21 Nov 0000 12:00:00 +0000",
        "Sat, 21 Nov 2026 12:00:00 +9999",
        "1 " * 5000,
        "2026-13-41T10:00",
        "01/02/2026 10:00",
    ],
)
def test_what_is_no_date_or_could_be_two_is_none(value: str) -> None:
    assert parse_date(value) is None


def test_a_leap_second_is_a_moment() -> None:
    assert parse_date("Sat, 31 Dec 2016 23:59:60 +0000") == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_of_several_headers_the_first_well_written_one_counts() -> None:
    broken = "Tue, 7 Apr 2026 10:00:t <a@b.c>"
    assert parse_date(broken, "Sat, 21 Nov 2026 12:00:00 +0000") == NOON
    assert parse_date(broken) == datetime(2026, 4, 7, 10, 0, tzinfo=UTC)
    assert parse_date() is None


@given(st.datetimes().filter(lambda moment: 1950 <= moment.year < 9998), st.integers(-720, 840))
def test_every_date_of_the_standard_is_read_back(moment: datetime, minutes: int) -> None:
    moment = moment.replace(microsecond=0)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    written = f"{moment:%a, %d %b} {moment.year:04} {moment:%H:%M:%S} {sign}{hours:02}{rest:02}"
    found = parse_date(written)
    assert found is not None
    assert int((moment.replace(tzinfo=UTC) - found).total_seconds()) == minutes * 60


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(value: str) -> None:
    found = parse_date(value)
    assert found is None or found.tzinfo is UTC
