"""The settings of an e-mail channel, typed: out of the mapping the channel's row keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from supportdesk.channels import secrets
from supportdesk.channels.email import oauth_providers
from supportdesk.channels.email.oauth_providers import AUTHS, PASSWORD, XOAUTH2, OAuth
from supportdesk.domain.errors import Invalid
from supportdesk.i18n import N_

MEGABYTE = 1024 * 1024
LONGEST_POLL = 540  # seconds: an idle connection is renewed at least every 9 minutes, before NATs forget it


READ_SECONDS = 60.0  # a server that says nothing for so long while it owes an answer is gone


class Security(StrEnum):
    """How a connection is encrypted. Never silently less than this says."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


IMAP_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.PLAIN: 143}
SMTP_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.PLAIN: 25}


@dataclass(frozen=True, slots=True)
class Server:
    """A server and how to log in there; ``user`` is "" where it wants no login. ``secret`` is a reference.

    With ``oauth`` it leads to a refresh token instead of a password.
    """

    host: str
    port: int
    security: Security
    user: str
    secret: str
    ca_file: str = ""
    timeout: float = READ_SECONDS
    oauth: OAuth | None = None

    @property
    def shown(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Settings:
    """An e-mail account. ``since`` is where its history begins for the desk, None for all of it."""

    imap: Server
    smtp: Server
    folders: tuple[str, ...] = ("INBOX",)
    poll: float = 60.0
    size_limit: int = 30 * MEGABYTE
    move_to: str = ""
    sent_folder: str = ""
    since: datetime | None = None


def settings(values: Mapping[str, Any]) -> Settings:
    """Read a channel's settings; raises ``Invalid`` naming the option that is wrong."""
    folders = _folders(values.get("folder"))
    move_to = str(values.get("move_to") or "")
    if move_to in folders:
        raise Invalid(N_("Mail cannot be moved to {folder}: it is fetched from there."), folder=move_to)
    sent_folder = str(values.get("sent_folder") or "")
    if sent_folder in folders:
        raise Invalid(N_("Copies cannot be kept in {folder}: mail is fetched from there."), folder=sent_folder)
    return Settings(
        imap=_server(values, "imap", IMAP_PORTS),
        smtp=_server(values, "smtp", SMTP_PORTS),
        folders=folders,
        poll=_number(values, "poll", 60, 1, LONGEST_POLL),
        size_limit=int(_number(values, "size_limit", 30, 0.001, 1000) * MEGABYTE),
        move_to=move_to,
        sent_folder=sent_folder,
        since=_since(str(values.get("history") or "all")),
    )


def check(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings to keep; raises ``Invalid`` for those no account can have. Connects nowhere, resolves no secret.

    A history of "none" becomes this moment, in whole seconds as servers date mail.
    """
    kept = dict(values)
    if kept.get("history") == "none":
        kept["history"] = datetime.now(UTC).replace(microsecond=0).isoformat()
    read = settings(kept)
    for server in (read.imap, read.smtp):
        if server.oauth is not None:
            oauth_providers.check(server.oauth)
        elif server.user:
            secrets.check(server.secret)
    return kept


def _server(values: Mapping[str, Any], kind: str, ports: Mapping[Security, int]) -> Server:
    host = str(values.get(f"{kind}_host") or "").strip()
    if not host or any(character.isspace() for character in host):
        raise _wrong(f"{kind}-host", host)
    try:
        security = Security(values.get(f"{kind}_security") or Security.TLS)
    except ValueError:
        raise _wrong(f"{kind}-security", values.get(f"{kind}_security")) from None
    user, secret = str(values.get(f"{kind}_user") or ""), str(values.get(f"{kind}_secret") or "")
    by_token = _auth(values, kind) == XOAUTH2
    if by_token:  # one access is for both servers
        user, secret = user or str(values.get("imap_user") or ""), secret or str(values.get("imap_secret") or "")
    if bool(user) != bool(secret) or (kind == "imap" and not user):
        raise Invalid(
            N_("A user and a secret go together."), hint=N_("Give both --{kind}-user and --{kind}-secret."), kind=kind
        )
    if not user.isprintable():
        raise _wrong(f"{kind}-user", user)
    port = int(_number(values, f"{kind}_port", ports[security], 1, 65535))
    account = oauth_providers.oauth(values, secret) if by_token else None
    return Server(host, port, security, user, secret, str(values.get("ca_file") or ""), READ_SECONDS, account)


def _auth(values: Mapping[str, Any], kind: str) -> str:
    """How to log in to the server of this kind: SMTP as IMAP, unless it has an answer of its own."""
    auth = str(values.get("auth") or PASSWORD)
    of_smtp = str(values.get("smtp_auth") or auth)
    for option, value in (("auth", auth), ("smtp-auth", of_smtp)):
        if value not in AUTHS:
            raise _wrong(option, value)
    stray = next((key for key in values if key.startswith("oauth_") and values[key]), "")
    if auth == PASSWORD and (stray or of_smtp == XOAUTH2):
        option = (stray or "smtp_auth").replace("_", "-")
        raise Invalid(N_("The option --{option} goes together with --auth xoauth2."), option=option)
    return auth if kind == "imap" else of_smtp


def _folders(value: object) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else list(value) if isinstance(value, (list, tuple)) else []
    # INBOX is the one name that is the same in any case (RFC 3501, 5.1).
    clean = ("INBOX" if str(name).upper() == "INBOX" else str(name) for name in names if name)
    return tuple(dict.fromkeys(clean)) or ("INBOX",)


def _number(values: Mapping[str, Any], key: str, default: float, low: float, high: float) -> float:
    value = values.get(key)
    if value in (None, ""):
        return default
    try:
        number = float(str(value))
    except ValueError:
        raise _wrong(key.replace("_", "-"), value) from None
    if not low <= number <= high:
        raise _wrong(key.replace("_", "-"), value)
    return number


def _since(history: str) -> datetime | None:
    """ "all", or the day (UTC) or the moment the history begins."""
    if history == "all":
        return None
    try:
        if len(history) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(history), time(), UTC)
        moment = datetime.fromisoformat(history)
    except ValueError:
        raise _wrong("history", history) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _wrong(option: str, value: object) -> Invalid:
    return Invalid(
        N_("The option --{option} cannot be {value}."),
        hint=N_("supportdesk channel kinds lists the options."),
        option=option, value=repr(value),
    )  # fmt: skip
