"""The services themselves: fresh each time, real, and missed loudly where they are promised."""

import os
import smtplib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from supportdesk.store.engine import open_store
from tests.services.absent import absent
from tests.services.dovecot import Dovecot
from tests.services.smtp import SmtpSink


def leases_after_one_more(url: str) -> int:
    """Write one row; how many there are then."""
    from sqlalchemy import text

    store = open_store(url)
    try:
        with store.write() as conn:
            conn.execute(text("INSERT INTO lease (name, holder, fence, until) VALUES ('x', 'y', 1, CURRENT_TIMESTAMP)"))
            found: int | None = conn.execute(text("SELECT count(*) FROM lease")).scalar()
            return found or 0
    finally:
        store.close()


def test_every_store_is_migrated_and_nobodys_else(fresh_store: Callable[[], str]) -> None:
    first, second = fresh_store(), fresh_store()
    assert first != second
    assert (leases_after_one_more(first), leases_after_one_more(second)) == (1, 1)


def test_the_store_of_the_next_test_is_empty_again(store_url: str) -> None:
    assert leases_after_one_more(store_url) == 1


def test_a_missing_service_fails_where_it_was_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPPORTDESK_REQUIRE_SERVICES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Dovecot: not here"):
        absent("Dovecot", "not here")
    monkeypatch.setenv("SUPPORTDESK_REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception, match="required here"):
        absent("Dovecot", "not here")


def test_every_test_has_a_home_of_its_own(clean_environment: Path) -> None:
    printed = (
        "import os, pathlib; print(pathlib.Path.home(), os.environ['TZ'], len(list(pathlib.Path.home().iterdir())))"
    )
    done = subprocess.run([sys.executable, "-c", printed], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(clean_environment), "UTC", "0"]
    assert not any(name.startswith("SUPPORTDESK_STORE") for name in os.environ)


def test_dovecot_serves_what_was_delivered_either_way(dovecot: Dovecot) -> None:
    dovecot.create_folder("bob", "고객문의")
    dovecot.deliver("bob", b"Subject: x\n\nhi\n")
    dovecot.deliver("bob", b"Subject: z\n\nhi\n", "고객문의")
    dovecot.lmtp(b"Subject: y\r\n\r\nhi\r\n", "bob")
    with dovecot.client("bob") as client:
        assert client.select_folder("INBOX", readonly=True)[b"EXISTS"] == 2
        assert client.select_folder("고객문의", readonly=True)[b"EXISTS"] == 1
    served = dovecot.maildir("bob")
    assert served[b"Subject: x\r\n\r\nhi\r\n"] == served[b"Subject: z\r\n\r\nhi\r\n"] == 1
    assert sum(served.values()) == 3


def test_the_smtp_sink_refuses_and_forwards_as_told(smtp_sink: SmtpSink, dovecot: Dovecot) -> None:
    smtp_sink.forward_into(dovecot)
    smtp_sink.refuse_recipients["bad@x"] = "550 5.1.1 no such"
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port) as client:
        refused = client.sendmail("a@x", ["carol@x", "bad@x"], b"Subject: q\r\n\r\nok\r\n")
    assert refused == {"bad@x": (550, b"5.1.1 no such")}
    (received,) = smtp_sink.wait_for(1)
    assert (received.envelope_from, received.recipients) == ("a@x", ("carol@x",))
    assert dovecot.maildir("carol") == {b"Subject: q\r\n\r\nok\r\n": 1}
