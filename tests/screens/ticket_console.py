"""The least console there can be around the screens that read and answer tickets."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from textual.app import App
from textual.events import Key
from textual.pilot import Pilot
from textual.screen import Screen

import supportdesk
from supportdesk.desk.desk import Desk
from supportdesk.domain.when import parse_when
from supportdesk.keymap import Keymap
from supportdesk.screens.answering import Answering
from supportdesk.screens.changes import Done
from supportdesk.screens.ticket import TicketScreen
from tests.screens.ticket_desk import Seeded

DEADLINE = 5.0


class TicketConsole(App[None]):
    """What screens expect of the app, on a real desk."""

    CSS_PATH = Path(supportdesk.__file__).with_name("styles") / "app.tcss"

    def __init__(self, seeded: Seeded, first: Callable[[], Screen[None]] | None = None) -> None:
        super().__init__()
        self.keymap = Keymap()
        self.done: Done | None = None
        self.verbs = asyncio.Lock()
        self.me = "alice"
        self.tz: tzinfo = UTC
        self.told: list[str] = []
        self.may_open = asyncio.Event()
        self.may_open.set()
        self._seeded = seeded
        self._first = first or (lambda: TicketScreen(seeded.refund, [*seeded.earlier, seeded.refund]))

    def on_mount(self) -> None:
        self.push_screen(self._first())

    async def opened(self) -> Desk:
        await self.may_open.wait()
        return self._seeded.alice

    def now(self) -> datetime:
        return self._seeded.clock()

    def when(self, text: str) -> datetime:
        return parse_when(text, self.now(), UTC)

    def shown_time(self, at: datetime) -> str:
        return f"{at:%a %d %b %H:%M}"

    def tell(self, text: str, severity: str = "information") -> None:
        self.told.append(text)

    def leave(self) -> None:
        self.exit()


def shown(app: App[None]) -> str:
    """The screen as plain text, a line per row."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


async def settle(pilot: Pilot[None]) -> None:
    """Until everything asked of the desk is on screen."""
    await pilot.pause()
    for screen in pilot.app.screen_stack:
        if isinstance(screen, Answering):
            await screen.all_have_left()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait for something that a timer or a thread brings about; fails after ``DEADLINE`` seconds."""
    async with asyncio.timeout(DEADLINE):
        while not holds():
            await pilot.pause(0.01)


def burst(app: App[None], text: str) -> None:
    """Keys as one read of the terminal delivers them: all before any of them was handled."""
    for character in text:
        app.post_message(Key({"\n": "enter", " ": "space"}.get(character, character), character))


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Keys by name or character; characters in a row come as one burst."""
    for key in keys:
        named = len(key) > 1
        if named:
            await pilot.pause()
        pilot.app.post_message(Key({" ": "space"}.get(key, key), None if named else key))
        if named:
            await pilot.pause()
    await pilot.pause()
