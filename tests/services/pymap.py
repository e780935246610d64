"""pymap, an IMAP server from the package index: a second implementation, there also where Dovecot is not."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests.services.absent import absent
from tests.services.dovecot import PASSWORD
from tests.services.ports import LOOPBACK, answers, free_port, wait_until

USER = "support"


@dataclass(frozen=True, slots=True)
class Pymap:
    """A running server with one user, whose INBOX holds a few mails of the package's own."""

    imap_port: int
    user: str = USER
    host: str = LOOPBACK

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        client = IMAPClient(self.host, port=self.imap_port, ssl=False, timeout=20)
        client.login(self.user, PASSWORD)
        try:
            yield client
        finally:
            client.shutdown()

    def deliver(self, raw: bytes, folder: str = "INBOX") -> None:
        with self.client() as client:
            client.append(folder, raw)


@pytest.fixture
def pymap() -> Iterator[Pymap]:
    """A pymap of the test's own."""
    program = Path(sys.executable).with_name("pymap")
    if not program.exists():
        absent("pymap", "not installed (pip install pymap)")
    server = Pymap(free_port())
    where = ["--host", server.host, "--port", str(server.imap_port), "--no-tls"]
    account = ["dict", "--demo-data", "--demo-user", server.user, "--demo-password", PASSWORD]
    process = subprocess.Popen([program, *where, *account], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(server.imap_port), 15, "pymap")
        yield server
    finally:
        process.kill()
        process.wait()
