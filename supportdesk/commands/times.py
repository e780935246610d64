"""Times on the command line: typed as in the console, or ISO-8601 as programs write them."""

import os
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from supportdesk.domain.condition import Condition, Field, Op
from supportdesk.domain.errors import Invalid
from supportdesk.domain.period import canonical, interval
from supportdesk.domain.when import parse_when


def zone(name: str) -> tzinfo:
    """The zone of that name, else the machine's; a zone rather than an offset, for summer time may come between."""
    for candidate in (name, os.environ.get("TZ", "").removeprefix(":"), _system_zone()):
        try:
            if candidate:
                return ZoneInfo(candidate)
        except (OSError, ValueError, KeyError):
            continue
    return datetime.now().astimezone().tzinfo or UTC


def moment(text: str, now: datetime, tz: tzinfo) -> datetime:
    """What ``text`` means, in UTC and after ``now``: ``2h``, ``mon 9``, ``2026-12-01T09:00:00Z``. Raises Invalid."""
    written = _iso(text, tz)
    if written is None:
        return parse_when(text, now, tz)
    if written <= now:
        raise Invalid('"{text}" is not in the future.', hint="Write 2h, tomorrow 9 or mon 9.", text=text)
    return written


def past(text: str, now: datetime, tz: tzinfo) -> datetime:
    """When ``text`` began, in UTC: ``2026-11-01``, ``yesterday``, ``7d`` ago, an ISO-8601 time. Raises Invalid."""
    written = _iso(text, tz)
    if written is None and (value := canonical(text.strip())) is not None:
        written = interval(Condition(Field.CREATED, (value,), Op.SINCE), now, tz)[0]
    if written is None:
        raise Invalid('"{text}" is not a time.', hint="Write 2026-11-01, yesterday or 7d.", text=text)
    return written


def _iso(text: str, tz: tzinfo) -> datetime | None:
    if "T" not in text:
        return None
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (written if written.tzinfo else written.replace(tzinfo=tz)).astimezone(UTC)


def _system_zone() -> str:
    """The machine's zone by name, "" where it does not say."""
    try:
        place = Path("/etc/localtime").resolve()
    except OSError:
        return ""
    return str(place).rpartition("/zoneinfo/")[2] if "/zoneinfo/" in str(place) else ""
