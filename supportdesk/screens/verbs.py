"""Every verb of triage, the same on the queue, a ticket and a search result: ask, show at once, do, tell, undo."""

import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from textual.worker import Worker

from supportdesk.domain.errors import DeskError, Invalid
from supportdesk.domain.ticket import Priority, State
from supportdesk.i18n import N_, _, ngettext
from supportdesk.screens import changes
from supportdesk.screens.changes import Change, Done
from supportdesk.screens.desk_screen import DeskScreen, Result
from supportdesk.widgets.words import priority_name, small, state_name

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.screens.prompts import Check, Choice, Load

STATES = (State.OPEN, State.PENDING, State.ON_HOLD, State.SOLVED, State.CLOSED)
"""What an agent may set; new and spam have their own ways."""


class TicketVerbs(DeskScreen[Result]):
    """Mix-in for screens with tickets. Says which are meant; is told what is foreseen and what became of it."""

    def targets(self) -> tuple[int, ...]:
        """Numbers a verb acts on: the marked ones, else the one under the cursor."""
        raise NotImplementedError

    def versions(self, numbers: Sequence[int]) -> Mapping[int, int]:
        """The versions on screen, for a change by somebody else to be noticed."""
        raise NotImplementedError

    def foresee(self, numbers: Sequence[int], change: Change) -> None:
        """Show a change at once, before the desk has agreed."""

    async def show_truth(self, numbers: Sequence[int]) -> None:
        """Load these tickets again: the desk has agreed, refused, or undone."""

    def move_on(self) -> None:
        """The agent is through with the targets: clear the marks, go to the next ticket."""

    def come_back(self, numbers: Sequence[int]) -> None:
        """What was done to these tickets has been undone: show them."""

    def apply(self, change: Change) -> Worker[None] | None:
        """Run a change on the targets; None when there is nothing to run it on."""
        numbers = self.targets()
        if not numbers:
            self.tell(_("There is no ticket here."))
            return None
        seen = dict(self.versions(numbers))
        self.foresee(numbers, change)
        if change.moves_on:
            self.move_on()
        # the app's worker: leaving the screen must not take back what a key has set going
        return self.app.run_worker(self._applied(change, numbers, seen), group="verbs", exit_on_error=False)

    async def _applied(self, change: Change, numbers: tuple[int, ...], seen: Mapping[int, int]) -> None:
        desk = await self.console.opened()
        try:
            async with self.console.verbs:
                await asyncio.to_thread(change.run, desk, numbers, seen)
        except DeskError as error:
            self.tell_error(error)
        else:
            self.console.done = Done(change.title, numbers, change)
            if len(numbers) > 1:
                self.tell(f"{_(change.title)}: {_named(numbers)}")
        if self.is_attached:
            await self.show_truth(numbers)
            self.refresh_footer()

    def action_take(self) -> None:
        self.apply(changes.take(self.console.me))

    def action_solve(self) -> None:
        self.apply(changes.state(State.SOLVED))

    def action_spam(self) -> None:
        self.apply(changes.state(State.SPAM))

    def action_repeat(self) -> None:
        if self.console.done and self.console.done.change:
            self.apply(self.console.done.change)
        else:
            self.tell(_("There is nothing to repeat yet."))

    def action_undo(self) -> None:
        self.app.run_worker(self._undone(), group="verbs", exit_on_error=False)

    async def _undone(self) -> None:
        from supportdesk.desk import undo

        desk = await self.console.opened()
        try:
            async with self.console.verbs:
                receipt = await asyncio.to_thread(undo.undo, desk)
        except DeskError as error:
            self.tell_error(error)
            return
        numbers = tuple(receipt.versions)
        if done := self.console.done:
            self.tell(_("Undone: {verb}.").format(verb=small(_(done.title))))
        self.console.done = None
        if self.is_attached:
            await self.show_truth(numbers)
            self.come_back(numbers)
            self.refresh_footer()

    async def action_assign(self) -> None:
        await self.ask_change("assign", N_("Assign"), load=_agents)

    async def action_team(self) -> None:
        await self.ask_change("team", N_("Team"), load=_teams)

    async def action_state(self) -> None:
        await self.ask_change("state", N_("State"), choices=[(state.value, state_name(state)) for state in STATES])

    async def action_priority(self) -> None:
        choices = [(priority.value, priority_name(priority)) for priority in Priority]
        await self.ask_change("priority", N_("Priority"), choices=choices)

    async def action_tags(self) -> None:
        await self.ask_change("tags", N_("Tags"), placeholder=_("vip, or -vip to take away"))

    async def action_snooze(self) -> None:
        await self.ask_change("snooze", N_("Snooze"), placeholder=_("2h, mon 9, tomorrow"), check=self._shown_when)

    async def action_rename(self) -> None:
        await self.ask_change("rename", N_("Change the subject"))

    async def action_merge(self) -> None:
        await self.ask_change("merge", N_("Merge into"), placeholder="#")

    async def action_link(self) -> None:
        await self.ask_change("link", N_("Link to"), placeholder="#")

    async def action_unlink(self) -> None:
        await self.ask_change("unlink", N_("Remove a link to"), placeholder="#")

    def action_unmerge(self) -> None:
        self.apply(changes.unmerge())

    def change(self, word: str, text: str) -> Change:
        """The change a verb's word and argument write, as after ``:``. Raises ``Invalid``."""
        return self._makers()[word](text)

    def takes_argument(self, word: str) -> bool:
        """Whether ``change`` knows the word."""
        return word in self._makers()

    def _makers(self) -> dict[str, Callable[[str], Change]]:
        return {
            "assign": changes.assign,
            "team": changes.team,
            "state": lambda text: changes.state(_one_of(State, text)),
            "priority": lambda text: changes.priority(_one_of(Priority, text)),
            "tags": changes.tags,
            "snooze": lambda text: changes.snooze(self.console.when(text) if text else None),
            "rename": changes.rename,
            "merge": lambda text: changes.merge(ticket_number(text)),
            "link": lambda text: changes.link(ticket_number(text)),
            "unlink": lambda text: changes.unlink(ticket_number(text)),
        }

    def _shown_when(self, text: str) -> str:
        return self.console.shown_time(self.console.when(text)) if text else _("Wake now")

    async def ask_change(
        self,
        word: str,
        title: str,
        *,
        choices: Sequence[tuple[str, str]] = (),
        load: "Load | None" = None,
        check: "Check | None" = None,
        placeholder: str = "",
    ) -> None:
        """Ask for the argument of a verb, then apply it. Without choices any text may be typed."""
        from supportdesk.screens.prompts import Choice, Prompt

        numbers = self.targets()
        if not numbers:
            self.tell(_("There is no ticket here."))
            return
        prompt = Prompt(
            f"{_(title)}  {_named(numbers)}",
            choices=[Choice(value, label) for value, label in choices],
            load=load,
            check=check or functools.partial(self._checked, word),
            free=not (choices or load),
            placeholder=placeholder,
        )
        await self.app.push_screen(prompt, functools.partial(self._answered, word))

    def _checked(self, word: str, text: str) -> str:
        if text:
            self.change(word, text)
        return ""

    def _answered(self, word: str, answer: str | None) -> None:
        if answer is None:
            return
        try:
            self.apply(self.change(word, answer))
        except DeskError as error:
            self.tell_error(error)


