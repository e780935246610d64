"""Looking for what is wrong: the terminal, the settings, the store, the channels, the workers.

Each check is one sentence; what is not ``ok`` has a next step. Nothing is changed.
"""

import locale
import os
import re
import select
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from supportdesk import config, keymap
from supportdesk.domain.errors import DeskError
from supportdesk.i18n import _, sentence

if TYPE_CHECKING:
    from supportdesk.desk.health import Health
    from supportdesk.domain.channel import Channel

KEYRING = "keyring:"
PLAIN_TERMINALS = ("", "dumb", "unknown")
STDOUT = 1
HANGUL = "한"
HANGUL_CELLS = 2
LATE = 60.0  # seconds a mailbox may take beyond its two polls
ANSWER_SECONDS = 0.5  # a terminal at the other end of a slow line answers within that
_CURSOR = re.compile(rb"\x1b\[\d+;(\d+)R")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``hint`` is the next step where it is not ``ok``."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


def examine(load: Callable[[], config.Config]) -> Iterator[Check]:
    """Every check, one after the other, as it is made. ``load`` reads the config of this run."""
    yield from _terminal()
    try:
        chosen = load()
    except DeskError as error:
        yield _refused(_("Config"), error)
        return
    yield Check(_("Config"), True, str(chosen.path) if chosen.path.exists() else _("none, and none is needed"))
    yield from _keys(chosen)
    yield from _desk(chosen.store)


def _refused(name: str, error: DeskError) -> Check:
    """What went wrong and the next step, apart."""
    detail, hint = (sentence(DeskError(text, "", **error.facts)) for text in (error.message, error.hint))
    return Check(name, False, detail, hint)


def _terminal() -> Iterator[Check]:
    encoding = locale.getpreferredencoding(False)
    utf8 = encoding.lower().replace("-", "") == "utf8"
    hint = _("Set LANG to a UTF-8 locale, such as C.UTF-8 or ko_KR.UTF-8.")
    yield Check(_("Encoding"), utf8, encoding, "" if utf8 else hint)
    if not os.isatty(STDOUT):
        yield Check(_("Terminal"), True, _("none: the output goes to a file or a program"))
        return
    term = os.environ.get("TERM", "")
    plain = term in PLAIN_TERMINALS
    hint = _("Set TERM to what your terminal is, such as xterm-256color.")
    yield Check(_("Terminal"), not plain, f"TERM={term}", hint if plain else "")
    yield Check(_("Colours"), True, _colours())
    yield _hangul(None if plain else _asked(HANGUL))


def _colours() -> str:
    from rich.console import Console

    return Console().color_system or _("none")


def _hangul(cells: int | None) -> Check:
    name = _("Width of {character}").format(character=HANGUL)
    if cells is None:
        return Check(name, True, _("the terminal does not say"))
    hint = _("Choose a font and a locale with East Asian widths, in the terminal and in tmux.")
    return Check(name, cells == HANGUL_CELLS, str(cells), "" if cells == HANGUL_CELLS else hint)


def _asked(text: str) -> int | None:
    try:
        terminal = os.open(os.ttyname(STDOUT), os.O_RDWR | os.O_NOCTTY)
    except OSError:  # a terminal of another user
        return None
    try:
        return cells_of(text, terminal)
    finally:
        os.close(terminal)


def cells_of(text: str, terminal: int) -> int | None:
    """How many cells a terminal (a file descriptor) moves on for ``text``; None where it does not say.

    The text is wiped out again.
    """
    import termios
    import tty

    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        os.write(terminal, b"\r" + text.encode() + b"\x1b[6n")  # CPR: ECMA-48 8.3.14
        answer = _answer(terminal)
        os.write(terminal, b"\r\x1b[K")
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
    return int(answer[1]) - 1 if answer else None


def _answer(terminal: int) -> "re.Match[bytes] | None":
    read = b""
    deadline = time.monotonic() + ANSWER_SECONDS
    while (left := deadline - time.monotonic()) > 0 and select.select([terminal], [], [], left)[0]:
        read += os.read(terminal, 64)
        if found := _CURSOR.search(read):
            return found
    return None


def _keys(chosen: config.Config) -> Iterator[Check]:
    problems = keymap.load(chosen.keys).problems
    hint = _("Correct {file}; supportdesk keys lists what can be moved.").format(file=chosen.keys)
    yield from (Check(_("Keys"), False, problem, hint) for problem in problems)
    if not problems:
        yield Check(_("Keys"), True, str(chosen.keys) if chosen.keys.exists() else _("the default ones"))


def _desk(url: str) -> Iterator[Check]:
    from supportdesk.desk.desk import open_desk
    from supportdesk.desk.health import health
    from supportdesk.store.driver import ASK_THE_DOCTOR
    from supportdesk.store.revision import HEAD

    try:
        desk = open_desk(url)
    except DeskError as error:
        if error.hint == ASK_THE_DOCTOR:
            error.hint = _("Check the address, and that the server runs.")
        yield _refused(_("Store"), error)
        return
    try:
        found = health(desk)
    finally:
        desk.close()
    detail = _("{url}, schema {head}").format(url=config.shown_url(url), head=HEAD)
    yield Check(_("Store"), True, detail)
    for channel in found.channels:
        yield _channel(channel)
    yield _keyring(found.channels)
    yield _workers(found)
    yield from _stuck(found)


def _channel(channel: "Channel") -> Check:
    name = _("Channel {name}").format(name=channel.name)
    if channel.paused:
        return Check(name, True, _("paused"))
    if channel.error:
        hint = _("Try it with: supportdesk channel test {name}").format(name=channel.name)
        return Check(name, False, channel.error, hint)
    if channel.last_contact is None:
        return Check(name, True, _("not used yet"))
    at = channel.last_contact.isoformat(timespec="seconds")
    looks = float(channel.settings.get("poll") or 0)
    if looks and (datetime.now(UTC) - channel.last_contact).total_seconds() > 2 * looks + LATE:
        hint = _("See that a worker runs: supportdesk worker")
        return Check(name, False, _("no contact since {at}").format(at=at), hint)
    return Check(name, True, _("last contact {at}").format(at=at))


def _keyring(channels: "Sequence[Channel]") -> Check:
    """A machine without a keyring is only ill if a secret is in it."""
    from supportdesk.channels import secrets

    needed = any(str(value).startswith(KEYRING) for channel in channels for value in channel.settings.values())
    try:
        return Check(_("Keyring"), True, secrets.keyring_backend())
    except DeskError as error:
        return _refused(_("Keyring"), error) if needed else Check(_("Keyring"), True, _("none, and none is needed"))


def _workers(found: "Health") -> Check:
    """Nobody has to work for a desk without channels."""
    if found.alive:
        names = ", ".join(f"{worker.name} ({worker.host})" for worker in found.workers if worker.alive)
        return Check(_("Workers"), True, names)
    last = max((worker.last_seen for worker in found.workers), default=None)
    detail = _("none runs") if last is None else _("none runs since {at}").format(at=last.isoformat(timespec="seconds"))
    needed = any(not channel.paused for channel in found.channels)
    return Check(_("Workers"), not needed, detail, _("Start one with: supportdesk worker") if needed else "")


def _stuck(found: "Health") -> Iterator[Check]:
    if found.failed:
        detail = _("{count} could not be delivered").format(count=found.failed)
        yield Check(_("Outbox"), False, detail, _("Look at them with: supportdesk outbox list --status failed"))
    if found.quarantined:
        detail = _("{count} wait for a decision").format(count=found.quarantined)
        yield Check(_("Quarantine"), True, detail, _("Look at them with: supportdesk intake list --status quarantine"))
