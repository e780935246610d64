"""Tests of ``supportdesk channel authorize`` and ``test`` on mailboxes that are opened by access token."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from supportdesk.channels.secrets import store
from supportdesk.commands.channel_authorize import Terminal
from supportdesk.store.tables import outbox
from tests.channels.email.terminals import led_to, opened
from tests.services.dovecot import Dovecot
from tests.services.oauth import CLIENT, SCOPE, OAuthStub
from tests.services.smtp import SmtpSink, running_smtp

if TYPE_CHECKING:
    from tests.commands.conftest import Program


@pytest.fixture
def servers(oauth_stub: OAuthStub, dovecot_with: Callable[..., Dovecot]) -> Iterator[tuple[Dovecot, SmtpSink]]:
    """Both ask the stub provider about tokens."""
    with running_smtp(knows_token=oauth_stub.knows) as smtp:
        yield dovecot_with(introspection=oauth_stub.url("introspect")), smtp


Added = Callable[..., Path]


@pytest.fixture
def added(program: "Program", oauth_stub: OAuthStub, servers: tuple[Dovecot, SmtpSink], tmp_path: Path) -> Added:
    """``added("--oauth-device-url", …)`` adds the channel sales; returns where its refresh token will be."""

    def add(*others: str) -> Path:
        imap, smtp = servers
        token = tmp_path / "refresh-token"
        program.ok(
            "channel", "add", "email", "sales", "--address", "sales@desk.example",
            "--imap-host", imap.host, "--imap-port", imap.imap_port, "--imap-security", "plain",
            "--imap-user", "support", "--imap-secret", f"file:{token}",
            "--smtp-host", smtp.host, "--smtp-port", smtp.port, "--smtp-security", "plain",
            "--auth", "xoauth2", "--oauth-provider", "custom", "--oauth-client-id", CLIENT,
            "--oauth-client-secret", "env:OAUTH_CLIENT_SECRET", "--oauth-scope", SCOPE,
            "--oauth-token-url", oauth_stub.url("token"), *others,
        )  # fmt: skip
        return token

    return add


def test_a_code_is_shown_and_then_the_channel_is_tried(program: "Program", oauth_stub: OAuthStub, added: Added) -> None:
    oauth_stub.interval = 1
    oauth_stub.waited = 10.0  # the provider judges no polls here
    oauth_stub.refresh_lives = 7 * 86400.0
    token = added("--oauth-device-url", oauth_stub.url("device"))
    done = program("channel", "authorize", "sales", "--json")
    assert done.code == 0, done.err
    assert "ABCD-EFGH" in done.err and oauth_stub.url("enter") in done.err
    assert [step["step"] for step in done.json if not step["ok"]] == []
    assert any(step["step"] == "IMAP: login" for step in done.json)
    assert not any(secret in done.out + done.err for secret in oauth_stub.refresh_tokens)
    assert any(secret in token.read_text() for secret in oauth_stub.refresh_tokens)
    assert program.json("channel", "show", "sales")["access_until"].startswith("20")
    assert "Access until" in program.ok("channel", "show", "sales").out
    (row,) = [row for row in program.json("channel", "list") if row["name"] == "sales"]
    assert row["error"] is None or row["error"] == ""


def test_a_worker_takes_and_sends_mail_by_the_access(
    program: "Program", oauth_stub: OAuthStub, added: Added, servers: tuple[Dovecot, SmtpSink]
) -> None:
    imap, smtp = servers
    token = added("--oauth-device-url", oauth_stub.url("device"))
    store(f"file:{token}", oauth_stub.new_refresh_token())
    imap.deliver("support", b"From: Ada <ada@example.org>\r\nSubject: Help\r\n\r\nIt broke.\r\n")
    program.ok("worker", "--once", "--channel", "sales")
    (ticket,) = program.json("ticket", "list")
    program.ok("ticket", "reply", ticket["number"], "Mended.")
    with closing(program.desk()) as desk, desk.store.write() as conn:
        conn.execute(update(outbox).values(not_before=desk.now()))
    program.ok("worker", "--once", "--channel", "sales")
    assert [mail.recipients for mail in smtp.wait_for(1)] == [("ada@example.org",)]
    assert oauth_stub.asked["refresh_token"] == 1


def test_before_access_is_granted_the_test_names_the_next_step(
    program: "Program", oauth_stub: OAuthStub, added: Added
) -> None:
    token = added("--oauth-device-url", oauth_stub.url("device"))
    token.write_text("old\n")
    token.chmod(0o600)
    done = program("channel", "test", "sales", "--json")
    assert done.code == 5
    failed = [step for step in done.json if not step["ok"]]
    assert "supportdesk channel authorize" in failed[0]["detail"]
    assert "access_until" not in program.json("channel", "show", "sales")


@contextmanager
def authorizing(program: "Program") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program itself, waiting for the browser; with the page it wants opened."""
    environ = {**os.environ, "SUPPORTDESK_STORE": program.url}
    command = [sys.executable, "-m", "supportdesk", "channel", "authorize", "sales"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stderr is not None
            page = next(line for line in process.stderr if "/authorize?" in line)
            assert "ssh -L" in process.stderr.readline()
            yield process, page.strip()
        finally:
            process.kill()


def test_a_browser_elsewhere_is_answered_for_by_pasting(
    program: "Program", oauth_stub: OAuthStub, added: Added
) -> None:
    token = added("--oauth-authorize-url", oauth_stub.url("authorize"))
    with authorizing(program) as (process, page):
        out, err = process.communicate(f"nonsense\n{led_to(page)}\n", timeout=30)
    assert process.returncode == 0, err
    assert "not the address" in err
    assert "IMAP: login" in out and "SMTP: login" in out
    assert token.read_text().strip() in oauth_stub.refresh_tokens
    assert oauth_stub.complaints == []


def test_a_browser_here_comes_back_while_nothing_is_typed(
    program: "Program", oauth_stub: OAuthStub, added: Added
) -> None:
    token = added("--oauth-authorize-url", oauth_stub.url("authorize"))
    with authorizing(program) as (process, page):
        assert opened(page)[0] == 200
        assert process.wait(30) == 0
    assert token.read_text().strip() in oauth_stub.refresh_tokens


def test_ctrl_c_ends_it_without_a_word(program: "Program", oauth_stub: OAuthStub, added: Added) -> None:
    token = added("--oauth-authorize-url", oauth_stub.url("authorize"))
    with authorizing(program) as (process, _page):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.strip()) == (130, "", "")
    assert not token.exists()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["authorize", "none"], 3, "There is no channel “none”."),
        (["authorize", "support"], 2, "logs in with a password"),
        (["add", "email", "x", "--auth", "xoauth2"], 2, "Missing option"),
    ],
)
def test_what_cannot_be_is_told(program: "Program", words: list[str], code: int, told: str) -> None:
    done = program("channel", *words)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err


def test_what_is_typed_comes_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        terminal = Terminal()
        assert terminal.typed() == ""
        os.write(writing, "하나\ntwo\nhal".encode())
        assert [terminal.typed() for _ in range(3)] == ["하나", "two", ""]
        os.write(writing, b"f")
        os.close(writing)
        assert [terminal.typed() for _ in range(3)] == ["half", "", ""]
