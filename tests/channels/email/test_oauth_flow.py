"""Granting access and keeping it: the device flow's rules, and what is written where."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from supportdesk.channels.email.oauth import tokens
from supportdesk.channels.email.oauth_flow import authorize, granted_until
from supportdesk.channels.email.settings import settings
from supportdesk.channels.trouble import LoginRefused
from supportdesk.domain.errors import Invalid
from tests.channels.email.access import Access
from tests.channels.email.accounts import account
from tests.channels.email.terminals import Person


@pytest.fixture
def by_code(access: Access) -> dict[str, str]:
    """Settings of a provider with a device endpoint, before anything was granted."""
    access.path.unlink()
    return {**access.values(), "oauth_device_url": access.stub.url("device")}


def test_a_code_entered_elsewhere_grants_access(access: Access, by_code: dict[str, str]) -> None:
    access.stub.device_answers = ["authorization_pending"] * 3
    person = Person()
    authorize(by_code, person, wait=access.stub.wait)
    assert access.kept.refresh_token in access.stub.refresh_tokens
    assert "ABCD-EFGH" in person.said[0] and access.stub.url("enter") in person.said[0]
    assert access.stub.complaints == []
    assert access.stub.waited == 20
    assert "device-code" not in person.said[0]


def test_a_provider_that_wants_slower_polls_gets_them(access: Access, by_code: dict[str, str]) -> None:
    access.stub.device_answers = ["slow_down", "authorization_pending", "slow_down"]
    authorize(by_code, Person(), wait=access.stub.wait)
    assert access.stub.complaints == []
    assert access.stub.waited == 5 + 10 + 10 + 15


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("access_denied", "does not grant access"),
        ("authorization_declined", "does not grant access"),
        ("expired_token", "was not entered in time"),
        ("bad_verification_code", "was not entered in time"),
        ("invalid_grant", "gives no more access"),
        ("invalid_scope", "refuses access: invalid_scope"),
    ],
)
def test_a_refusal_ends_it(access: Access, by_code: dict[str, str], error: str, told: str) -> None:
    access.stub.device_answers = [error, "never asked"]
    with pytest.raises(LoginRefused, match=told):
        authorize(by_code, Person(), wait=access.stub.wait)
    assert access.stub.device_answers == ["never asked"]
    assert not access.path.exists()


def test_nobody_is_waited_for_longer_than_the_code_lives(access: Access, by_code: dict[str, str]) -> None:
    access.stub.device_answers = ["authorization_pending"] * 1000
    with pytest.raises(LoginRefused, match="in time"):
        authorize(by_code, Person(), wait=access.stub.wait)
    assert 890 <= access.stub.waited <= 900


def test_a_provider_that_is_away_for_a_moment_is_asked_less_often(access: Access, by_code: dict[str, str]) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        access.stub.wait(seconds)
        access.stub.down = 503 if len(waits) < 4 else 0

    authorize(by_code, Person(), wait=wait)
    assert waits == [5, 10, 20, 40]
    assert access.kept.refresh_token in access.stub.refresh_tokens


def test_an_end_that_is_told_is_kept(access: Access, by_code: dict[str, str]) -> None:
    assert granted_until(by_code) is None
    access.stub.refresh_lives = 7 * 86400
    authorize(by_code, Person(), wait=access.stub.wait)
    until = granted_until(by_code)
    assert until is not None
    assert abs(until - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=1)


def test_access_granted_anew_is_used_at_once(access: Access, by_code: dict[str, str]) -> None:
    authorize(by_code, Person(), wait=access.stub.wait)
    account = settings(by_code).imap.oauth
    assert account is not None
    old = tokens(account).access_token()
    access.stub.revoke()
    authorize(by_code, Person(), wait=access.stub.wait)
    assert tokens(account).access_token() != old


def test_two_users_grant_access_one_after_the_other(access: Access, by_code: dict[str, str], tmp_path: Path) -> None:
    by_code |= {"smtp_user": "sender", "smtp_secret": f"file:{tmp_path / 'other'}"}
    person = Person()
    authorize(by_code, person, wait=access.stub.wait)
    assert [text.rpartition(" ")[2] for text in person.said] == ["sender.", "support."]
    assert (tmp_path / "other").read_text() != access.path.read_text()


def test_a_grant_without_a_refresh_token_is_worth_nothing(
    access: Access, by_code: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access.stub, "new_refresh_token", lambda: "")
    with pytest.raises(LoginRefused, match="no refresh token"):
        authorize(by_code, Person(), wait=access.stub.wait)
    assert not access.path.exists()


def test_a_password_needs_no_authorization() -> None:
    with pytest.raises(Invalid, match="logs in with a password") as raised:
        authorize(account(), Person())
    assert "--auth xoauth2" in raised.value.hint


def test_a_provider_without_a_way_to_sign_in(access: Access) -> None:
    values = {key: value for key, value in access.values().items() if key != "oauth_authorize_url"}
    with pytest.raises(Invalid, match="no endpoint to sign in at"):
        authorize(values, Person())
    assert access.stub.requests == []


def test_settings_that_cannot_be_have_no_end() -> None:
    assert granted_until({"auth": "xoauth2"}) is None
