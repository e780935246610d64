"""A query: which tickets, in what order. As values that the store turns into SQL, and as text for people.

Tickets merged into others are left out unless ``is:merged`` asks for them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from supportdesk.domain.analyzer import Term, term
from supportdesk.domain.condition import Condition, Field, Op, Sort, SortKey, Word
from supportdesk.domain.errors import Invalid
from supportdesk.domain.msgid import N_
from supportdesk.domain.period import canonical, is_relative
from supportdesk.domain.query_words import (
    CHANNEL_ALIASES,
    CHOICES,
    DATE_OPS,
    FIELD_ALIASES,
    FIELDS,
    IS,
    SHORTHANDS,
    SOMEBODY,
    SORT_KEYS,
)

__all__ = ["Condition", "Field", "Op", "Query", "Sort", "SortKey", "Word", "format", "parse"]

MAX_LENGTH = 1_000
MAX_PARTS = 32

_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u301d\u301e\uff02", '"'))
_PART = re.compile(
    r"""(?P<minus>-?)
    (?: "(?P<phrase>[^"]*)"?
      | (?P<field>[^\W\d_]\w*)[:\uff1a](?!//)(?P<values>(?:"[^"]*"?|[^\s"])+)
      | \#(?P<number>[0-9]+)(?![^\s"])
      | (?P<word>[^\s"]+)
    )""",
    re.VERBOSE,
)
_VALUE = re.compile(r'"([^"]*)"?|([^\s",\uff0c]+)')
_BARE_VALUE = re.compile(r'(?!//)[^\s",\uff0c]+')
_COMPARED = re.compile(r"(<|>=|>|=)?(.*)", re.DOTALL)
_SIGNS = {"<": Op.BEFORE, ">": Op.AFTER, ">=": Op.SINCE, "=": Op.ON}
_EMPTY_FIELD = re.compile(r"([^\W\d_]\w*)[:\uff1a]")


@dataclass(frozen=True, slots=True)
class Query:
    """All conditions and all words have to hold. ``sort`` None: the reader's own order."""

    conditions: tuple[Condition, ...] = ()
    words: tuple[Word, ...] = ()
    sort: Sort | None = None

    @property
    def wanted(self) -> tuple[Term, ...]:
        """Terms a ticket's messages have to contain."""
        return tuple(word.term for word in self.words if not word.negated)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        """Terms none of which they may contain."""
        return tuple(word.term for word in self.words if word.negated)

    @property
    def merged(self) -> bool:
        """Whether it asks for tickets merged into others."""
        return any(c.field is Field.IS and "merged" in c.values and not c.negated for c in self.conditions)


def parse(text: str) -> Query:
    """The query that ``text`` writes; ``Invalid`` names the part that cannot mean anything, and what can."""
    if len(text) > MAX_LENGTH:
        raise Invalid(N_("This query is longer than {limit} characters."), hint=N_("Shorten it."), limit=MAX_LENGTH)
    conditions: list[Condition] = []
    words: list[Word] = []
    sort: Sort | None = None
    for part in _PART.finditer(text.translate(_QUOTES)):
        negated = part["minus"] == "-"
        if part["number"]:
            conditions.append(Condition(Field.NUMBER, (_number(part["number"]),), negated=negated))
        elif part["field"]:
            name, values = _field(part["field"]), _values(part["values"])
            if name == "sort":
                sort = _sort(values, negated)
            elif values:
                conditions.append(_condition(name, values, negated))
            else:
                raise _needs_value(name)
        elif word := _word(part, negated):
            words.append(word)
    if len(conditions) + len(words) > MAX_PARTS:
        raise Invalid(N_("This query has more than {limit} parts."), hint=N_("Leave some out."), limit=MAX_PARTS)
    return Query(tuple(conditions), tuple(words), sort)


def format(query: Query) -> str:
    """The text that parses to ``query``."""
    parts = [_format_condition(condition) for condition in query.conditions]
    parts += [_format_word(word) for word in query.words]
    if query.sort:
        parts.append(f"sort:{query.sort}")
    return " ".join(parts)


def _field(written: str) -> str:
    name = FIELD_ALIASES.get(written.lower(), written.lower())
    if name in FIELDS:
        return name
    raise Invalid(
        N_('There is no search field "{field}".'),
        hint=N_("Use one of {allowed}, or put the words in quotes."),
        field=written,
        allowed=", ".join(FIELDS),
    )


def _values(written: str) -> tuple[str, ...]:
    """The values of a list, each once."""
    found = (" ".join((quoted or bare).split()) for quoted, bare in _VALUE.findall(written))
    return tuple(dict.fromkeys(value for value in found if value))


def _word(part: re.Match[str], negated: bool) -> Word | None:
    """None for what is only begun: a minus, an open quote."""
    if (phrase := part["phrase"]) is not None:
        text, exact = " ".join(phrase.split()), True
    else:
        text, exact = part["word"], False
    if not text.strip("-"):
        return None
    if (empty := _EMPTY_FIELD.fullmatch(text)) and not exact:
        name = FIELD_ALIASES.get(empty[1].lower(), empty[1].lower())
        if name in FIELDS:
            raise _needs_value(name)
    if term(text, exact=exact) is None:
        raise Invalid(N_('"{word}" has no letter or digit to search for.'), hint=N_("Search for a word."), word=text)
    return Word(text, exact, negated)


def _needs_value(name: str) -> Invalid:
    return Invalid(N_("{field}: needs a value."), hint=N_("Write it right after the colon."), field=name)


def _condition(name: str, values: tuple[str, ...], negated: bool) -> Condition:
    if name in DATE_OPS:
        return Condition(Field.CREATED, _date(name, values), DATE_OPS[name], negated)
    field = Field(name)
    match field:
        case Field.CREATED | Field.UPDATED:
            return _compared(field, values, negated)
        case Field.IS:
            return _is(values, negated)
        case Field.STATE | Field.PRIORITY | Field.HAS:
            return Condition(field, _chosen(name, values, CHOICES[field]), negated=negated)
        case Field.NUMBER | Field.CUSTOMER:
            return Condition(field, tuple(_number(value) for value in values), negated=negated)
        case Field.ASSIGNEE | Field.TEAM:
            return Condition(field, _renamed(values, SOMEBODY), negated=negated)
        case Field.CHANNEL:
            return Condition(field, _renamed(values, CHANNEL_ALIASES), negated=negated)
        case _:
            return Condition(field, values, negated=negated)


def _renamed(values: Iterable[str], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names.get(value.lower(), value) for value in values))


def _chosen(name: str, values: Iterable[str], allowed: dict[str, str]) -> tuple[str, ...]:
    for value in values:
        if value.lower() not in allowed:
            raise _no_such_value(name, value, dict.fromkeys(allowed.values()))
    return _renamed(values, allowed)


def _no_such_value(name: str, value: str, allowed: Iterable[str]) -> Invalid:
    return Invalid(
        N_('{field}: cannot be "{value}".'),
        hint=N_("Use one of {allowed}."),
        field=name,
        value=value,
        allowed=", ".join(allowed),
    )


def _is(values: tuple[str, ...], negated: bool) -> Condition:
    """``is:`` itself, or the field that an ``is:`` word is short for."""
    lowered = tuple(value.lower() for value in values)
    meant = {SHORTHANDS[value][0] for value in lowered if value in SHORTHANDS}
    if not meant:
        return Condition(Field.IS, _chosen("is", values, IS | {name: name for name in SHORTHANDS}), negated=negated)
    if len(meant) == 1 and all(value in SHORTHANDS for value in lowered):
        return Condition(meant.pop(), tuple(SHORTHANDS[value][1] for value in lowered), negated=negated)
    raise Invalid(
        N_("is:{values} mixes different things."), hint=N_("Write one is: for each of them."), values=",".join(values)
    )


def _compared(field: Field, values: tuple[str, ...], negated: bool) -> Condition:
    sign, rest = _COMPARED.fullmatch(values[0]).groups()  # type: ignore[union-attr]  # it matches every text
    value = _date(field, (rest, *values[1:]))
    default = Op.SINCE if is_relative(value[0]) else Op.ON
    op = _SIGNS.get(sign, default)
    return Condition(field, value, op, negated)


def _date(name: str, values: tuple[str, ...]) -> tuple[str]:
    if len(values) > 1:
        raise Invalid(
            N_("{field}: takes one date."), hint=N_("Use before: and after: for a stretch of time."), field=name
        )
    if (value := canonical(values[0])) is None:
        raise Invalid(
            N_('{field}: "{value}" is not a date.'),
            hint=N_("Write 2026-11-01, 2026-11, today, yesterday, or 7d for 7 days ago (h, d, w)."),
            field=name,
            value=values[0],
        )
    return (value,)


def _number(written: str) -> str:
    digits = written.removeprefix("#")
    if digits.isascii() and digits.isdecimal() and 0 < int(digits) < 2**63:
        return str(int(digits))
    raise Invalid(N_('"{value}" is not a number.'), hint=N_("Write #1042 or customer:12."), value=written)


def _sort(values: tuple[str, ...], negated: bool) -> Sort:
    if negated or len(values) != 1:
        raise _no_such_value("sort", ",".join(values), SORT_KEYS)
    key = values[0].lower().removeprefix("-")
    if key not in SORT_KEYS:
        raise _no_such_value("sort", values[0], SORT_KEYS)
    return Sort(SortKey(key), descending=values[0].startswith("-"))


def _format_condition(condition: Condition) -> str:
    minus = "-" if condition.negated else ""
    if condition.field is Field.NUMBER and len(condition.values) == 1:
        return f"{minus}#{condition.values[0]}"
    if condition.op is not Op.EQUALS:
        return f"{minus}{_format_date(condition)}"
    return f"{minus}{condition.field}:{','.join(_format_value(value) for value in condition.values)}"


def _format_date(condition: Condition) -> str:
    value = condition.values[0]
    if condition.field is Field.CREATED:
        word = next(name for name, op in DATE_OPS.items() if op is condition.op)
        return f"{word}:{value}"
    sign = next(sign for sign, op in _SIGNS.items() if op is condition.op)
    return f"{condition.field}:{sign}{value}"


def _format_value(value: str) -> str:
    return value if _BARE_VALUE.fullmatch(value) else f'"{value}"'


def _format_word(word: Word) -> str:
    minus = "-" if word.negated else ""
    return f'{minus}"{word.text}"' if word.exact else f"{minus}{word.text}"
