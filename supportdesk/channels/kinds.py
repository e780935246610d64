"""The one place where kinds of channels register: their options, and where their two halves are.

A kind is added by one entry in ``KINDS`` and a module of its own; the CLI, ``channel kinds``, the desk and the
workers read it from here. Nothing of a kind is imported before a channel of it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from types import MappingProxyType
from typing import Any, cast

from supportdesk.channels.protocol import Receiver, Sender, Step, Terminal
from supportdesk.domain.arrival import Arrival, Departure
from supportdesk.domain.channel import SIMULATED
from supportdesk.domain.errors import Invalid, NotFound
from supportdesk.i18n import N_

SECURITY = ("tls", "starttls", "plain")


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of a kind, ``--name`` on the command line. ``secret``: its value is a reference to a secret."""

    name: str
    help: str
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()
    multiple: bool = False
    secret: bool = False

    @property
    def key(self) -> str:
        """Its name in a channel's settings."""
        return self.name.replace("-", "_")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of channel. The eight after ``options`` are ``module:attribute``, "" where it has none.

    ``parser`` makes an ``Arrival`` of raw bytes and the desk's instance id, ``composer`` the wire form of a
    ``Departure``. The others are called with a channel's settings: ``receiver`` and ``sender`` make the two halves,
    ``tester`` tries the account step by step, ``checker`` returns the settings to keep or raises ``Invalid``,
    ``authorizer`` lets a person grant access, ``expiry`` knows until when it is granted.
    """

    name: str
    title: str
    options: tuple[Option, ...]
    parser: str = ""
    composer: str = ""
    receiver: str = ""
    sender: str = ""
    tester: str = ""
    checker: str = ""
    authorizer: str = ""
    expiry: str = ""
    hidden: bool = False  # not offered to people

    @property
    def can_receive(self) -> bool:
        return bool(self.receiver)

    @property
    def can_send(self) -> bool:
        return bool(self.sender)

    def arrive(self, raw: bytes, instance: str) -> Arrival:
        return cast(Arrival, _load(self.parser)(raw, instance))

    def depart(self, departure: Departure) -> bytes:
        return cast(bytes, _load(self.composer)(departure))

    def option(self, key: str) -> Option | None:
        return next((option for option in self.options if option.key == key), None)


EMAIL = Kind(
    name="email",
    title=N_("E-mail (IMAP and SMTP)"),
    options=(
        Option("imap-host", N_("IMAP server mail is fetched from"), required=True),
        Option("imap-port", N_("its port; by default 993 with tls, else 143")),
        Option("imap-security", N_("its encryption"), default="tls", choices=SECURITY),
        Option("imap-user", N_("user of the mailbox"), required=True),
        Option(
            "imap-secret",
            N_("reference to its password, or with xoauth2 where its refresh token is kept (keyring: or file:)"),
            required=True,
            secret=True,
        ),
        Option("folder", N_("folder to fetch from; may be repeated"), default="INBOX", multiple=True),
        Option("smtp-host", N_("SMTP server answers are sent through"), required=True),
        Option("smtp-port", N_("its port; by default 465 with tls, 587 with starttls, else 25")),
        Option("smtp-security", N_("its encryption"), default="tls", choices=SECURITY),
        Option("smtp-user", N_("user to send as, where the server wants a login")),
        Option("smtp-secret", N_("reference to its password"), secret=True),
        Option(
            "auth",
            N_("password, or xoauth2: then IMAP's user and secret are for both servers, unless SMTP has its own"),
            default="password",
            choices=("password", "xoauth2"),
        ),
        Option("smtp-auth", N_("password where only IMAP has xoauth2"), choices=("password", "xoauth2")),
        Option(
            "oauth-provider",
            N_("who grants access with xoauth2: google, microsoft or custom"),
            choices=("google", "microsoft", "custom"),
        ),
        Option("oauth-client-id", N_("the client id this desk is registered with at the provider")),
        Option("oauth-client-secret", N_("reference to the client's secret, where it has one"), secret=True),
        Option("oauth-tenant", N_("the organisation's tenant at Microsoft; by default any (common)")),
        Option("oauth-token-url", N_("token endpoint of a custom provider")),
        Option("oauth-authorize-url", N_("its authorization endpoint, where one signs in with a browser")),
        Option("oauth-device-url", N_("its device endpoint, where one signs in with a code")),
        Option("oauth-scope", N_("scopes to ask it for, separated by blanks")),
        Option("ca-file", N_("certificate authority of both servers (PEM), instead of the machine's")),
        Option("history", N_("mail already there to fetch: all, none, or a date it begins with"), default="all"),
        Option("poll", N_("seconds between looks at the folders, beside what the server announces"), default="60"),
        Option("size-limit", N_("megabytes up to which a mail is fetched whole"), default="30"),
        Option("move-to", N_("folder mail is moved to after it was taken; by default nothing is touched")),
        Option("sent-folder", N_("folder to keep copies of sent mail in, or auto for the one the server names")),
        Option("dmarc-host", N_("receiving server whose DMARC results are believed (Authentication-Results)")),
        Option(
            "dsn",
            N_("delivery reports to ask for: failure, none, or all of them, successes too"),
            default="failure",
            choices=("failure", "none", "all"),
        ),
        Option("acknowledge", N_("shortcut of the canned reply that answers each new conversation by itself")),
        Option("plus-address", N_("yes: each ticket gets an address of its own (support+t1@…) to answer to")),
    ),
    parser="supportdesk.channels.email.letters:arrive",
    composer="supportdesk.channels.email.letters:depart",
    receiver="supportdesk.channels.email.receiver:receiver",
    sender="supportdesk.channels.email.smtp_sender:sender",
    tester="supportdesk.channels.email.check:test",
    checker="supportdesk.channels.email.settings:check",
    authorizer="supportdesk.channels.email.oauth_flow:authorize",
    expiry="supportdesk.channels.email.oauth_flow:granted_until",
)


def _simulated(medium: str) -> Kind:
    """A kind whose customers live in this process: mail as real mail, everything else as JSON."""
    forms = "supportdesk.channels.email.letters" if medium == "email" else "supportdesk.channels.simulated"
    return Kind(
        name=f"{SIMULATED}{medium}",
        title=N_("Invented customers, for demonstrations"),
        options=(Option("medium", N_("what they write on"), default=medium, choices=(medium,)),),
        parser=f"{forms}:arrive",
        composer=f"{forms}:depart",
        receiver="supportdesk.channels.simulated:receiver",
        sender="supportdesk.channels.simulated:sender",
        hidden=True,
    )


SIMULATIONS = tuple(_simulated(medium) for medium in ("email", "kakao", "line", "phone"))

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (EMAIL, *SIMULATIONS)})
OFFERED = tuple(kind for kind in KINDS.values() if not kind.hidden)


def kind(name: str) -> Kind:
    """Raises ``NotFound`` for a kind there is not."""
    if name not in KINDS:
        raise NotFound(
            N_("There is no kind of channel called {name}."),
            hint=N_("supportdesk channel kinds lists them."),
            name=name,
        )
    return KINDS[name]


def check(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings a new channel keeps, with defaults; raises ``Invalid`` naming the option that is wrong."""
    of = kind(name)
    for key in settings:
        if of.option(key) is None:
            raise Invalid(
                N_("{kind} has no option --{option}."),
                hint=N_("supportdesk channel kinds lists the options."),
                kind=name, option=key.replace("_", "-"),
            )  # fmt: skip
    kept = {option.key: _value(option, settings.get(option.key)) for option in of.options}
    kept = {key: value for key, value in kept.items() if value not in ("", [])}
    return cast("dict[str, Any]", _load(of.checker)(kept)) if of.checker else kept


