"""The verbs of triage: who, what state, how urgent, which team, which tags, and later.

Each takes one number or many; many are one transaction and one undo. ``expect`` maps numbers to the versions the
caller saw: a change of the same aspect made meanwhile is then a ``Conflict`` and nothing is changed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from supportdesk.desk.desk import Desk
from supportdesk.domain.errors import Conflict, Invalid
from supportdesk.domain.event import ActorKind, Receipt
from supportdesk.domain.safe import safe_line
from supportdesk.domain.ticket import OPEN_STATES, Priority, State
from supportdesk.i18n import N_
from supportdesk.store import people
from supportdesk.store import tables as t
from supportdesk.store.unit import Unit

Targets = int | Sequence[int]
Expect = Mapping[int, int] | None
Row = Mapping[str, Any]
Changes = dict[str, list[Any]]


def assign(desk: Desk, targets: Targets, login: str, *, expect: Expect = None) -> Receipt:
    """Give tickets to an agent; "" takes them away. Raises ``NotFound`` for an unknown agent."""

    def change(unit: Unit, row: Row) -> Changes:
        new = people.agent_id(unit.conn, login)
        old = people.login_of(unit.conn, row["assignee_id"])
        set_ticket(unit, row["number"], assignee_id=new)
        return {"assignee": [old, login]}

    return _each(desk, targets, "assigned", ("assignee",), change, expect)


def take(desk: Desk, targets: Targets, *, expect: Expect = None) -> Receipt:
    """Assign to the acting agent; raises ``Invalid`` where nobody acts."""
    if desk.actor.kind is not ActorKind.AGENT:
        raise Invalid(N_("Only an agent can take a ticket."), hint=N_("Say who you are with: --agent LOGIN"))
    return assign(desk, targets, desk.actor.name, expect=expect)


def set_state(desk: Desk, targets: Targets, state: State, *, expect: Expect = None) -> Receipt:
    def change(unit: Unit, row: Row) -> Changes:
        return change_state(unit, row, state)

    return _each(desk, targets, "state_changed", ("state",), change, expect)


def spam(desk: Desk, targets: Targets, *, expect: Expect = None) -> Receipt:
    return set_state(desk, targets, State.SPAM, expect=expect)


def not_spam(desk: Desk, targets: Targets, *, expect: Expect = None) -> Receipt:
    return set_state(desk, targets, State.OPEN, expect=expect)


def set_priority(desk: Desk, targets: Targets, priority: Priority, *, expect: Expect = None) -> Receipt:
    def change(unit: Unit, row: Row) -> Changes:
        set_ticket(unit, row["number"], priority=priority.value)
        return {"priority": [row["priority"], priority.value]}

    return _each(desk, targets, "priority_changed", ("priority",), change, expect)


def set_team(desk: Desk, targets: Targets, name: str, *, expect: Expect = None) -> Receipt:
    """Route to a team, "" to none. Raises ``NotFound``."""

    def change(unit: Unit, row: Row) -> Changes:
        new = people.team_id(unit.conn, name)
        old = people.team_name(unit.conn, row["team_id"])
        set_ticket(unit, row["number"], team_id=new)
        return {"team": [old, name]}

    return _each(desk, targets, "team_changed", ("team",), change, expect)


def add_tags(desk: Desk, targets: Targets, tags: Iterable[str], *, expect: Expect = None) -> Receipt:
    return retag(desk, targets, add=tags, expect=expect)


def remove_tags(desk: Desk, targets: Targets, tags: Iterable[str], *, expect: Expect = None) -> Receipt:
    return retag(desk, targets, remove=tags, expect=expect)


def retag(
    desk: Desk, targets: Targets, *, add: Iterable[str] = (), remove: Iterable[str] = (), expect: Expect = None
) -> Receipt:
    """Add some tags and take others away, in one change."""
    wanted, unwanted = clean_tags(add), clean_tags(remove)
    return _retag(desk, targets, lambda old: (old - unwanted) | wanted, expect)


def set_tags(desk: Desk, targets: Targets, tags: Iterable[str], *, expect: Expect = None) -> Receipt:
    wanted = clean_tags(tags)
    return _retag(desk, targets, lambda _old: wanted, expect)


def snooze(desk: Desk, targets: Targets, until: datetime | None, *, expect: Expect = None) -> Receipt:
    """Hide until a time, or wake now with None. A customer's answer wakes it earlier."""
    if until is not None and until <= desk.now():
        raise Invalid(N_("That time is already past."), hint=N_("Say for example: 2h, mon 9, tomorrow"))

    def change(unit: Unit, row: Row) -> Changes:
        if until is not None and row["closed_at"] is not None:
            raise Conflict(
                N_("#{number} is {state}: there is nothing to snooze."),
                hint=N_("Open it first."), number=row["number"], state=row["state"],
            )  # fmt: skip
        return change_snooze(unit, row, until)

    return _each(desk, targets, "snoozed" if until else "woke", ("snoozed_until",), change, expect)


