"""The console: one Textual app over an opening desk. Paints the first tickets first and imports the rest later.

No desk logic here: modes, theme, keymap, and the feed handed to the screens.
"""

import asyncio
import gc
import importlib
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, tzinfo
from time import monotonic
from typing import TYPE_CHECKING

from textual import work
from textual.driver import Driver
from textual.message import Message
from textual.theme import Theme

from supportdesk import keymap
from supportdesk.config import Config
from supportdesk.desk.opening import Opening, first_page
from supportdesk.domain.errors import DeskError
from supportdesk.i18n import N_, _
from supportdesk.screens.desk_screen import DeskScreen, Severity
from supportdesk.screens.everywhere import Everywhere
from supportdesk.screens.queue import QueueScreen
from supportdesk.widgets.forgetting import forget_closed_widgets
from supportdesk.widgets.terminal import TerminalDriver
from supportdesk.widgets.window import Answer

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.event import Event
    from supportdesk.screens.changes import Done

FIRST_VIEW = "open"
FIRST_ROWS = 100
"""More than any terminal is high, few enough to be read in a few milliseconds."""

WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))

THREADS = 3
"""Questions to the desk at once; each thread has its own connection and its own share of memory."""

HEALTH_EVERY = 5.0
FEED_TIMEOUT = 5.0

DARK = Theme(
    name="supportdesk-dark", dark=True, primary="#7aa2c8", accent="#e0a458", foreground="#d6d6d2", background="#15171a",
    surface="#1c1f23", panel="#3a4048", warning="#e0a458", error="#e06c6c", success="#7fb685",
    variables={"text-muted": "#878d94"},
)  # fmt: skip
LIGHT = Theme(
    name="supportdesk-light", dark=False, primary="#2f6690", accent="#9a5b00", foreground="#25282c",
    background="#fafaf7", surface="#f0f0ea", panel="#c9c9c0", warning="#9a5b00", error="#b3261e", success="#2e7d32",
    variables={"text-muted": "#6b7076"},
)  # fmt: skip


class DeskChanged(Message):
    """Something changed on the desk; without events: a presence or a draft."""

    def __init__(self, events: "tuple[Event, ...]") -> None:
        super().__init__()
        self.events = events


