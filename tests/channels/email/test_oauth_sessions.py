"""Logging in by access token at a real Dovecot that asks the provider about it, through expiry and revocation."""

import base64
from typing import Any

import pytest

from supportdesk.channels.email import oauth
from supportdesk.channels.email import receiver as receiving_module
from supportdesk.channels.email.check import test as run
from supportdesk.channels.email.oauth import AccessRevoked, tokens
from supportdesk.channels.email.receiver import ImapReceiver, receiver
from supportdesk.channels.trouble import LoginRefused, ServerTrouble
from tests.channels.email.access import Access
from tests.channels.email.accounts import USER, Proxies, Servers, mail, watching
from tests.services.dovecot import Dovecot
from tests.services.sink import MemorySink
from tests.services.smtp import running_smtp


@pytest.fixture
def asking(dovecot_with: Servers, access: Access) -> Dovecot:
    """A Dovecot that knows the tokens of the stub provider."""
    return dovecot_with(introspection=access.stub.url("introspect"))


def at(server_port: int, access: Access, **others: Any) -> ImapReceiver:
    return receiver(access.values(server_port, **others))


def logins(commands: list[bytes]) -> int:
    return sum(b"AUTHENTICATE XOAUTH2" in command for command in commands)


def test_mail_is_taken_with_an_access_token(asking: Dovecot, access: Access, sink: MemorySink) -> None:
    asking.deliver(USER, mail(1))
    one = at(asking.imap_port, access)
    assert one.catch_up(sink) == 1
    one.close()
    assert access.stub.asked["refresh_token"] == 1
    assert access.stub.complaints == []
    assert sink.contacts == [""]


def test_edge_28_an_access_token_that_died_is_replaced_once(
    asking: Dovecot, access: Access, sink: MemorySink, proxy_to: Proxies
) -> None:
    proxy = proxy_to(asking.host, asking.imap_port)
    asking.deliver(USER, mail(1))
    tokens(access.oauth).access_token()
    access.stub.withdraw_access()
    one = at(proxy.port, access)
    assert one.catch_up(sink) == 1
    one.close()
    assert logins(proxy.commands) == 2
    assert access.stub.asked["refresh_token"] == 2


def test_edge_28_the_challenge_is_answered_with_nothing(
    asking: Dovecot, access: Access, sink: MemorySink, proxy_to: Proxies
) -> None:
    proxy = proxy_to(asking.host, asking.imap_port)
    token = tokens(access.oauth).access_token()
    access.stub.withdraw_access()
    one = at(proxy.port, access)
    one.catch_up(sink)
    one.close()
    first = next(n for n, command in enumerate(proxy.commands) if b"AUTHENTICATE" in command)
    said, empty = proxy.commands[first + 1 : first + 3]
    assert base64.b64decode(said) == f"user={USER}\1auth=Bearer {token}\1\1".encode()
    assert empty.strip() == b""


def test_edge_28_tokens_the_server_never_takes_are_two_logins_and_one_sentence(
    asking: Dovecot, access: Access, sink: MemorySink, proxy_to: Proxies
) -> None:
    """The provider grants for another user than the mailbox's."""
    proxy = proxy_to(asking.host, asking.imap_port)
    one = at(proxy.port, access, imap_user="another")
    with pytest.raises(LoginRefused, match="refuses the login of another") as raised:
        one.catch_up(sink)
    one.close()
    assert logins(proxy.commands) == 2
    assert access.stub.asked["refresh_token"] == 2
    assert "access-" not in str(raised.value) + str(sink.contacts)
    assert "supportdesk channel authorize" in raised.value.hint
    assert "refuses the login of another" in sink.contacts[-1]


def test_edge_28_a_new_token_that_is_refused_is_shown_once(
    asking: Dovecot, access: Access, sink: MemorySink, proxy_to: Proxies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth, "FRESH_SECONDS", 10.0)
    proxy = proxy_to(asking.host, asking.imap_port)
    one = at(proxy.port, access, imap_user="another")
    with pytest.raises(LoginRefused, match="refuses the login of another"):
        one.catch_up(sink)
    one.close()
    assert logins(proxy.commands) == 1
    assert access.stub.asked["refresh_token"] == 1


