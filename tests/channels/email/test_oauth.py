"""Access tokens out of a refresh token: cached, renewed, rotated, revoked, between threads and between processes."""

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from supportdesk.channels import secrets
from supportdesk.channels.email import oauth
from supportdesk.channels.email.oauth import AccessRevoked, Granted, Tokens, ending, granted, read, tokens, write
from supportdesk.channels.secrets import SecretMissing, SecretNotStored
from supportdesk.channels.trouble import LoginRefused, ServerTrouble
from tests.channels.email.access import Access

DAYS = 86400.0


def test_one_token_is_for_everybody_until_shortly_before_its_end(access: Access) -> None:
    shared = tokens(access.oauth)
    assert shared is tokens(access.oauth)
    with ThreadPoolExecutor(8) as pool:
        given = set(pool.map(lambda _number: shared.access_token(), range(32)))
    assert len(given) == 1
    assert access.stub.asked == {"refresh_token": 1}
    assert access.stub.complaints == []


@pytest.mark.parametrize(("lives", "left"), [(3600, 3300), (600, 480), (10, 8)])
def test_a_token_is_renewed_ahead_of_its_end(
    access: Access, monkeypatch: pytest.MonkeyPatch, lives: int, left: int
) -> None:
    clock = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: clock)
    access.stub.lives = lives
    shared = Tokens(access.oauth)
    first = shared.access_token()
    clock += left - 1
    assert shared.access_token() == first
    clock += 2
    assert shared.access_token() != first


def test_a_refused_token_is_replaced_once_for_all_who_had_it(access: Access) -> None:
    shared = Tokens(access.oauth)
    old = shared.access_token()
    new = {shared.access_token(instead_of=old) for _ in range(3)}
    assert len(new) == 1
    assert new != {old}
    assert access.stub.asked["refresh_token"] == 2


def test_a_new_token_is_not_refused_for_its_age(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth, "FRESH_SECONDS", 10.0)
    shared = Tokens(access.oauth)
    token = shared.access_token()
    assert shared.access_token(instead_of=token) == token
    assert access.stub.asked["refresh_token"] == 1


def test_revoked_access_is_one_sentence_and_one_request(access: Access) -> None:
    access.stub.revoke()
    token = access.kept.refresh_token
    shared = Tokens(access.oauth)
    for _ in range(5):
        with pytest.raises(AccessRevoked) as raised:
            shared.access_token()
        assert "gives no more access" in str(raised.value)
        assert "supportdesk channel authorize" in str(raised.value)
        assert token not in str(raised.value)
    assert access.stub.asked == {"refresh_token": 1}
    access.grant_again()
    assert shared.access_token()
    assert access.stub.asked == {"refresh_token": 2}


def test_a_rotated_refresh_token_is_kept_before_it_is_needed(access: Access) -> None:
    access.stub.rotates = True
    shared = Tokens(access.oauth)
    seen = [access.kept.refresh_token]
    for _ in range(3):
        shared.access_token(instead_of=shared.access_token())
        seen.append(access.kept.refresh_token)
    assert len(set(seen)) == 4
    assert access.stub.refresh_tokens == {seen[-1]}
    assert access.path.stat().st_mode & 0o777 == 0o600


