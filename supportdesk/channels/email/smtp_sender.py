"""The outgoing half of an e-mail channel: mail handed to its SMTP server, several at a time."""

import contextlib
import logging
import queue
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from supportdesk.channels.email.sent import keep_copy
from supportdesk.channels.email.settings import Settings, settings
from supportdesk.channels.email.smtp_host import host_of
from supportdesk.channels.email.smtp_link import ADDRESS_SYNTAX, Dsn, Envelope, refused_by
from supportdesk.channels.protocol import PermanentRefusal, Sent
from supportdesk.i18n import N_

log = logging.getLogger(__name__)

LONGEST_CLOSE = 60.0
MOST_COPIES = 200
"""Copies waiting to be kept; where the mailbox is slower than that, later ones are left out."""


class SmtpSender:
    """See ``protocol.Sender``."""

    def __init__(self, account: Settings, dsn: Dsn = "failure") -> None:
        self.server = account.smtp
        self.dsn = dsn
        self._host = host_of(account.smtp)
        self._copies = Copies(account) if account.sent_folder else None
        self.at_once = self._host.most

    def send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
        """Hand one mail over. A missing secret, a wrong password or a silent server are ``TemporaryRefusal`` too:
        nothing is wrong with the mail."""
        if not recipients:
            raise PermanentRefusal(N_("The mail has no recipient."))
        for address in (sender, *recipients):
            if not address.isprintable() or "<" in address or ">" in address:
                raise refused_by(self.server, ADDRESS_SYNTAX, address)
        with self._host.link(self.server) as link:
            sent = link.send(Envelope(wire, sender, tuple(recipients), self.dsn))
        if self._copies is not None and sender:  # automatic mail, which has none, would only fill the folder
            self._copies.add(wire)
        return sent

    def close(self) -> None:
        """QUIT; a later mail would connect again."""
        self._host.close(self.server)
        if self._copies is not None:
            self._copies.close()


class Copies:
    """Copies of sent mail on their way into the mailbox, beside the sending, which never waits for them."""

    def __init__(self, account: Settings) -> None:
        self._account = account
        self._waiting: queue.Queue[tuple[bytes, datetime] | None] = queue.Queue(MOST_COPIES)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, wire: bytes) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="copies of sent mail", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait((wire, datetime.now(UTC)))
        except queue.Full:
            log.warning("no copy of a sent mail was kept on %s: too many wait", self._account.imap.shown)

    def close(self) -> None:
        """Until those that wait are kept, or a minute has passed."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            with contextlib.suppress(queue.Full):
                self._waiting.put(None, timeout=LONGEST_CLOSE)
            thread.join(LONGEST_CLOSE)

    def _keep(self) -> None:
        while (copy := self._waiting.get()) is not None:
            keep_copy(self._account, *copy)


def sender(values: Mapping[str, Any]) -> SmtpSender:
    """The sender of a channel with these settings; connects at the first mail."""
    return SmtpSender(settings(values), cast(Dsn, values.get("dsn") or "failure"))
