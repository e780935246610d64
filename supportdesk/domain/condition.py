"""What a query is made of: conditions on tickets, words in their messages, and an order."""

from dataclasses import dataclass
from enum import StrEnum

from supportdesk.domain.analyzer import Term, term


class Field(StrEnum):
    """What a condition is about."""

    IS = "is"  # open, closed, snoozed, overdue, due, merged, unread
    STATE = "state"
    PRIORITY = "priority"
    ASSIGNEE = "assignee"  # a login, or "me" or "none"
    TEAM = "team"  # a name, or "none"
    TAG = "tag"
    CHANNEL = "channel"  # a channel's kind or name
    CUSTOMER = "customer"  # an id
    FROM = "from"  # part of a customer's name or of an identity
    GRADE = "grade"
    SUBJECT = "subject"  # part of it
    HAS = "has"  # attachment
    NUMBER = "number"
    CREATED = "created"
    UPDATED = "updated"


class Op(StrEnum):
    """How a condition compares. Only the dates have others than ``EQUALS``."""

    EQUALS = "="  # with any of the values
    BEFORE = "<"
    AFTER = ">"
    SINCE = ">="
    ON = "on"


@dataclass(frozen=True, slots=True)
class Condition:
    """One ``field:value,value``. Of a date: one value, see ``supportdesk.domain.period``."""

    field: Field
    values: tuple[str, ...]
    op: Op = Op.EQUALS
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a quoted phrase to find in the messages; it has something searchable."""

    text: str
    exact: bool = False
    negated: bool = False

    @property
    def term(self) -> Term:
        found = term(self.text, exact=self.exact)
        assert found is not None
        return found


class SortKey(StrEnum):
    """What a queue is ordered by; ties by number."""

    DUE = "due"
    UPDATED = "updated"
    CREATED = "created"
    PRIORITY = "priority"  # urgent first
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Sort:
    """An order; ``descending`` is written as ``-``."""

    key: SortKey
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else str(self.key)
