"""The program as tests call it: in this process, on a desk with agents and a mailbox."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from supportdesk import cli
from supportdesk.desk import channels
from supportdesk.desk.desk import Desk, found_desk, open_desk
from supportdesk.desk.founding import staff

MAILBOX = {
    "imap_host": "127.0.0.1", "imap_port": "9", "imap_security": "plain", "imap_user": "u", "imap_secret": "env:NONE",
    "smtp_host": "127.0.0.1", "smtp_port": "9", "smtp_security": "plain",
}  # fmt: skip


@dataclass(frozen=True)
class Done:
    """What one run of the program answered."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def lines(self) -> list[Any]:
        """Of newline-delimited JSON."""
        return [json.loads(line) for line in self.raw.splitlines()]


class Terminal(io.TextIOWrapper):
    """A stdin somebody types into."""

    def isatty(self) -> bool:
        return True


class Program:
    """``program("ticket", "list")`` runs it on one store, as alice unless told otherwise."""

    def __init__(self, url: str, capture: pytest.CaptureFixture[bytes], patch: pytest.MonkeyPatch) -> None:
        self.url = url
        self._capture = capture
        self._patch = patch

    def __call__(
        self, *arguments: object, piped: str | bytes = b"", agent: str = "alice", terminal: bool = False
    ) -> Done:
        """``piped`` is on stdin; with ``terminal`` it is typed there."""
        data = piped.encode() if isinstance(piped, str) else piped
        self._capture.readouterr()
        with self._patch.context() as patch:
            patch.setattr(sys, "stdin", (Terminal if terminal else io.TextIOWrapper)(io.BytesIO(data)))
            patch.setenv("SUPPORTDESK_STORE", self.url)
            if agent:
                patch.setenv("SUPPORTDESK_AGENT", agent)
            code = cli.run([str(argument) for argument in arguments])
        out, err = self._capture.readouterr()
        return Done(code, out, err.decode())

    def ok(self, *arguments: object, piped: str | bytes = b"", agent: str = "alice") -> Done:
        """The same, and it has to work."""
        done = self(*arguments, piped=piped, agent=agent)
        assert done.code == 0, done.err
        return done

    def json(self, *arguments: object, piped: str | bytes = b"", agent: str = "alice") -> Any:
        return self.ok(*arguments, "--json", piped=piped, agent=agent).json

    def ticket(self, subject: str = "Printer", sender: str = "Dana <dana@example.com>", text: str = "It broke") -> int:
        """A new ticket's number."""
        made = self.json("ticket", "create", "--subject", subject, "--from", sender, text)
        number: int = made["number"]
        return number

    def desk(self) -> Desk:
        """The desk itself, to look behind the program; the caller closes it."""
        return open_desk(self.url)


def _program(url: str, capture: pytest.CaptureFixture[bytes], patch: pytest.MonkeyPatch) -> Program:
    desk = open_desk(url)
    found_desk(desk, "Acme Support")
    staff(desk, "alice", "Alice Kim", "alice@desk.example", ["Billing"])
    staff(desk, "bob", "Bob Lee", "bob@desk.example", ["Shipping"])
    channels.add(desk, "email", "support", address="support@desk.example", settings=MAILBOX)
    desk.close()
    return Program(url, capture, patch)


@pytest.fixture
def program(
    fresh_sqlite: Callable[[], str], capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """On SQLite: for what does not depend on the store."""
    return _program(fresh_sqlite(), capsysbinary, monkeypatch)


@pytest.fixture
def each_program(
    store_url: str, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """On each store in turn."""
    return _program(store_url, capsysbinary, monkeypatch)
