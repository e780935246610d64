"""The verbs of triage with their argument filled in: to be run, shown at once, repeated, or typed after ``:``."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from supportdesk.domain.errors import Invalid
from supportdesk.domain.ticket import LinkKind, Priority, QueueRow, State
from supportdesk.i18n import N_

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.event import Receipt

Numbers = tuple[int, ...]
Versions = Mapping[int, int]
Run = Callable[["Desk", Numbers, Versions], "Receipt"]


@dataclass(frozen=True)
class Change:
    """One verb. ``title`` (msgid) is its action's; ``foreseen`` the row fields as they will be."""

    title: str
    run: Run
    foreseen: Mapping[str, object] = field(default_factory=dict)
    moves_on: bool = False  # the agent is through with these tickets

    def foresee(self, row: QueueRow) -> QueueRow:
        """The row as it will look when the desk agrees."""
        return dataclasses.replace(row, **self.foreseen)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Done:
    """The last verb of this session, for the footer and to be repeated. ``title`` is a msgid."""

    title: str
    numbers: Numbers
    change: Change | None = None  # None: cannot be repeated on others (a reply, a split)


def assign(login: str) -> Change:
    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import triage

        return triage.assign(desk, numbers, login, expect=seen)

    return Change(N_("Assign"), run, {"assignee": login})


def take(me: str) -> Change:
    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import triage

        return triage.take(desk, numbers, expect=seen)

    return Change(N_("Assign to me"), run, {"assignee": me})


def state(new: State) -> Change:
    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import triage

        return triage.set_state(desk, numbers, new, expect=seen)

    titles = {State.SOLVED: N_("Solve"), State.SPAM: N_("Spam")}
    moves_on = new in (State.SOLVED, State.CLOSED, State.SPAM)
    return Change(titles.get(new, N_("State")), run, {"state": new}, moves_on)


def priority(new: Priority) -> Change:
    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import triage

        return triage.set_priority(desk, numbers, new, expect=seen)

    return Change(N_("Priority"), run, {"priority": new})


def team(name: str) -> Change:
    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import people, triage

        known = {team.name.casefold(): team.name for team in people.teams(desk)}
        return triage.set_team(desk, numbers, known.get(name.casefold(), name), expect=seen)

    return Change(N_("Team"), run, {"team": name})


def snooze(until: datetime | None) -> Change:
    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import triage

        return triage.snooze(desk, numbers, until, expect=seen)

    return Change(N_("Snooze") if until else N_("Wake"), run, {"snoozed_until": until}, moves_on=until is not None)


def rename(subject: str) -> Change:
    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import triage

        return triage.rename(desk, numbers, subject, expect=seen)

    return Change(N_("Change the subject"), run, {"subject": subject})


def tags(text: str) -> Change:
    """``vip billing -later``: adds and takes away. Raises ``Invalid`` for nothing."""
    words = text.replace(",", " ").split()
    added = [word.removeprefix("+") for word in words if not word.startswith("-")]
    removed = [word.removeprefix("-") for word in words if word.startswith("-")]
    if not words:
        raise Invalid(N_("Write tags to add, or tags with - to take away."), hint=N_("For example: vip -later"))

    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import triage

        return triage.retag(desk, numbers, add=added, remove=removed, expect=seen)

    return Change(N_("Tags"), run)


def merge(into: int) -> Change:
    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import structure

        return structure.merge(desk, numbers, into)

    return Change(N_("Merge"), run, moves_on=True)


def link(other: int) -> Change:
    """Related tickets. Raises ``Invalid`` when run on several: each link is undone alone."""

    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import structure

        return structure.link(desk, _only(numbers), other, LinkKind.RELATED)

    return Change(N_("Link"), run)


def unlink(other: int) -> Change:
    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import structure

        return structure.unlink(desk, _only(numbers), other)

    return Change(N_("Remove a link"), run)


def unmerge() -> Change:
    def run(desk: "Desk", numbers: Numbers, seen: Versions) -> "Receipt":
        from supportdesk.desk import structure

        return structure.unmerge(desk, _only(numbers))

    return Change(N_("Undo a merge"), run)


def _only(numbers: Numbers) -> int:
    if len(numbers) != 1:
        raise Invalid(N_("This works on one ticket at a time."), hint=N_("Clear the marks first."))
    return numbers[0]