def receiver(name: str, settings: Mapping[str, Any]) -> Receiver | None:
    """The incoming half of a channel, None where its kind has none or is pushed to."""
    of = kind(name)
    return cast(Receiver, _load(of.receiver)(settings)) if of.receiver else None


def sender(name: str, settings: Mapping[str, Any]) -> Sender | None:
    """The outgoing half of a channel, None where its kind has none."""
    of = kind(name)
    return cast(Sender, _load(of.sender)(settings)) if of.sender else None


def test(name: str, settings: Mapping[str, Any]) -> tuple[Step, ...]:
    """Try an account without changing anything; nothing to try is no step."""
    of = kind(name)
    return cast("tuple[Step, ...]", _load(of.tester)(settings)) if of.tester else ()


def authorize(name: str, settings: Mapping[str, Any], terminal: Terminal) -> None:
    """Let the person at ``terminal`` grant access to the account, and keep it. Raises ``Invalid`` where there is
    nothing to grant, ``ServerTrouble`` where it is not granted.
    """
    of = kind(name)
    if not of.authorizer:
        raise Invalid(N_("Channels of the kind {kind} need no authorization."), kind=name)
    _load(of.authorizer)(settings, terminal)


def granted_until(name: str, settings: Mapping[str, Any]) -> datetime | None:
    """When the access that was granted ends, None where it does not or nobody told."""
    of = kind(name)
    return cast("datetime | None", _load(of.expiry)(settings)) if of.expiry else None


def _value(option: Option, given: object) -> str | list[str]:
    values = [str(value) for value in given] if isinstance(given, (list, tuple)) else [str(given or "")]
    values = [value for value in values if value] or ([option.default] if option.default else [])
    if option.required and not values:
        raise Invalid(N_("The option --{option} is missing."), option=option.name)
    if option.choices and not set(values) <= set(option.choices):
        raise Invalid(
            N_("The option --{option} is one of: {choices}."), option=option.name, choices=", ".join(option.choices)
        )
    if option.multiple:
        return values
    return values[-1] if values else ""


def _load(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)