class DeskApp(Everywhere):
    """The console of one agent."""

    CSS_PATH = "styles/app.tcss"
    ENABLE_COMMAND_PALETTE = False
    TITLE = "supportdesk"

    def __init__(
        self, config: Config, opening: "Future[Opening]", connect: "Callable[[Config], Desk] | None" = None
    ) -> None:
        """``connect`` opens the desk, in a thread, once the ``opening`` is on screen."""
        super().__init__()
        self.config = config
        self.keymap = keymap.load(config.keys)
        self.done: Done | None = None
        self.verbs = asyncio.Lock()
        self.me = config.agent
        self.tz = local_zone(config.timezone)
        self.failure: Exception | None = None
        self._opening = opening
        self._connect = connect or _open_desk
        self._desk: Desk | None = None
        self._desk_is_open = asyncio.Event()
        self._beginning = False
        self._leaving = threading.Event()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = config.theme if config.theme in self.available_themes else DARK.name

    def get_default_screen(self) -> QueueScreen:
        from supportdesk.domain.view import BUILTIN

        return QueueScreen(next(view for view in BUILTIN if view.key == FIRST_VIEW))

    def on_mount(self) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "desk"))
        for hang_up in (signal.SIGHUP, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(hang_up, self.leave)
        self.set_interval(1.0, self._leave_if_alone)

    def on_unmount(self) -> None:
        self._leaving.set()

    def get_driver_class(self) -> type[Driver]:
        return TerminalDriver

    def _leave_if_alone(self) -> None:
        """Not every end of a terminal is told by a signal; without this its reading thread would spin for ever."""
        if isinstance(self._driver, TerminalDriver) and self._driver.is_gone():
            self.leave()

    async def first_page(self, view_key: str) -> Answer | None:
        if self._beginning:
            return None
        try:
            await asyncio.wrap_future(self._opening)
        except Exception as error:
            self.fail(error)
            raise
        return self.page_at_hand(view_key)

    def page_at_hand(self, view_key: str) -> Answer | None:
        """The first page, if it has been read already: then the first paint shows it."""
        if self._beginning or not self._opening.done() or self._opening.exception():
            return None
        found = self._opening.result()
        self.queue.show_status(desk=found.desk, agent=found.agent_name)
        return Answer(found.rows, after=len(found.rows) == FIRST_ROWS) if found.view.key == view_key else None

    def first_rows_shown(self) -> None:
        if not self._beginning:
            self._beginning = True
            self.call_after_refresh(self._open)

    async def opened(self) -> "Desk":
        await self._desk_is_open.wait()
        assert self._desk is not None
        return self._desk

    def now(self) -> datetime:
        return self._desk.now() if self._desk else datetime.now(UTC)

    def when(self, text: str) -> datetime:
        from supportdesk.domain.when import parse_when

        return parse_when(text, self.now(), self.tz)

    def shown_time(self, at: datetime) -> str:
        from supportdesk.domain.when import short_span

        local = at.astimezone(self.tz)
        return f"{local:%Y-%m-%d} {_(WEEKDAYS[local.weekday()])} {local:%H:%M}, {short_span(at - self.now())}"

    def tell(self, text: str, severity: Severity = "information") -> None:
        self.notify(text, severity=severity, markup=False, timeout=4 if severity == "information" else 8)

    def fail(self, error: Exception) -> None:
        """Leave; whoever started the console is told why."""
        self.failure = self.failure or error
        self.exit(return_code=1)

    def on_desk_changed(self, event: DeskChanged) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.feed(event.events)
        for lost in event.events:
            if (
                lost.kind == "send_failed"
                and self._desk is not None
                and lost.data.get("author") == self._desk.actor.name
            ):
                text = _("Your answer in #{number} was not delivered: {error}")
                self.tell(text.format(number=lost.ticket, error=lost.data["error"]), "error")

    @work(exit_on_error=False)
    async def _open(self) -> None:
        """Everything that takes long, in a thread, now that the tickets are on screen."""
        try:
            self._desk = await asyncio.to_thread(self._connect, self.config)
        except Exception as error:
            self.fail(error)
            return
        self._desk_is_open.set()
        self.queue.opened_desk()
        for problem in self.keymap.problems:
            self.tell(problem, "warning")
        threading.Thread(target=self._listen, args=(self._desk,), name="feed", daemon=True).start()
        self.set_interval(HEALTH_EVERY, self._show_health)
        self._show_health()
        await asyncio.to_thread(_import_screens)

    def _listen(self, desk: "Desk") -> None:
        """In a thread of its own: every change of the desk becomes a message."""
        from supportdesk.desk.feed import Feed

        feed: Feed | None = None
        while not self._leaving.is_set():
            began = monotonic()
            try:
                feed = feed or Feed(desk, self._opening.result().cursor or None)  # none is missed since the first rows
                events = feed.wait(FEED_TIMEOUT)
            except DeskError:  # the store is away: the first line says so, and the feed goes on where it was
                self._leaving.wait(1.0)
                continue
            if events or monotonic() - began < FEED_TIMEOUT:
                self.post_message(DeskChanged(events))
        if feed is not None:
            feed.close()

    @work(group="health", exclusive=True, exit_on_error=False)
    async def _show_health(self) -> None:
        from supportdesk.desk.health import health

        desk = await self.opened()
        try:
            found = await asyncio.to_thread(health, desk)
        except DeskError:
            self.queue.show_status(lost=True)
            return
        failing = tuple(channel.name for channel in found.channels if channel.error and not channel.paused)
        self.queue.show_status(
            lost=False, workers=found.alive, failing=failing, unsent=found.queued, failed=found.failed
        )

    def _fatal_error(self) -> None:
        """Textual would print a traceback: the program that started the console says it in one sentence instead."""
        self.failure = self.failure or self._exception
        self._close_messages_no_wait()


def run(config: Config) -> int:
    """Run the console until the agent leaves. Raises what kept it from opening, after the terminal is itself again."""
    opening: Future[Opening] = Future()
    threading.Thread(target=_read_opening, args=(config, opening), name="opening", daemon=True).start()
    forget_closed_widgets()
    app = DeskApp(config, opening)
    app.run(mouse=config.mouse)
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0


def local_zone(name: str) -> tzinfo:
    """The zone of the config, else the machine's; a fixed offset only where the machine does not name it."""
    from zoneinfo import ZoneInfo

    if name:
        return ZoneInfo(name)
    machine = os.environ.get("TZ", "").removeprefix(":") or os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    try:
        return ZoneInfo(machine)
    except (OSError, ValueError, KeyError):
        return datetime.now().astimezone().tzinfo or UTC


def _read_opening(config: Config, opening: "Future[Opening]") -> None:
    try:
        zone = local_zone(config.timezone)
        opening.set_result(first_page(config.store, config.agent, FIRST_VIEW, FIRST_ROWS, tz=zone))
    except Exception as error:
        opening.set_exception(error)


def _open_desk(config: Config) -> "Desk":
    from supportdesk.desk.desk import open_desk

    return open_desk(config.store).as_agent(config.agent)


def _import_screens() -> None:
    """What the first keys need, before they are pressed."""
    for name in ("ticket", "prompts", "search", "help"):
        importlib.import_module(f"supportdesk.screens.{name}")
    if not gc.isenabled():
        gc.freeze()  # what is imported stays: each collection would stop the screen to look through it all
        gc.enable()
