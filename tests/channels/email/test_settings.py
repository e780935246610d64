"""Typed settings out of what a channel's row keeps."""

from datetime import UTC, datetime
from typing import Any

import pytest

from supportdesk.channels.email.settings import Security, check, settings
from supportdesk.domain.errors import Invalid
from tests.channels.email.accounts import account


def test_defaults() -> None:
    values = {key: value for key, value in account().items() if not key.endswith(("_port", "_security"))}
    read = settings(values)
    assert (read.imap.port, read.imap.security) == (993, Security.TLS)
    assert (read.smtp.port, read.smtp.user) == (465, "")
    assert (read.folders, read.poll, read.size_limit, read.since) == (("INBOX",), 60, 30 * 1024 * 1024, None)


@pytest.mark.parametrize(("security", "imap", "smtp"), [("tls", 993, 465), ("starttls", 143, 587), ("plain", 143, 25)])
def test_ports_follow_the_security(security: str, imap: int, smtp: int) -> None:
    values = account(imap_security=security, smtp_security=security)
    read = settings({**values, "imap_port": "", "smtp_port": None})
    assert (read.imap.port, read.smtp.port) == (imap, smtp)


def test_inbox_in_any_case_is_one_folder() -> None:
    assert settings(account(folder=["inbox", "INBOX", "Inbox", "Other"])).folders == ("INBOX", "Other")


@pytest.mark.parametrize(
    ("history", "since"),
    [
        ("all", None),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T09:30:00+09:00", datetime(2026, 3, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_history(history: str, since: datetime | None) -> None:
    assert settings(account(history=history)).since == since


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"imap_host": ""}, "--imap-host"),
        ({"imap_host": "two words"}, "--imap-host"),
        ({"smtp_host": None}, "--smtp-host"),
        ({"imap_port": "70000"}, "--imap-port"),
        ({"smtp_port": "smtp"}, "--smtp-port"),
        ({"imap_security": "ssl"}, "--imap-security"),
        ({"imap_user": ""}, "go together"),
        ({"smtp_user": "desk"}, "--smtp-secret"),
        ({"imap_user": "a\r\nb"}, "--imap-user"),
        ({"history": "yesterday"}, "--history"),
        ({"poll": "0"}, "--poll"),
        ({"poll": "541"}, "--poll"),
        ({"size_limit": "nan"}, "--size-limit"),
        ({"move_to": "INBOX"}, "fetched from there"),
        ({"sent_folder": "INBOX"}, "fetched from there"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(Invalid, match=says) as raised:
        settings(account(**wrong))
    assert raised.value.exit_code == 2


def test_check_refuses_a_password_in_place_of_a_reference() -> None:
    with pytest.raises(Invalid, match="by reference") as raised:
        check(account(imap_secret="hunter2"))
    assert "hunter2" not in str(raised.value)


def test_no_history_begins_when_the_channel_is_checked_in() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    kept = check(account(history="none"))
    since = settings(kept).since
    assert since is not None
    assert before <= since <= datetime.now(UTC)
    assert check(account(history="2026-01-01"))["history"] == "2026-01-01"


ACCESS: dict[str, Any] = {
    "auth": "xoauth2",
    "imap_secret": "file:/token",
    "oauth_provider": "google",
    "oauth_client_id": "id",
}


def test_one_access_is_for_both_servers() -> None:
    read = settings(account(**ACCESS))
    assert read.imap.oauth is not None
    assert read.imap.oauth == read.smtp.oauth
    assert read.imap.oauth.refresh_token == "file:/token"
    assert read.smtp.user == read.imap.user


@pytest.mark.parametrize("login", [{}, {"smtp_user": "relay", "smtp_secret": "env:RELAY"}])
def test_mail_may_be_sent_through_another_server_with_a_password_or_none(login: dict[str, str]) -> None:
    values: dict[str, Any] = {**ACCESS, "smtp_auth": "password", **login}
    check(account(**values))
    read = settings(account(**values))
    assert read.imap.oauth is not None
    assert (read.smtp.oauth, read.smtp.user) == (None, login.get("smtp_user", ""))


def test_another_user_may_send() -> None:
    read = settings(account(**ACCESS, smtp_user="sender", smtp_secret="keyring:desk/sender"))
    assert read.smtp.oauth is not None
    assert (read.smtp.user, read.smtp.oauth.refresh_token) == ("sender", "keyring:desk/sender")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"auth": "kerberos"}, "--auth"),
        ({"smtp_auth": "none"}, "--smtp-auth"),
        ({"auth": "password", "oauth_provider": "", "oauth_client_id": "", "smtp_auth": "xoauth2"}, "--smtp-auth goes"),
        ({"auth": "password"}, "--oauth-provider goes together with --auth xoauth2"),
        ({"oauth_provider": ""}, "--oauth-provider"),
        ({"imap_secret": "env:TOKEN"}, "env:TOKEN"),
        ({"smtp_secret": 'cmd:["pass", "token"]'}, "cmd:"),
        ({"oauth_client_secret": "geheim123"}, "by reference"),
    ],
)
def test_what_no_access_can_have_is_named(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(Invalid, match=says) as raised:
        check(account(**{**ACCESS, **wrong}))
    assert "geheim123" not in str(raised.value)


def test_a_channel_from_before_there_was_a_choice_has_a_password() -> None:
    read = settings(account())
    assert (read.imap.oauth, read.smtp.oauth) == (None, None)
