"""A query as SQL: conditions on ``ticket t``, with the literals that the partial indexes need."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from supportdesk.domain.analyzer import Term, fts5_query, term, tsquery
from supportdesk.domain.channel import SIMULATED
from supportdesk.domain.condition import Condition, Field
from supportdesk.domain.due import DUE_SOON
from supportdesk.domain.period import interval
from supportdesk.domain.query import Query
from supportdesk.domain.ticket import OPEN_STATES
from supportdesk.store.reader import sqlite_time

SEARCH = {
    "sqlite": "SELECT rowid FROM {table} WHERE {table} MATCH {query}",
    "postgresql": "SELECT id FROM {table} WHERE body @@ CAST({query} AS tsquery)",
}

_IS = {
    "open": "t.closed_at IS NULL",
    "closed": "t.closed_at IS NOT NULL",
    "merged": "t.merged_into IS NOT NULL",
    "unread": "t.closed_at IS NULL AND t.waiting_since IS NOT NULL",
    "snoozed": "t.closed_at IS NULL AND t.snoozed_until IS NOT NULL",
}
_IS_NOT = {"snoozed": "t.snoozed_until IS NULL", "open": "t.closed_at IS NOT NULL", "closed": "t.closed_at IS NULL"}
_DATES = {Field.CREATED: "t.created_at", Field.UPDATED: "t.updated_at"}


@dataclass
class Where:
    """Conditions under construction. ``agent_id`` is who "me" is."""

    dialect: str
    agent_id: int | None
    now: datetime
    tz: tzinfo
    parts: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)
    merged: bool = False  # merged tickets too: closed, in whatever state they were

    @property
    def sql(self) -> str:
        return " AND ".join(self.parts) or "1 = 1"

    def bind(self, value: Any) -> str:
        if self.dialect == "sqlite" and isinstance(value, datetime):
            value = sqlite_time(value)  # SQL as text has no column types, and drivers write times another way
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f":{name}"

    def add(self, query: Query) -> "Where":
        self.merged = query.merged
        if not query.merged:
            self.parts.append("t.merged_into IS NULL")
        self.parts += [self._condition(condition) for condition in query.conditions]
        self.parts += [self._word(word) for word in query.wanted]
        self.parts += [f"NOT {self._word(word)}" for word in query.unwanted]
        return self

    def _condition(self, condition: Condition) -> str:
        if condition.field is Field.IS and condition.negated and len(condition.values) == 1:
            simple = _IS_NOT.get(condition.values[0])
            if simple:
                return simple
        if condition.field in _DATES:
            positive = self._dates(condition)
        elif condition.field is Field.STATE and not self.merged and set(condition.values) <= OPEN_STATES:
            positive = f"t.closed_at IS NULL AND {_PER_FIELD[Field.STATE](self, condition.values)}"
        else:
            positive = _PER_FIELD[condition.field](self, condition.values)
        return f"({positive}) IS NOT TRUE" if condition.negated else positive

    def _dates(self, condition: Condition) -> str:
        column = _DATES[condition.field]
        start, end = interval(condition, self.now, self.tz)
        parts = [f"{column} >= {self.bind(start)}"] if start else []
        parts += [f"{column} < {self.bind(end)}"] if end else []
        return " AND ".join(parts)

    def _word(self, word: Term) -> str:
        return (
            f"t.number IN (SELECT m.ticket_number FROM message m WHERE m.id IN ({self.search('message_search', word)}))"
        )

    def search(self, table: str, word: Term) -> str:
        """A subquery with the ids of the documents that contain ``word``."""
        query = fts5_query([word]) if self.dialect == "sqlite" else tsquery([word])
        return SEARCH[self.dialect].format(table=table, query=self.bind(query))

    def one_of(self, column: str, values: tuple[Any, ...]) -> str:
        if len(values) == 1:
            return f"{column} = {self.bind(values[0])}"
        return f"{column} IN ({', '.join(self.bind(value) for value in values)})"

    def any_of(self, parts: list[str]) -> str:
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _is(where: Where, values: tuple[str, ...]) -> str:
    def one(value: str) -> str:
        if value == "due":
            return f"t.closed_at IS NULL AND t.next_due_at < {where.bind(where.now + DUE_SOON)}"
        if value == "overdue":
            return f"t.closed_at IS NULL AND t.next_due_at < {where.bind(where.now)}"
        return _IS[value]

    return where.any_of([one(value) for value in values])


def _assignee(where: Where, values: tuple[str, ...]) -> str:
    def one(value: str) -> str:
        if value == "none":
            return "t.assignee_id IS NULL"
        if value == "me":
            return f"t.assignee_id = {where.bind(where.agent_id or 0)}"
        return f"t.assignee_id = (SELECT id FROM agent WHERE login = {where.bind(value)})"

    return where.any_of([one(value) for value in values])


def _team(where: Where, values: tuple[str, ...]) -> str:
    def one(value: str) -> str:
        if value == "none":
            return "t.team_id IS NULL"
        return f"t.team_id IN (SELECT id FROM team WHERE lower(name) = lower({where.bind(value)}))"

    return where.any_of([one(value) for value in values])


def _tag(where: Where, values: tuple[str, ...]) -> str:
    tags = where.one_of("g.tag", tuple(value.casefold() for value in values))
    return f"EXISTS (SELECT 1 FROM ticket_tag g WHERE g.ticket_number = t.number AND {tags})"


def _channel(where: Where, values: tuple[str, ...]) -> str:
    kinds = where.one_of("h.kind", values + tuple(f"{SIMULATED}{value}" for value in values))
    names = where.one_of("h.name", values)
    return f"t.channel_id IN (SELECT h.id FROM channel h WHERE {kinds} OR {names})"


def _from(where: Where, values: tuple[str, ...]) -> str:
    terms = [found for found in (term(value) for value in values) if found is not None]
    parts = [f"t.customer_id IN ({where.search('customer_search', word)})" for word in terms]
    return where.any_of(parts) if parts else "1 = 0"


def _grade(where: Where, values: tuple[str, ...]) -> str:
    grades = where.any_of([f"lower(k.grade) = lower({where.bind(value)})" for value in values])
    return f"EXISTS (SELECT 1 FROM customer k WHERE k.id = t.customer_id AND {grades})"


def _subject(where: Where, values: tuple[str, ...]) -> str:
    return where.any_of([f"lower(t.subject) LIKE lower({where.bind(_like(value))}) ESCAPE '!'" for value in values])


def _like(value: str) -> str:
    for special in "!%_":
        value = value.replace(special, f"!{special}")
    return f"%{value}%"


def _has(_where: Where, _values: tuple[str, ...]) -> str:
    return (
        "EXISTS (SELECT 1 FROM message m JOIN attachment f ON f.message_id = m.id "
        "WHERE m.ticket_number = t.number AND f.inline = false)"
    )


def _ids(column: str) -> Callable[[Where, tuple[str, ...]], str]:
    return lambda where, values: where.one_of(column, tuple(int(value) for value in values))


_PER_FIELD: dict[Field, Callable[[Where, tuple[str, ...]], str]] = {
    Field.IS: _is,
    Field.STATE: lambda where, values: where.one_of("t.state", values),
    Field.PRIORITY: lambda where, values: where.one_of("t.priority", values),
    Field.ASSIGNEE: _assignee,
    Field.TEAM: _team,
    Field.TAG: _tag,
    Field.CHANNEL: _channel,
    Field.CUSTOMER: _ids("t.customer_id"),
    Field.FROM: _from,
    Field.GRADE: _grade,
    Field.SUBJECT: _subject,
    Field.HAS: _has,
    Field.NUMBER: _ids("t.number"),
}
