"""The registry of channel kinds."""

import subprocess
import sys

import pytest

from supportdesk.channels import kinds
from supportdesk.channels.email.receiver import ImapReceiver
from supportdesk.channels.email.smtp_sender import SmtpSender
from supportdesk.domain.errors import Invalid, NotFound
from tests.channels.email.accounts import account


def test_checked_settings_hold_defaults_and_make_both_halves() -> None:
    kept = kinds.check("email", {**account(), "poll": ""})
    assert (kept["folder"], kept["history"], kept["poll"]) == (["INBOX"], "all", "60")
    assert "smtp_user" not in kept
    receiver, sender = kinds.receiver("email", kept), kinds.sender("email", kept)
    assert isinstance(receiver, ImapReceiver)
    assert isinstance(sender, SmtpSender)
    sender.close()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"imap_hots": "x"}, "no option --imap-hots"),
        ({"imap_host": ""}, "--imap-host is missing"),
        ({"imap_security": "ssl"}, "one of: tls, starttls, plain"),
        ({"imap_secret": "password"}, "by reference"),
    ],
)
def test_wrong_settings_are_named(wrong: dict[str, str], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        kinds.check("email", {**account(), **wrong})


def test_an_unknown_kind() -> None:
    with pytest.raises(NotFound, match="called pigeon"):
        kinds.kind("pigeon")


def test_every_registered_place_exists() -> None:
    places = [
        place for of in kinds.KINDS.values() for place in (of.receiver, of.sender, of.tester, of.checker) if place
    ]
    assert places
    assert all(callable(kinds._load(place)) for place in places)


def test_option_names_are_unique_and_reserved_ones_are_left_to_the_desk() -> None:
    for of in kinds.KINDS.values():
        names = [option.name for option in of.options]
        assert len(names) == len(set(names))
        assert not {"name", "address", "team", "store", "agent", "json"} & set(names)


def test_listing_the_kinds_imports_no_channel() -> None:
    """The console and ``channel kinds`` must not pay for IMAP and SMTP."""
    program = (
        "import sys; from supportdesk.channels.kinds import KINDS; assert KINDS; "
        "print(sorted({'imapclient', 'aiosmtplib', 'keyring', 'ssl', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_channels_that_ask_for_access_are_authorized() -> None:
    class Nobody:
        def say(self, text: str) -> None:
            raise AssertionError(text)

        def typed(self) -> str:
            return ""

    with pytest.raises(Invalid, match="need no authorization"):
        kinds.authorize("simulated-phone", {}, Nobody())
    with pytest.raises(Invalid, match="logs in with a password"):
        kinds.authorize("email", account(), Nobody())
    assert kinds.granted_until("simulated-phone", {}) is None
    assert kinds.granted_until("email", account()) is None