def test_edge_28_revoked_access_stops_and_says_so(
    asking: Dovecot, access: Access, sink: MemorySink, proxy_to: Proxies
) -> None:
    proxy = proxy_to(asking.host, asking.imap_port)
    one = at(proxy.port, access)
    one.catch_up(sink)
    one.close()
    access.stub.revoke()
    for _ in range(4):
        with pytest.raises(AccessRevoked, match="gives no more access"):
            one.catch_up(sink)
        one.close()
    # The first login; then the old token is refused once, and without a new one nothing more is tried.
    assert access.stub.asked["refresh_token"] == 2
    assert logins(proxy.commands) == 2
    assert "supportdesk channel authorize" in sink.contacts[-1]


def test_edge_28_a_receiver_outlives_its_tokens(
    asking: Dovecot, access: Access, sink: MemorySink, proxy_to: Proxies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens live for a second; the server drops the session, and the receiver comes back with a new one."""
    monkeypatch.setattr(receiving_module, "BACK_OFF", (0.05, 0.1))
    proxy = proxy_to(asking.host, asking.imap_port)
    access.stub.lives = 1.0
    with watching(at(proxy.port, access, poll="1"), sink):
        for number in range(1, 4):
            asking.deliver(USER, mail(number))
            sink.wait_for(lambda wanted=number: len(sink.items) == wanted)  # type: ignore[misc]
            access.stub.withdraw_access()
            proxy.drop()
    assert access.stub.asked["refresh_token"] >= 3
    assert all(not contact or "lost" in contact for contact in sink.contacts), sink.contacts


def test_a_provider_that_is_down_is_waited_out_without_logins(
    asking: Dovecot, access: Access, sink: MemorySink, proxy_to: Proxies
) -> None:
    proxy = proxy_to(asking.host, asking.imap_port)
    access.stub.down = 503
    one = at(proxy.port, access)
    with pytest.raises(ServerTrouble, match="HTTP 503") as raised:
        one.catch_up(sink)
    assert not isinstance(raised.value, LoginRefused)
    assert logins(proxy.commands) == 0
    access.stub.down = 0
    assert one.catch_up(sink) == 0
    one.close()


def test_a_server_without_xoauth2_costs_no_token(dovecot: Dovecot, access: Access, sink: MemorySink) -> None:
    with pytest.raises(LoginRefused, match="does not offer XOAUTH2"):
        at(dovecot.imap_port, access).catch_up(sink)
    assert access.stub.requests == []


def test_an_end_that_comes_near_is_the_channels_error(asking: Dovecot, access: Access, sink: MemorySink) -> None:
    access.stub.refresh_lives = 2 * 86400.0
    asking.deliver(USER, mail(1))
    one = at(asking.imap_port, access)
    assert one.catch_up(sink) == 1
    one.close()
    assert sink.contacts[0] == ""
    assert "The access that 127.0.0.1" in sink.contacts[1]


def test_both_servers_are_tried_with_one_token(asking: Dovecot, access: Access) -> None:
    access.stub.refresh_lives = 30 * 86400.0
    with running_smtp(knows_token=access.stub.knows) as smtp:
        steps = run(access.values(asking.imap_port, smtp.port))
    assert [step for step in steps if not step.ok] == []
    details = {step.name: step.detail for step in steps}
    assert "until 20" in details["IMAP: access granted"]
    assert details["SMTP: access granted"] == details["IMAP: access granted"]
    assert smtp.logins == [USER]
    assert access.stub.asked["refresh_token"] == 1


def test_revoked_access_is_told_by_the_test(asking: Dovecot, access: Access) -> None:
    access.stub.revoke()
    steps = run(access.values(asking.imap_port, 1))
    failed = next(step for step in steps if not step.ok)
    assert (failed.name, "gives no more access" in failed.detail) == ("IMAP: access granted", True)
