"""Dates as mailers write them (RFC 5322 section 3.3, its obsolete forms, and the forms of other languages), as UTC."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

LONGEST = 200

_USUAL = re.compile(
    r"(?:[A-Za-z]{2,9}\.?,?\s*)?(\d{1,2})[\s-]+([A-Za-z]{3,9})\.?[\s-]+(\d{2,4}),?\s+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?"
    r"(?:\.\d+)?\s*([+-]\d{4}|[A-Za-z]{1,5})?(?:\s*\([^()]{0,60}\)?)*\s*$"
)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$")

_TIME = re.compile(
    r"(?P<before>오전|오후|午前|午後|上午|下午|早上|中午|晚上)?\s*(?<![\d.:/-])"
    r"(?P<hour>\d{1,2})\s?(?:[:：h]\s?|\.|시\s?|時\s?|时\s?|点\s?)(?P<minute>\d{2})\s?분?分?"
    r"(?:\s?[:：.]?\s?(?P<second>\d{2})(?!\d)\s?초?秒?)?(?:[.,]\d{1,9})?\s*(?P<after>[AaPp]\.?\s?[Mm]\b\.?)?(?![\d./-]\d)"
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-./년年]\s?(\d{1,2})\s?[-./월月]\s?(\d{1,2})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|º|er)?[.,]?[\s-]*(?:de\s+)?([^\W\d_]{3,12})\.?,?[\s-]*(?:de\s+)?(\d{4}|\d{2,3}(?![\d:.h]))"
)
_MONTH_DAY = re.compile(r"(?<![^\W\d])([^\W\d_]{3,12})\.?\s*(\d{1,2})(?:st|nd|rd|th)?(?![\d:])(?:,?\s+(\d{4}))?")
_LONE_YEAR = re.compile(r"(?<![\d+-])((?:19|20)\d{2})(?!\d|:)")
_NUMBERS = re.compile(r"(?<![\d:])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d:])")
_OFFSET = re.compile(r"(?:(?<=[\s\d:)(])|\b(?:GMT|UTC|UT))\s?([+-])(\d{1,2}):?(\d{2})?(?![\d:-])", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")
_NAME = re.compile(r"(?<![^\W\d_])([A-Za-z]{1,5})(?![^\W\d_])")

_MONTHS = {
    start: number
    for number, names in enumerate(
        (
            "jan ene gen sty янв oca",
            "feb fev fév lut фев şub",
            "mar mär maa mrz mrt març мар",
            "apr abr avr kwi апр nis",
            "may mai mag maj mei май мая",
            "jun juin giu cze kes июн haz",
            "jul juil lug lip hei июл tem",
            "aug ago aoû aou sie elo авг ağu",
            "sep set wrz syy сен eyl",
            "oct okt out ott paź paz lok окт eki",
            "nov lis mar. ноя kas",
            "dec dez dic déc gru jou дек ara",
        ),
        1,
    )
    for start in names.split()
}
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "MEZ": 1,
    "CEST": 2, "MEST": 2,
    "MESZ": 2, "EET": 2, "SAST": 2, "EEST": 3, "MSK": 3, "MSD": 4, "IST": 5.5, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8,
    "PHT": 8, "AWST": 8, "KST": 9, "JST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "NST": -3.5, "BRT": -3,
    "ART": -3, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
_AFTERNOON = frozenset(("오후", "午後", "下午", "晚上", "中午"))

_Zone = tuple[int, int]


def parse_date(*values: str) -> datetime | None:
    """The moment that Date headers name, None when they name none; a missing or unknown zone counts as UTC.

    Of several the first that is written as it should be, else the first that can be understood at all.
    """
    known = [value[:LONGEST].strip(" \t\"'<>") for value in values]
    for read in (_usual, _unusual):
        for value in known:
            if (moment := read(value)) is not None:
                return moment
    return None


def _usual(value: str) -> datetime | None:
    if match := _USUAL.match(value):
        day, name, year, hour, minute, second, zone = match.groups()
        month = _MONTHS.get(name[:3].lower())
        return _moment(_year(year), month, int(day), (int(hour), int(minute), int(second or 0)), _zone(zone or value))
    if match := _ISO.match(value):
        year, month_number, day, hour, minute, second, zone = match.groups()
        time = int(hour), int(minute), int(second or 0)
        return _moment(int(year), int(month_number), int(day), time, _zone(zone or ""))
    return None


def _unusual(value: str) -> datetime | None:
    """Any order, any of the languages in which programs have been seen to write dates."""
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)
    times = list(_TIME.finditer(value))
    if not times:
        return None
    time = next((match for match in times if not _NUMBERS.match(value, match.start("hour"))), times[-1])
    rest = _COMMENT.sub(" ", f"{value[: time.start()]} {value[time.end() :]}")
    date = _date(rest, twelve=bool(time["after"]))
    if date is None:
        return None
    hour = int(time["hour"])
    if time["before"] or time["after"]:
        late = time["before"] in _AFTERNOON or (time["after"] or "")[:1] in ("P", "p")
        hour = hour % 12 + 12 * late if hour <= 12 else hour
    clock = hour, int(time["minute"]), int(time["second"] or 0)
    return _moment(*date, clock, _zone(" " + value[time.end() :]))


def _date(text: str, twelve: bool) -> tuple[int, int, int] | None:
    """Year, month, day. Numbers alone are read only where their order is plain; ``twelve``: with AM or PM."""
    if match := _YEAR_FIRST.search(text):
        return int(match[1]), int(match[2]), int(match[3])
    for match in _DAY_MONTH.finditer(text):
        if month := _month(match[2]):
            return _year(match[3]), month, int(match[1])
    for match in _MONTH_DAY.finditer(text):
        year = match[3] or ((found := _LONE_YEAR.search(text)) and found[1])
        if year and (month := _month(match[1])):
            return int(year), month, int(match[2])
    if match := _NUMBERS.search(text):
        first, second, year = int(match[1]), int(match[3]), _year(match[4])
        if match[2] == "." or first > 12:
            return year, second, first
        if twelve or second > 12:
            return year, first, second
    return None


def _month(name: str) -> int | None:
    name = name.lower()
    return _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])


def _year(digits: str) -> int:
    """Years of two and three digits (RFC 5322 section 4.3)."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _zone(text: str) -> _Zone:
    """Hours and minutes east of Greenwich; letters of the armed forces say nothing (RFC 5322 section 4.3)."""
    if match := _OFFSET.search(" " + text):
        sign = -1 if match[1] == "-" else 1
        return sign * int(match[2]), sign * int(match[3] or 0)
    for match in _NAME.finditer(text):
        if (hours := _ZONES.get(match[1].upper())) is not None:
            return int(hours), round((hours - int(hours)) * 60)
    return 0, 0


def _moment(year: int, month: int | None, day: int, time: tuple[int, int, int], zone: _Zone) -> datetime | None:
    if month is None or year == 0:
        return None
    hour, minute, second = time
    midnight = (hour, minute, second) == (24, 0, 0)
    try:
        offset = timezone(timedelta(hours=zone[0], minutes=zone[1]))
        local = datetime(year, month, day, 0 if midnight else hour, minute, min(second, 59), tzinfo=offset)
        return (local + timedelta(days=midnight)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
