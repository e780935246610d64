"""What a query means, read aloud over Python objects: the oracle of the queue."""

from datetime import UTC, datetime, timedelta

from supportdesk.domain.analyzer import Term, term
from supportdesk.domain.condition import Condition, Field, Sort, SortKey
from supportdesk.domain.highlight import spans
from supportdesk.domain.period import interval
from supportdesk.domain.query import Query
from tests.desk.crowd import Written


def wanted(query: Query, tickets: list[Written], me: str, now: datetime, sort: Sort) -> list[int]:
    """The numbers of the tickets that meet ``query``, in order."""
    found = [each for each in tickets if meets(query, each, me, now)]
    return [each.row.number for each in sorted(found, key=lambda each: place(each, sort), reverse=sort.descending)]


def meets(query: Query, ticket: Written, me: str, now: datetime) -> bool:
    asks_for_merged = any(c.field is Field.IS and "merged" in c.values and not c.negated for c in query.conditions)
    if ticket.merged_into is not None and not asks_for_merged:
        return False
    return (
        all(holds(condition, ticket, me, now) is not condition.negated for condition in query.conditions)
        and all(says(ticket, word) for word in query.wanted)
        and not any(says(ticket, word) for word in query.unwanted)
    )


def place(ticket: Written, sort: Sort) -> tuple[object, ...]:
    row = ticket.row
    match sort.key:
        case SortKey.DUE:
            return (row.next_due_at, row.number)
        case SortKey.UPDATED:
            return (row.updated_at, row.number)
        case SortKey.PRIORITY:
            return (("urgent", "high", "normal", "low").index(row.priority), row.next_due_at, row.number)
        case SortKey.CREATED | SortKey.NUMBER:
            return (row.number,)


def says(ticket: Written, word: Term) -> bool:
    return any(spans(document, [word]) for document in ticket.documents)


def holds(condition: Condition, ticket: Written, me: str, now: datetime) -> bool:
    """Whether the condition is true of a ticket, leaving its minus aside."""
    if condition.field in (Field.CREATED, Field.UPDATED):
        at = ticket.row.created_at if condition.field is Field.CREATED else ticket.row.updated_at
        start, end = interval(condition, now, UTC)
        return (start is None or at >= start) and (end is None or at < end)
    return any(one(condition.field, value, ticket, me, now) for value in condition.values)


def one(field: Field, value: str, ticket: Written, me: str, now: datetime) -> bool:
    row = ticket.row
    match field:
        case Field.IS:
            return state_of_work(value, ticket, now)
        case Field.STATE:
            return row.state == value
        case Field.PRIORITY:
            return row.priority == value
        case Field.ASSIGNEE:
            return row.assignee == {"me": me, "none": ""}.get(value, value)
        case Field.TEAM:
            return row.team == "" if value == "none" else row.team.lower() == value.lower()
        case Field.TAG:
            return value.casefold() in ticket.tags
        case Field.CHANNEL:
            return value in (row.channel, row.channel_kind) and row.channel != ""
        case Field.CUSTOMER:
            return row.customer_id == int(value)
        case Field.FROM:
            sought = term(value)
            return sought is not None and bool(spans(ticket.customer, [sought]))
        case Field.GRADE:
            return row.grade.lower() == value.lower()
        case Field.SUBJECT:
            return value.lower() in row.subject.lower()
        case Field.HAS:
            return ticket.attachments
        case Field.NUMBER:
            return row.number == int(value)
    raise AssertionError(field)


def state_of_work(value: str, ticket: Written, now: datetime) -> bool:
    is_open = ticket.closed_at is None
    row = ticket.row
    return {
        "open": is_open,
        "closed": not is_open,
        "merged": ticket.merged_into is not None,
        "unread": is_open and row.waiting_since is not None,
        "snoozed": is_open and row.snoozed_until is not None,
        "overdue": is_open and row.next_due_at < now,
        "due": is_open and row.next_due_at < now + timedelta(hours=4),
    }[value]