def _named(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"#{numbers[0]}"
    return ngettext("{n} ticket", "{n} tickets", len(numbers)).format(n=len(numbers))


def _agents(desk: "Desk") -> "list[Choice]":
    from supportdesk.desk import people
    from supportdesk.screens.prompts import Choice

    nobody = Choice("", _("nobody"))
    return [*(Choice(agent.login, agent.login, agent.name) for agent in people.agents(desk) if agent.active), nobody]


def _teams(desk: "Desk") -> "list[Choice]":
    from supportdesk.desk import people
    from supportdesk.screens.prompts import Choice

    return [*(Choice(team.name, team.name) for team in people.teams(desk)), Choice("", _("no team"))]


Named = TypeVar("Named", State, Priority)


def _one_of(kind: type[Named], text: str) -> Named:
    """A state or priority by its value or its name in the user's language."""
    names = {state_name(state): state for state in State} if kind is State else {priority_name(p): p for p in Priority}
    found = {member.value: member for member in kind} | names
    if text.strip().casefold() not in found:
        raise Invalid(N_("{text} is none of {known}."), text=text, known=", ".join(found))
    return kind(found[text.strip().casefold()])


def ticket_number(text: str) -> int:
    """``42`` or ``#42``; raises ``Invalid``."""
    digits = text.strip().removeprefix("#")
    if not digits.isdecimal() or not digits.isascii():
        raise Invalid(N_("{text} is not a ticket number."), hint=N_("Write for example 1042."), text=text)
    return int(digits)
