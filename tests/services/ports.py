"""Free TCP ports and private directories for servers started by tests."""

import contextlib
import os
import pwd
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens on now; whoever binds it may still lose a race and should try another."""
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        port: int = sock.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether something accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll ``condition``; TimeoutError naming ``what`` when it never holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} took more than {seconds} s")
        time.sleep(0.005)


@dataclass(frozen=True, slots=True)
class Account:
    """The ordinary user a server runs as: oneself, or ``nobody`` when the suite runs as root."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Give ``path`` to this user; nothing to do when it is oneself."""
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.gid)


def ordinary_account() -> Account:
    """Servers such as Dovecot and Postgres refuse to run as root."""
    entry = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


@contextmanager
def server_directory(name: str, account: Account) -> Iterator[Path]:
    """A short directory of that user's own: pytest's are closed to others and too long for Unix sockets."""
    path = Path(tempfile.mkdtemp(prefix=f"sd-{name}-"))
    try:
        account.own(path)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
