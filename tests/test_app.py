"""The console as a program: what it imports, how it fails, how it ends."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

import pytest

from supportdesk import app as console_app
from supportdesk.app import DeskApp, local_zone, run
from supportdesk.config import Config
from supportdesk.desk import conversation, drafts, settling
from supportdesk.desk.opening import Opening
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import DeskError, NotFound, Unreachable
from supportdesk.store import outbox
from tests.screens.queue_desk import console, ready, seed_queue, shown, until
from tests.screens.ticket_desk import Seeded, seed

HEAVY = (
    "sqlalchemy",
    "sqlmodel",
    "pydantic",
    "alembic",
    "imapclient",
    "aiosmtplib",
    "keyring",
)


@pytest.fixture
def seeded(fresh_sqlite: Callable[[], str]) -> Iterator[Seeded]:
    """A desk with one talkative customer; alice sits at it."""
    made = seed(fresh_sqlite())
    yield made
    made.close()


def config(url: str, agent: str = "alice") -> Config:
    return Config(url, agent, agent_is_guess=False, path=Path("none.toml"), keys=Path("none.toml"), timezone="UTC")


def test_what_paints_the_first_tickets_imports_no_database_layer() -> None:
    code = f"import sys, supportdesk.app; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("agent", "place", "error"), [("nobody", "", NotFound), ("alice", ".not-there", Unreachable)])
async def test_what_keeps_it_from_opening_ends_it_with_that_error(
    seeded: Seeded, agent: str, place: str, error: type[DeskError]
) -> None:
    opening: Future[Opening] = Future()
    url = f"{seeded.url}{place}"
    console_app._read_opening(config(url, agent), opening)
    app = DeskApp(config(url, agent), opening)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.failure is not None)
    assert isinstance(app.failure, error)
    assert app.return_code == 1


async def test_a_desk_that_cannot_be_opened_after_the_first_page_ends_it_too(seeded: Seeded) -> None:
    def connect(_config: Config) -> None:
        raise Unreachable("The store is gone.")

    app = console(seeded, connect=connect)  # type: ignore[arg-type]
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.failure is not None)
    assert isinstance(app.failure, Unreachable)


def test_run_raises_what_kept_it_from_opening(seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    def headless(self: DeskApp, mouse: bool) -> None:
        self.failure = NotFound("There is no agent.")

    monkeypatch.setattr(DeskApp, "run", headless)
    with pytest.raises(NotFound):
        run(config(seeded.url))


async def test_problems_of_the_keymap_are_told_and_stop_nothing(seeded: Seeded, tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text('[ticket]\nreply = "f"\n', encoding="utf-8")
    app = console(seeded, keys)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "ticket.reply keeps its default" in shown(app))


async def test_whoever_wrote_an_answer_that_is_lost_is_told(seeded: Seeded) -> None:
    app = console(seeded)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await ready(pilot, app)
        alices, bobs = (conversation.reply(each, 1, conversation.Reply("Now")) for each in (seeded.alice, seeded.bob))
        assert (alices.message, bobs.message) != (None, None)
        soon = seeded.alice.now() + timedelta(minutes=1)
        with seeded.alice.store.write() as conn:
            claims = outbox.claim(conn, "w", soon, 10, None)
        for claim in claims:
            whose = {alices.message: "alice's", bobs.message: "bob's"}.get(claim.message_id, "an old")
            settling.settle(seeded.alice, [settling.failed(claim, f"{whose} is lost")])
        await until(pilot, lambda: "was not delivered: alice's is lost" in " ".join(shown(app).split()))
        assert "bob's is lost" not in " ".join(shown(app).split())


@pytest.mark.parametrize("theme", ["supportdesk-light", "ansi-dark", "ansi-light"])
async def test_other_themes_paint_too(seeded: Seeded, theme: str) -> None:
    seed_queue(seeded)
    app = console(seeded)
    app.theme = theme
    async with app.run_test(size=(160, 30)) as pilot:
        await ready(pilot, app)
        assert "Printer prints blank pages" in shown(app)


def test_an_unknown_machine_zone_is_a_fixed_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(local_zone("Asia/Seoul")) == "Asia/Seoul"
    monkeypatch.setenv("TZ", "Europe/Zurich")
    assert str(local_zone("")) == "Europe/Zurich"
    monkeypatch.setenv("TZ", "No/Where")
    assert local_zone("") is not None


class Terminal:
    """The program in a terminal of its own."""

    def __init__(self, seeded: Seeded) -> None:
        code = (
            "from pathlib import Path; from supportdesk.app import run; from supportdesk.config import Config;"
            f"url, none = {seeded.url!r}, Path('none.toml');"
            "run(Config(url, 'alice', agent_is_guess=False, path=none, keys=none, timezone='UTC'))"
        )
        environment = dict(os.environ, TERM="xterm-256color", COLUMNS="120", LINES="30")
        master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        self.terminal = master
        self.output = b""

    def until(self, text: str) -> None:
        """Read until the screen has shown a text; fails after 20 s."""
        deadline = time.monotonic() + 20
        while text.encode() not in self.output:
            assert time.monotonic() < deadline, self.output[-2_000:]
            if select.select([self.terminal], [], [], 0.1)[0]:
                self.output += os.read(self.terminal, 65_536)

    def rest(self) -> None:
        """Read until the program has nothing more to show: what was typed has been taken in."""
        while select.select([self.terminal], [], [], 0.2)[0]:
            self.output += os.read(self.terminal, 65_536)

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def close(self) -> None:
        if self.terminal >= 0:
            os.close(self.terminal)
            self.terminal = -1


@pytest.mark.parametrize("how", ["hang up", "terminate", "close"])
def test_a_closed_terminal_loses_no_draft(seeded: Seeded, how: str) -> None:
    terminal = Terminal(seeded)
    try:
        terminal.until("Acme Support")
        terminal.until("unsent 0")
        terminal.type("r")
        terminal.until("REPLY")
        terminal.type("half a sentence")
        terminal.until("sentence")
        terminal.rest()
        if how == "close":
            terminal.close()
        else:
            terminal.process.send_signal(signal.SIGHUP if how == "hang up" else signal.SIGTERM)
        terminal.process.wait(10)
    finally:
        terminal.process.kill()
        terminal.close()
    assert terminal.process.returncode == 0
    draft = drafts.load(seeded.alice, seeded.refund, DraftKind.REPLY)
    assert draft is not None
    assert draft.text == "half a sentence"
