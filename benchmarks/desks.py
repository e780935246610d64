"""Generated desks to measure on, and the surroundings programs are measured in."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from supportdesk.desk.founding import make_desk, staff
from supportdesk.store.revision import HEAD

AGENT = "alice"
PROGRAM = (sys.executable, "-m", "supportdesk")
KEPT = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Generated:
    """A desk with ``tickets`` invented tickets. ``messages_per_second`` is None where it was there already."""

    url: str
    tickets: int
    messages: int = 0
    messages_per_second: float | None = None


def program() -> tuple[str, ...]:
    """The installed program, as a person starts it."""
    script = Path(sys.executable).with_name("supportdesk")
    return (str(script),) if script.exists() else PROGRAM


def cache() -> Path:
    folder = Path(platformdirs.user_cache_dir("supportdesk")) / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def environ(home: Path) -> dict[str, str]:
    """A clean environment with its home in ``home``, a terminal of true colour, and compiled modules kept."""
    chosen = {name: os.environ[name] for name in KEPT if name in os.environ}
    places = {
        "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache",
        "XDG_RUNTIME_DIR": "run",
    }  # fmt: skip
    for place in places.values():
        (home / place).mkdir(mode=0o700, exist_ok=True)
    chosen |= {name: str(home / place) for name, place in places.items()}
    return chosen | {
        "HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor", "TZ": "UTC",
        "LANG": chosen.get("LANG", "C.UTF-8"), "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip


def sqlite_desk(tickets: int, home: Path, *, fresh: bool = False) -> Generated:
    """The cached desk of that size, generated where it is not there yet. One per size and schema."""
    path = cache() / f"desk-{HEAD}-{tickets}.db"
    done = path.with_suffix(".done")
    if fresh or not done.exists():
        for leftover in (done, path, *(path.with_name(path.name + tail) for tail in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)
    url = f"sqlite:///{path}"
    if done.exists():
        return Generated(url, tickets)
    made = generate(url, tickets, home)
    done.touch()
    return made


def generate(url: str, tickets: int, home: Path) -> Generated:
    """Make a desk at ``url`` and fill it with ``supportdesk generate``."""
    desk = make_desk(url, "Acme Support")
    staff(desk, AGENT, "Alice", "alice@example.com", ["Billing"])
    desk.close()
    before = time.monotonic()
    command = [*program(), "--store", url, "generate", "--tickets", str(tickets)]
    subprocess.run(command, env=environ(home), check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - before
    messages = count_messages(url)
    return Generated(url, tickets, messages, messages / seconds)


def count_messages(url: str) -> int:
    from supportdesk.store.driver import driver_reader

    with driver_reader(url) as reader:
        found: int = reader.rows("SELECT count(*) FROM message", {})[0][0]
    return found


def copy_of(desk: Generated, folder: Path) -> str:
    """URL of a copy of a SQLite desk, to change things in."""
    source = Path(desk.url.removeprefix("sqlite:///"))
    target = folder / source.name
    shutil.copyfile(source, target)
    return f"sqlite:///{target}"