def rename(desk: Desk, targets: Targets, subject: str, *, expect: Expect = None) -> Receipt:
    clean = safe_line(subject).strip()
    if not clean:
        raise Invalid(N_("A ticket needs a subject."))

    def change(unit: Unit, row: Row) -> Changes:
        set_ticket(unit, row["number"], subject=clean)
        return {"subject": [row["subject"], clean]}

    return _each(desk, targets, "renamed", ("subject",), change, expect)


def change_state(unit: Unit, row: Row, state: State) -> Changes:
    """Set the state with what follows from it; to be recorded by the caller."""
    closing = state not in OPEN_STATES
    closed_at = (row["closed_at"] or unit.now) if closing else None
    changes: Changes = {"state": [row["state"], state.value]} if row["state"] != state else {}
    if closing and row["snoozed_until"] is not None:
        changes |= change_snooze(unit, row, None)
    set_ticket(unit, row["number"], state=state.value, closed_at=closed_at)
    return changes


def change_snooze(unit: Unit, row: Row, until: datetime | None) -> Changes:
    old = row["snoozed_until"]
    set_ticket(unit, row["number"], snoozed_until=until)
    return {"snoozed_until": [old.isoformat() if old else None, until.isoformat() if until else None]}


def set_ticket(unit: Unit, number: int, **new: Any) -> None:
    unit.update(t.ticket, {"number": number}, **new)


def tags_of(unit: Unit, number: int) -> set[str]:
    return set(unit.conn.scalars(select(t.ticket_tag.c.tag).where(t.ticket_tag.c.ticket_number == number)))


def change_tags(unit: Unit, number: int, new: set[str]) -> Changes:
    old = tags_of(unit, number)
    for tag in sorted(old - new):
        unit.delete(t.ticket_tag, ticket_number=number, tag=tag)
    for tag in sorted(new - old):
        unit.insert(t.ticket_tag, ticket_number=number, tag=tag)
    return {"tags": [sorted(old), sorted(new)]} if old != new else {}


def _retag(desk: Desk, targets: Targets, choose: Callable[[set[str]], set[str]], expect: Expect) -> Receipt:
    def change(unit: Unit, row: Row) -> Changes:
        return change_tags(unit, row["number"], choose(tags_of(unit, row["number"])))

    return _each(desk, targets, "tags_changed", ("tags",), change, expect)


def clean_tags(tags: Iterable[str]) -> set[str]:
    """Tags are lower-case words: what can be typed after ``tag:``."""
    return {"-".join(safe_line(tag).casefold().split())[:50] for tag in tags} - {""}


def _each(
    desk: Desk,
    targets: Targets,
    kind: str,
    aspects: tuple[str, ...],
    change: Callable[[Unit, Row], Changes],
    expect: Expect,
) -> Receipt:
    """Lock every target in number order, change it, record one event for each that really changed."""
    numbers = [targets] if isinstance(targets, int) else sorted(set(targets))
    with desk.unit(batch=len(numbers) > 1) as unit:
        for number in numbers:
            row = unit.lock(number, expect=(expect or {}).get(number), aspects=aspects)
            changes = {name: pair for name, pair in change(unit, row).items() if pair[0] != pair[1]}
            if changes:
                unit.record(kind, number, {"changes": changes})
        return unit.receipt()
