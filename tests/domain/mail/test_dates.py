"""Dates in the writings that mailers use."""

from datetime import UTC, datetime

import pytest

from supportdesk.domain.mail.dates import parse_date

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "Sat, 21 Nov 2026 21:00:00 +0900",
        "Sat, 21 Nov 2026 12:00:00 GMT",
        "21 Nov 26 12:00 +0000",
        "Sat, 21 Nov 2026 12:00:00 (UTC)",
        "Sat, 21 Nov 2026 07:00:00 EST",
        "2026-11-21T21:00:00+09:00",
        "2026-11-21 12:00:00",
    ],
)
def test_one_moment_in_many_writings(value: str) -> None:
    assert parse_date(value) == NOON


@pytest.mark.parametrize(
    "value", ["", "soon", "99 Foo 2026", "Sat, 31 Feb 2026 10:00:00 +0000", "1 " * 5000, "2026-13-41T10:00"]
)
def test_what_is_no_date_is_none(value: str) -> None:
    assert parse_date(value) is None


def test_a_leap_second_is_a_moment() -> None:
    assert parse_date("Sat, 31 Dec 2016 23:59:60 +0000") == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)
