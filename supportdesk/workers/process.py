"""Which process a worker is, so that what it held when it was killed can be taken over at once."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """A process on a host. ``born`` tells it from a later process with the same pid."""

    host: str
    pid: int
    born: str

    @property
    def name(self) -> str:
        return f"{self.host}:{self.pid}:{self.born}"


def this_process() -> WorkerProcess:
    pid = os.getpid()
    return WorkerProcess(socket.gethostname(), pid, _born(pid))


def is_dead(holder: str) -> bool:
    """Whether a holder named by ``WorkerProcess.name`` surely no longer runs; False for other hosts: we cannot know."""
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    born = holder.rpartition(":")[2]
    if host != socket.gethostname() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _born(int(rest)) != born


def _born(pid: int) -> str:
    """Ticks since boot at which a process started (proc(5), stat field 22); "0" where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "0"
    state, *fields = stat.rpartition(")")[2].split()
    return "dead" if state == "Z" else fields[18]
