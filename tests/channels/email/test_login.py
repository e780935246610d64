"""Logging in to SMTP servers: by password see ``test_smtp.py``; here by access token."""

from collections.abc import Iterator

import pytest

from supportdesk.channels.email import oauth
from supportdesk.channels.email.oauth import tokens
from supportdesk.channels.email.smtp_sender import SmtpSender, sender
from supportdesk.channels.protocol import TemporaryRefusal
from supportdesk.channels.trouble import LoginRefused
from tests.channels.email.access import Access
from tests.channels.email.accounts import USER, mail
from tests.services.smtp import SmtpSink, running_smtp

US, ADA = "support@example.com", "ada@example.org"


@pytest.fixture
def asking(access: Access) -> Iterator[SmtpSink]:
    """A server that knows the tokens of the stub provider and takes no mail without a login."""
    with running_smtp(knows_token=access.stub.knows, login_needed=True) as sink:
        yield sink


@pytest.fixture
def one(asking: SmtpSink, access: Access) -> Iterator[SmtpSender]:
    made = sender(access.values(1, asking.port))
    yield made
    made.close()


def test_mail_is_sent_with_the_mailboxs_own_access(asking: SmtpSink, access: Access, one: SmtpSender) -> None:
    one.send(mail(1), US, [ADA])
    assert len(asking.received) == 1
    assert asking.logins == [USER]
    assert access.stub.asked == {"refresh_token": 1}


def test_edge_28_an_access_token_that_died_is_replaced_once(asking: SmtpSink, access: Access, one: SmtpSender) -> None:
    tokens(access.oauth).access_token()
    access.stub.withdraw_access()
    one.send(mail(1), US, [ADA])
    assert len(asking.received) == 1
    assert access.stub.asked == {"refresh_token": 2}


def test_edge_28_revoked_access_keeps_the_mail_and_asks_once(asking: SmtpSink, access: Access, one: SmtpSender) -> None:
    access.stub.revoke()
    for number in range(3):
        with pytest.raises(TemporaryRefusal, match="gives no more access"):
            one.send(mail(number), US, [ADA])
    assert access.stub.asked == {"refresh_token": 1}
    assert (asking.received, asking.logins) == ([], [])
    access.grant_again()
    one.send(mail(4), US, [ADA])
    assert len(asking.received) == 1


@pytest.mark.parametrize(("fresh", "tried"), [(0.0, 2), (10.0, 1)])
def test_tokens_of_another_user_are_refused_twice_at_most(
    asking: SmtpSink, access: Access, monkeypatch: pytest.MonkeyPatch, fresh: float, tried: int
) -> None:
    """A second time only if the first token was not new."""
    monkeypatch.setattr(oauth, "FRESH_SECONDS", fresh)
    asked = []

    def knows(user: str, token: str) -> bool:
        asked.append(token)
        return access.stub.knows(user, token)

    asking.knows_token = knows
    other = sender(access.values(1, asking.port, smtp_user="another"))
    with pytest.raises(TemporaryRefusal, match="refuses the login of another: 535") as raised:
        other.send(mail(1), US, [ADA])
    other.close()
    assert isinstance(raised.value.__cause__, LoginRefused)
    assert len(asked) == len(set(asked)) == tried
    assert not any(token in str(raised.value) for token in asked)


def test_a_server_without_xoauth2_costs_no_token(smtp_sink: SmtpSink, access: Access) -> None:
    other = sender(access.values(1, smtp_sink.port))
    with pytest.raises(TemporaryRefusal, match="does not offer XOAUTH2"):
        other.send(mail(1), US, [ADA])
    other.close()
    assert access.stub.requests == []
