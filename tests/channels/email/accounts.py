"""Settings of accounts on the servers of the tests, and mails to put there."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from supportdesk.channels.email.receiver import ImapReceiver, receiver
from tests.services.dovecot import Dovecot
from tests.services.proxy import Proxy
from tests.services.sink import MemorySink

Servers = Callable[..., Dovecot]
Proxies = Callable[[str, int], Proxy]

USER = "support"


def account(imap_port: int = 1, smtp_port: int = 1, **others: Any) -> dict[str, Any]:
    """Plain connections to servers on this machine; ``others`` are settings to add or replace."""
    return {
        "imap_host": "127.0.0.1",
        "imap_port": str(imap_port),
        "imap_security": "plain",
        "imap_user": USER,
        "imap_secret": "env:SUPPORT_SECRET",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(smtp_port),
        "smtp_security": "plain",
        **others,
    }


@contextmanager
def receiving(imap_port: int, **others: Any) -> Iterator[ImapReceiver]:
    """The receiver of such an account, closed at the end."""
    made = receiver(account(imap_port, **others))
    try:
        yield made
    finally:
        made.close()


def mail(number: int, body: str = "Hello", **headers: str) -> bytes:
    """A small mail with CRLF line ends, as it is served; a header of "" is left out."""
    fields = {
        "From": "Ada <ada@example.org>",
        "To": "support@example.com",
        "Subject": f"Question {number}",
        "Message-ID": f"<{number}@example.org>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    return "\r\n".join([*lines, "", f"{body} {number}", ""]).encode()


@contextmanager
def watching(receiver: ImapReceiver, sink: MemorySink) -> Iterator[None]:
    """``watch`` in a thread of its own, as a worker runs it."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            receiver.watch(sink, stop)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    assert failures == []
