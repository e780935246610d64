"""Times as people type them (``2h``, ``mon 9``, ``내일 9시``), and as a queue shows them.

Days and weeks keep the time of day, hours and minutes are exact, so a change to summer time in between
moves nobody's nine o'clock.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from supportdesk.domain.errors import Invalid
from supportdesk.domain.msgid import N_

MORNING = time(9)
"""The time meant when only a day is named."""

MAX_AHEAD = timedelta(days=3660)

_UNITS = {
    "m": "minutes", "min": "minutes", "mins": "minutes", "minutes": "minutes", "분": "minutes",
    "h": "hours", "hr": "hours", "hours": "hours", "hour": "hours", "시간": "hours",
    "d": "days", "day": "days", "days": "days", "일": "days",
    "w": "weeks", "week": "weeks", "weeks": "weeks", "주": "weeks", "주일": "weeks",
}  # fmt: skip
_WEEKDAYS = {
    name: index
    for index, names in enumerate(
        ("monday mon 월요일 월", "tuesday tue 화요일 화", "wednesday wed 수요일 수", "thursday thu 목요일 목",
         "friday fri 금요일 금", "saturday sat 토요일 토", "sunday sun 일요일 일")
    )
    for name in names.split()
}  # fmt: skip
_DAYS = {"today": 0, "오늘": 0, "tomorrow": 1, "tmr": 1, "내일": 1, "모레": 2, "글피": 3}
_NEXT_WEEK = ("next week", "다음 주", "다음주", "담주")
_MORNINGS = ("am", "오전", "아침", "새벽")
_AFTERNOONS = ("pm", "오후", "저녁", "밤")


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


_SPAN = re.compile(rf"(?:in\s+)?((?:\d{{1,5}}\s*(?:{_either(_UNITS)})\s*)+)(?:later|후|뒤)?", re.ASCII)
_SPAN_PART = re.compile(rf"(\d{{1,5}})\s*({_either(_UNITS)})", re.ASCII)
_WHEN = re.compile(
    rf"""
    (?: (?P<named>{_either(_DAYS)})
      | (?P<next>next|{_either(_NEXT_WEEK)})?\s*(?P<weekday>{_either(_WEEKDAYS)})
      | (?P<week>{_either(_NEXT_WEEK)})
      | (?:(?P<year>\d{{4}})[-./]\s?)?(?P<month>\d{{1,2}})[-./]\s?(?P<day>\d{{1,2}})\.?
      | (?P<kmonth>\d{{1,2}})월\s?(?P<kday>\d{{1,2}})일
    )?
    (?:\s+at)?\s*
    (?: (?P<noon>noon|정오)
      | (?P<half1>{_either((*_MORNINGS, *_AFTERNOONS))})?\s*
        (?P<hour>\d{{1,2}})
        (?: \s?(?P<hours>시)(?:\s?(?:(?P<kminute>\d{{1,2}})분|(?P<thirty>반)))? | :(?P<minute>\d{{2}}) )?
        \s*(?P<half2>am|pm)?
    )?""",
    re.VERBOSE | re.ASCII,
)


def parse_when(text: str, now: datetime, tz: tzinfo) -> datetime:
    """The moment meant, in UTC and after ``now``. A day alone is its morning, a time alone the next such time."""
    plain = " ".join(unicodedata.normalize("NFKC", text[:100]).lower().split())
    if span := _SPAN.fullmatch(plain):
        found = _later(span[1], now, tz)
    elif plain and (match := _WHEN.fullmatch(plain)):
        found = _moment(match, text, now, tz)
    else:
        raise _unreadable(text)
    if found <= now:
        raise Invalid(N_('"{text}" is not in the future.'), hint=N_("Write 2h, tomorrow 9 or mon 9."), text=text)
    if found > now + MAX_AHEAD:
        raise Invalid(N_('"{text}" is more than ten years away.'), hint=N_("Name a day that comes sooner."), text=text)
    return found


def _unreadable(text: str) -> Invalid:
    return Invalid(
        N_('"{text}" is not a time.'),
        hint=N_("Write 2h, 3d, tomorrow 9, mon 14:30, 9:00 or 2026-12-01 14:00."),
        text=text,
    )


def _later(span: str, now: datetime, tz: tzinfo) -> datetime:
    total: dict[str, int] = {}
    for count, unit in _SPAN_PART.findall(span):
        total[_UNITS[unit]] = total.get(_UNITS[unit], 0) + int(count)
    days = min(total.get("days", 0) + 7 * total.get("weeks", 0), 100_000)
    exact = timedelta(hours=total.get("hours", 0), minutes=total.get("minutes", 0))
    local = now.astimezone(tz)
    return _utc(local.date() + timedelta(days=days), local.timetz().replace(tzinfo=None), tz) + exact


def _moment(match: re.Match[str], text: str, now: datetime, tz: tzinfo) -> datetime:
    at = _time_of_day(match, text)
    today = now.astimezone(tz).date()
    if match["named"]:
        return _utc(today + timedelta(days=_DAYS[match["named"]]), at or MORNING, tz)
    if match["weekday"] or match["week"]:
        return _weekday(match, at or MORNING, now, tz)
    if match["month"] or match["kmonth"]:
        return _on_date(match, at or MORNING, text, now, tz)
    bare_number = match["hour"] and not (match["hours"] or match["minute"] or match["half1"] or match["half2"])
    if at is None or bare_number:
        raise _unreadable(text)
    first = _utc(today, at, tz)
    return first if first > now else _utc(today + timedelta(days=1), at, tz)


def _time_of_day(match: re.Match[str], text: str) -> time | None:
    if match["noon"]:
        return time(12)
    if match["hour"] is None:
        return None
    hour, half = int(match["hour"]), match["half1"] or match["half2"]
    minute = 30 if match["thirty"] else int(match["kminute"] or match["minute"] or 0)
    if half in _AFTERNOONS and hour < 12:
        hour += 12
    elif half in _MORNINGS and hour == 12:
        hour = 0
    midnight_of_which_day = half == "밤" and int(match["hour"]) == 12
    if hour > 23 or minute > 59 or midnight_of_which_day:
        raise _unreadable(text)
    return time(hour, minute)


def _weekday(match: re.Match[str], at: time, now: datetime, tz: tzinfo) -> datetime:
    """The next such day, today included while the time is ahead; "next" means in the week after this one."""
    today = now.astimezone(tz).date()
    wanted = _WEEKDAYS[match["weekday"]] if match["weekday"] else 0
    if match["next"] or match["week"]:
        return _utc(today + timedelta(days=7 - today.weekday() + wanted), at, tz)
    day = today + timedelta(days=(wanted - today.weekday()) % 7)
    found = _utc(day, at, tz)
    return found if found > now else _utc(day + timedelta(days=7), at, tz)


def _on_date(match: re.Match[str], at: time, text: str, now: datetime, tz: tzinfo) -> datetime:
    month, day = int(match["month"] or match["kmonth"]), int(match["day"] or match["kday"])
    this_year = now.astimezone(tz).year
    years = (int(match["year"]),) if match["year"] else range(this_year, this_year + 9)  # 29 February
    for year in years:
        try:
            found = _utc(date(year, month, day), at, tz)
        except (ValueError, OverflowError):
            continue
        if found > now or match["year"]:
            return found
    raise _unreadable(text)


def _utc(day: date, at: time, tz: tzinfo) -> datetime:
    """A local time in UTC. One that the clock skips becomes as much later; of one it shows twice, the first."""
    return datetime.combine(day, at, tz).astimezone(UTC)


def short_span(delta: timedelta) -> str:
    """``00:18``, ``-02:10``, ``3d 04h``: at most 8 cells up to 99 days."""
    sign = "-" if delta < timedelta() else ""
    minutes = abs(delta) // timedelta(minutes=1)
    if minutes < 24 * 60:
        return f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    return f"{sign}{minutes // 1440}d {minutes // 60 % 24:02}h"


def short_time(at: datetime, now: datetime, tz: tzinfo) -> str:
    """``09:31`` today, ``11-18`` this year, ``2025-11-18`` otherwise."""
    local, today = at.astimezone(tz), now.astimezone(tz).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return f"{local:%m-%d}" if local.year == today.year else f"{local:%Y-%m-%d}"
