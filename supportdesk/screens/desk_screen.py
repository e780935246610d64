"""What every screen of the console has: keys, the desk once it is open, live events, and a way to tell."""

import asyncio
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar, cast

from textual.screen import Screen

from supportdesk.domain.errors import DeskError
from supportdesk.i18n import _, sentence
from supportdesk.keymap import Bound, Keymap
from supportdesk.widgets.footer import Footer
from supportdesk.widgets.keys import Keyed
from supportdesk.widgets.window import Answer
from supportdesk.widgets.words import small

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.event import Event
    from supportdesk.screens.changes import Done

Severity = Literal["information", "warning", "error"]
Result = TypeVar("Result")


class Console(Protocol):
    """The app as its screens see it."""

    keymap: Keymap
    done: "Done | None"  # the last verb, for the footer and to be repeated
    verbs: asyncio.Lock  # verbs run one after the other, in the order of their keys
    me: str  # login of the agent
    tz: tzinfo  # where the agent is

    async def opened(self) -> "Desk":
        """The desk with this agent at it, as soon as it is open."""

    async def first_page(self, view_key: str) -> Answer | None:
        """The page read before the desk is open, once, for the view it was opened with; None for anything later."""

    def page_at_hand(self, view_key: str) -> Answer | None:
        """That page if it is there already, without waiting."""

    def first_rows_shown(self) -> None:
        """The first page is on screen: what takes longer may begin."""

    def go_to(self, key: str) -> None:
        """To a view of the queue, the outbox or the quarantine."""

    def now(self) -> datetime:
        """The desk's clock, UTC."""

    def when(self, text: str) -> datetime:
        """The time a person writes ("2h", "mon 9", "내일 9시"), in the agent's zone; raises ``Invalid``."""

    def shown_time(self, at: datetime) -> str:
        """A time as this agent reads it: "Mon 23 Nov 09:00, in 1 d 14 h"."""

    def tell(self, text: str, severity: Severity = "information") -> None:
        """One line to the user, for a few seconds; never markup."""

    def leave(self) -> None:
        """Out, without a question: every draft is saved."""


class DeskScreen(Keyed, Screen[Result]):
    """Base of the screens. ``CONTEXT`` names its keys; ``action_<word>`` methods are its verbs."""

    @property
    def console(self) -> Console:
        return cast("Console", self.app)

    def tell(self, text: str, severity: Severity = "information") -> None:
        self.console.tell(text, severity)

    def tell_error(self, error: DeskError) -> None:
        """What went wrong and the next step, in the user's language."""
        self.tell(sentence(error), "warning" if error.exit_code in (2, 4) else "error")

    def feed(self, events: "tuple[Event, ...]") -> None:
        """What changed on the desk, by anybody, in order; called in the UI thread for every screen of the stack."""

    def refresh_footer(self) -> None:
        """The hints follow the focus, the marks and what can be undone."""
        done = self.console.done
        for footer in self.query(Footer):
            footer.show(self.live_actions(), self.console.keymap, small(_(done.title)) if done else "")

    def show_continuations(self, bounds: tuple[Bound, ...]) -> None:
        for footer in self.query(Footer):
            footer.show_continuations(bounds)

    def action_back(self) -> None:
        self.dismiss()
