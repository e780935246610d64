"""Copies of sent mail on a real Dovecot. Numbers are those of the edge cases."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from supportdesk.channels.email import check
from supportdesk.channels.email.sent import keep_copy
from supportdesk.channels.email.settings import settings
from tests.channels.email.accounts import USER, Proxies, Servers, account, mail
from tests.services.dovecot import Dovecot
from tests.services.proxy import Proxy
from tests.services.pymap import Pymap
from tests.services.smtp import SmtpSink

AT = datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=9)))
SPECIAL = """namespace inbox {
  mailbox "보낸 편지함" {
    auto = create
    special_use = \\Sent
  }
}"""


@pytest.fixture
def proxy(dovecot: Dovecot, proxy_to: Proxies) -> Proxy:
    return proxy_to(dovecot.host, dovecot.imap_port)


def keep(port: int, folder: str, raw: bytes = b"", **others: Any) -> None:
    keep_copy(settings(account(port, sent_folder=folder, **others)), raw or mail(1), AT)


def copies(dovecot: Dovecot, folder: str) -> list[dict[bytes, Any]]:
    with dovecot.client(USER) as client:
        client.normalise_times = False
        client.select_folder(folder, readonly=True)
        return list(client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"]).values())


def promising(more: bytes, less: bytes = b"") -> Callable[[bytes], bytes]:
    """A server whose list of capabilities has ``more`` and lacks ``less``."""

    def change(data: bytes) -> bytes:
        data = data.replace(b" " + less, b"") if less else data
        return re.sub(rb"CAPABILITY IMAP4rev1", rb"CAPABILITY IMAP4rev1 " + more, data)

    return change


def test_edge_24_a_copy_is_kept_as_read_with_its_time(dovecot: Dovecot) -> None:
    raw = mail(1, "회신", Subject="8bit") + b"\x80\xff\r\n"
    for _ in range(2):
        keep(dovecot.imap_port, "보낸 편지함/2026", raw)
    first, second = copies(dovecot, "보낸 편지함/2026")
    assert first[b"BODY[]"] == second[b"BODY[]"] == raw
    assert b"\\Seen" in first[b"FLAGS"]
    assert first[b"INTERNALDATE"] == AT.astimezone(UTC)


def test_edge_24_auto_is_the_folder_with_the_special_use_whatever_its_name(dovecot_with: Servers) -> None:
    server = dovecot_with(SPECIAL)
    server.create_folder(USER, "Sent")
    keep(server.imap_port, "auto")
    assert len(copies(server, "보낸 편지함")) == 1
    assert copies(server, "Sent") == []


def test_edge_24_auto_without_special_uses_is_the_folder_with_a_usual_name(dovecot_with: Servers) -> None:
    server = dovecot_with("namespace inbox {\n  prefix = INBOX/\n}")
    server.create_folder(USER, "INBOX/Sent Items")
    keep(server.imap_port, "auto")
    assert len(copies(server, "INBOX/Sent Items")) == 1


def test_edge_24_auto_without_any_folder_makes_none(dovecot: Dovecot, caplog: pytest.LogCaptureFixture) -> None:
    keep(dovecot.imap_port, "auto")
    assert "names no folder for sent mail. Name one with the option sent-folder." in caplog.text
    with dovecot.client(USER) as client:
        assert [name for _, _, name in client.list_folders()] == ["INBOX"]


def test_edge_24_a_server_that_copies_itself_gets_no_second_copy(proxy: Proxy) -> None:
    proxy.rewrite = promising(b"X-GM-EXT-1")
    keep(proxy.port, "auto")
    assert any(b"LOGIN" in line for line in proxy.commands)
    assert not any(b"APPEND" in line for line in proxy.commands)
    keep(proxy.port, "Archive")  # named: it is wished
    assert any(b"APPEND" in line for line in proxy.commands)


def test_edge_24_what_is_over_the_servers_limit_is_not_sent_there(
    dovecot: Dovecot, proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    proxy.rewrite = promising(b"APPENDLIMIT=500")
    keep(proxy.port, "Sent", mail(1, "x" * 600))
    assert "takes no mail over 500 bytes" in caplog.text
    assert not any(b"APPEND" in line for line in proxy.commands)
    keep(proxy.port, "Sent", mail(2))
    assert [copy[b"BODY[]"] for copy in copies(dovecot, "Sent")] == [mail(2)]


@pytest.mark.parametrize(("limit", "kept"), [(b"20", 0), (b"NIL", 1)])
def test_edge_24_every_folder_may_have_its_own_limit(
    dovecot: Dovecot, proxy: Proxy, caplog: pytest.LogCaptureFixture, limit: bytes, kept: int
) -> None:
    proxy.rewrite = promising(b"APPENDLIMIT")

    def status(line: bytes) -> bytes | None:
        if b"STATUS" not in line:
            return None
        return b"* STATUS Sent (APPENDLIMIT " + limit + b")\r\n" + line.split()[0] + b" OK done\r\n"

    proxy.answer = status
    keep(proxy.port, "Sent")
    assert len(copies(dovecot, "Sent")) == kept
    assert ("takes no mail over 20 bytes" in caplog.text) is not bool(kept)


@pytest.mark.parametrize("offered", [True, False])
def test_edge_24_the_server_is_waited_for_before_the_literal(dovecot: Dovecot, proxy: Proxy, offered: bool) -> None:
    """Synchronising literals are understood by every server, with LITERAL+ or without."""
    proxy.rewrite = promising(b"", b"" if offered else b"LITERAL+")
    keep(proxy.port, "Sent")
    (append,) = (line for line in proxy.commands if b"APPEND" in line)
    assert append.endswith(b"{%d}\r\n" % len(mail(1)))
    assert len(copies(dovecot, "Sent")) == 1


@pytest.mark.parametrize(
    ("command", "answer", "told"),
    [
        (b"APPEND", b"NO [OVERQUOTA] full", "OVERQUOTA"),
        (b"LIST", b"BAD what", "what"),
        (b"APPEND", b"", "The connection to 127.0.0.1:"),
        (b"LOGIN", b"NO no", "refuses the login of support"),
    ],
)
def test_edge_24_a_failure_is_told_and_changes_nothing(
    dovecot: Dovecot, proxy: Proxy, caplog: pytest.LogCaptureFixture, command: bytes, answer: bytes, told: str
) -> None:
    def fail(line: bytes) -> bytes | None:
        if command not in line:
            return None
        if not answer:
            proxy.drop()
        return line.split()[0] + b" " + answer + b"\r\n" if answer else None

    dovecot.create_folder(USER, "Sent")
    proxy.answer = fail
    keep(proxy.port, "Sent")
    assert f"no copy of a sent mail was kept on 127.0.0.1:{proxy.port}: " in caplog.text
    assert told in caplog.text
    assert proxy.connections == 1


def test_nobody_listens_or_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    keep(1, "Sent")
    assert "refuses connections" in caplog.text
    keep(1, "Sent", imap_secret="env:NOT_THERE")
    keep(1, "")
    assert len(caplog.records) == 2


def test_without_the_option_nothing_is_asked(proxy: Proxy) -> None:
    keep(proxy.port, "")
    assert proxy.connections == 0


def test_the_test_of_an_account_tells_where_copies_will_be(
    dovecot_with: Servers, proxy_to: Proxies, smtp_sink: SmtpSink
) -> None:
    def copies_step(port: int, folder: str) -> tuple[bool, str]:
        steps = check.test(account(port, smtp_sink.port, sent_folder=folder))
        return next((step.ok, step.detail) for step in steps if step.name == "IMAP: copies of sent mail")

    server = dovecot_with(SPECIAL)
    proxy = proxy_to(server.host, server.imap_port)
    assert copies_step(proxy.port, "auto") == (True, "보낸 편지함")
    assert copies_step(proxy.port, "Answers") == (True, "Answers")
    proxy.rewrite = promising(b"X-GM-EXT-1")
    assert copies_step(proxy.port, "auto") == (True, "kept by the server itself")
    proxy.rewrite = lambda data: data.replace(b"\\Sent", b"\\Misc")
    ok, told = copies_step(proxy.port, "auto")
    assert (ok, "names no folder for sent mail" in told) == (False, True)


def test_a_copy_on_another_server(pymap: Pymap) -> None:
    keep(pymap.imap_port, "Sent")
    keep(pymap.imap_port, "auto", mail(2))
    with pymap.client() as client:
        client.select_folder("Sent", readonly=True)
        found = list(client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"]).values())
    assert [copy[b"BODY[]"] for copy in found[-2:]] == [mail(1), mail(2)]
    assert all(b"\\Seen" in copy[b"FLAGS"] for copy in found[-2:])
