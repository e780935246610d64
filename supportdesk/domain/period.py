"""Dates in queries: ``2026-11-01``, ``2026-11``, ``today``, ``7d`` and the stretch of time they mean."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from supportdesk.domain.condition import Condition, Op

_DAY = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", re.ASCII)
_AGO = re.compile(r"(\d{1,4})([hdw])", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 168}
_WORDS = {"today": "today", "오늘": "today", "yesterday": "yesterday", "어제": "yesterday"}


def canonical(text: str) -> str | None:
    """The one way to write a date of a query; None if it is not one."""
    lower = text.lower()
    if lower in _WORDS:
        return _WORDS[lower]
    if ago := _AGO.fullmatch(lower):
        return f"{int(ago[1])}{ago[2]}"
    if not (match := _DAY.fullmatch(lower)):
        return None
    try:
        found = date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return None
    if not 1970 <= found.year <= 2999:
        return None
    return found.isoformat() if match[3] else f"{found:%Y-%m}"


def is_relative(value: str) -> bool:
    """Whether a canonical date is a distance from now (``7d``)."""
    return _AGO.fullmatch(value) is not None


def interval(condition: Condition, now: datetime, tz: tzinfo) -> tuple[datetime | None, datetime | None]:
    """The half-open UTC stretch [from, to) of a date condition, None where it has no end.

    ``7d`` is the instant 7 days ago for before, after and since, and the local day it falls on for "on".
    """
    value = condition.values[0]
    instant = _instant(value, now)
    if instant is not None and condition.op is not Op.ON:
        start = end = instant
    else:
        first, last = _days(value, (instant or now).astimezone(tz).date())
        start, end = _midnight(first, tz), _midnight(last + timedelta(days=1), tz)
    match condition.op:
        case Op.BEFORE:
            return None, start
        case Op.AFTER:
            return end, None
        case Op.SINCE:
            return start, None
        case _:
            return start, end


def _instant(value: str, now: datetime) -> datetime | None:
    if not (ago := _AGO.fullmatch(value)):
        return None
    return now.astimezone(UTC) - timedelta(hours=int(ago[1]) * _HOURS[ago[2]])


def _days(value: str, today: date) -> tuple[date, date]:
    """First and last local day."""
    if value == "yesterday":
        today -= timedelta(days=1)
    match = _DAY.fullmatch(value)
    if match is None:
        return today, today
    first = date(int(match[1]), int(match[2]), int(match[3] or 1))
    if match[3]:
        return first, first
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, following - timedelta(days=1)


def _midnight(day: date, tz: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=tz).astimezone(UTC)