class Disk:
    """Where secrets are stored; takes nothing while it is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        self._keep = secrets.store
        monkeypatch.setattr(secrets, "store", self.store)

    def store(self, reference: str, value: str) -> None:
        if self.full:
            raise SecretNotStored("The disk is full.")
        self._keep(reference, value)


def test_a_rotated_token_that_cannot_be_kept_is_kept_later_and_not_lost(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    access.stub.rotates = True
    shared, disk = Tokens(access.oauth), Disk(monkeypatch)
    disk.full = True
    for _ in range(2):
        with pytest.raises(SecretNotStored):
            shared.access_token()
    disk.full = False
    assert shared.access_token()
    assert access.stub.refresh_tokens == {access.kept.refresh_token}
    assert access.stub.asked == {"refresh_token": 1}


def test_what_was_granted_meanwhile_is_not_overwritten(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    access.stub.rotates = True
    shared, disk = Tokens(access.oauth), Disk(monkeypatch)
    disk.full = True
    with pytest.raises(SecretNotStored):
        shared.access_token()
    disk.full = False
    access.grant_again()
    newest = access.kept
    assert shared.access_token()
    assert access.kept == newest


def test_another_process_that_rotated_first_is_noticed(access: Access) -> None:
    """Both have read the same refresh token; the slower one finds it used up, reads again and goes on."""
    access.stub.rotates = True
    slower = Tokens(access.oauth)
    ours, theirs = access.kept, threading.Event()
    real_ask = slower._ask

    def ask_late(kept: Granted) -> dict[str, object]:
        if not theirs.is_set():
            theirs.set()
            assert kept == ours
            assert Tokens(access.oauth).access_token()
        return real_ask(kept)

    slower._ask = ask_late  # type: ignore[method-assign]
    assert slower.access_token()
    assert access.stub.asked == {"refresh_token": 3}
    assert access.stub.refresh_tokens == {access.kept.refresh_token}


REFRESHING = """
import json, sys
from supportdesk.channels.email import oauth
from supportdesk.channels.email.settings import settings
oauth.FRESH_SECONDS, oauth.SETTLE_SECONDS = 0, 0.5
shared = oauth.Tokens(settings(json.loads(sys.argv[1])).imap.oauth)
print("ready", flush=True)
sys.stdin.readline()
first = shared.access_token()
print(first, flush=True)
sys.stdin.readline()
print(shared.access_token(instead_of=first), flush=True)
"""


def test_two_processes_lose_no_rotated_token(access: Access) -> None:
    """Neither knows of the other, and both refresh at once, twice; what is kept still grants access."""
    access.stub.rotates = True
    command = [sys.executable, "-c", REFRESHING, json.dumps(access.values())]
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    given = []
    for question in ("go\n", "go\n", ""):
        for process in both:
            assert process.stdout is not None
            given.append(process.stdout.readline().strip())
        for process in both:
            assert process.stdin is not None
            process.stdin.write(question)
            process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    assert len(set(given[2:])) == 4
    assert access.stub.refresh_tokens == {access.kept.refresh_token}
    assert Tokens(access.oauth).access_token()


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_provider_in_trouble_is_no_refused_login(access: Access, status: int) -> None:
    access.stub.down = status
    shared = Tokens(access.oauth)
    with pytest.raises(ServerTrouble, match=f"HTTP {status}") as raised:
        shared.access_token()
    assert not isinstance(raised.value, LoginRefused)
    access.stub.down = 0
    assert shared.access_token()


def test_an_unknown_client_is_told_without_its_secret(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTH_CLIENT_SECRET", "another-secret")
    with pytest.raises(LoginRefused, match="does not accept this client: invalid_client: not …") as raised:
        Tokens(access.oauth).access_token()
    assert "another-secret" not in str(raised.value)
    assert "--oauth-client-secret" in raised.value.hint


def test_without_a_refresh_token_nothing_is_asked(access: Access) -> None:
    access.path.unlink()
    with pytest.raises(SecretMissing, match=r"refresh-token"):
        Tokens(access.oauth).access_token()
    assert access.stub.requests == []


def test_an_announced_end_is_kept_beside_the_token(access: Access) -> None:
    access.stub.refresh_lives = 7 * DAYS
    access.stub.rotates = True
    shared = tokens(access.oauth)
    shared.access_token()
    until = access.kept.until
    assert until is not None
    assert abs(until - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=1)
    assert access.kept.refresh_token in access.stub.refresh_tokens
    assert ending(access.oauth) == ""


def test_an_end_within_three_days_is_announced(access: Access) -> None:
    access.stub.refresh_lives = 2 * DAYS
    tokens(access.oauth).access_token()
    until = datetime.now(UTC) + timedelta(days=2)
    assert f"ends at {until:%Y-%m-%d}" in ending(access.oauth)
    assert "supportdesk channel authorize" in ending(access.oauth)
    assert access.kept.until is not None


def test_where_no_end_is_told_none_is_announced(access: Access) -> None:
    tokens(access.oauth).access_token()
    assert (ending(access.oauth), access.kept.until, ending(None)) == ("", None, "")


@pytest.mark.parametrize("until", [None, datetime(2026, 11, 28, 10, 0, tzinfo=UTC)])
def test_what_is_kept_is_read_again(tmp_path: Path, until: datetime | None) -> None:
    reference = f"file:{tmp_path / 'token'}"
    write(reference, Granted("a-token", until))
    assert read(reference) == Granted("a-token", until)


def test_an_answer_without_a_refresh_token_leaves_the_old_one() -> None:
    before = Granted("old", datetime(2027, 1, 1, tzinfo=UTC))
    assert granted({"access_token": "x"}, before) == before
    assert granted({"refresh_token": "new"}, before) == Granted("new")
    assert granted({"refresh_token": "bad\ntoken"}).refresh_token == ""
