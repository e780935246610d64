"""One question to a provider's endpoint: a form goes out, a JSON object comes back (RFC 6749, 5)."""

import json
import ssl
from collections.abc import Mapping
from http.client import HTTPException
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from supportdesk.channels import secrets
from supportdesk.channels.email import tls
from supportdesk.channels.email.oauth_providers import LOOPBACK_HOSTS, OAuth
from supportdesk.channels.email.settings import Security, Server
from supportdesk.channels.trouble import ServerTrouble, unreachable, words
from supportdesk.i18n import N_

SECONDS = 20.0
LONGEST_ANSWER = 256 * 1024


class Refusal(Exception):
    """The endpoint's own word for what it does not do: its ``error`` and how it explains it, fit to show."""

    def __init__(self, error: str, explanation: str) -> None:
        super().__init__(error)
        self.error = error
        self.explanation = explanation


def ask(account: OAuth, url: str, form: Mapping[str, str]) -> dict[str, Any]:
    """What ``url`` answers to ``form`` and the client's id, and at the token endpoint its secret.

    Raises ``Refusal``; ``ServerTrouble`` for what may be better later; ``SecretMissing``.
    """
    fields = {"client_id": account.client_id, **form}
    if account.client_secret and url == account.provider.token_url:
        fields["client_secret"] = secrets.resolve(account.client_secret)
    headers = {"Accept": "application/json", "User-Agent": "supportdesk"}
    request = Request(url, urlencode(fields).encode(), headers)  # noqa: S310 - https or loopback, by the settings
    server = _server(account, url)
    try:
        with _opener(server, account).open(request, timeout=SECONDS) as answer:
            body = answer.read(LONGEST_ANSWER)
    except HTTPError as error:
        raise _refused(server, error, list(fields.values())) from None
    except HTTPException as error:
        raise _unusable(server, type(error).__name__) from None
    except OSError as error:
        raise unreachable(server, error) from None
    found = _object(body)
    if found is None:
        raise _unusable(server, N_("no JSON object"))
    return found


def text(answer: Mapping[str, Any], key: str) -> str:
    """A token, code or address of an answer, "" where there is none: printable ASCII without blanks (RFC 6749, A)."""
    value = answer.get(key)
    right = isinstance(value, str) and value.isascii() and value.isprintable() and " " not in value
    return str(value) if right else ""


def seconds(answer: Mapping[str, Any], key: str, default: float = 0.0) -> float:
    """A number of seconds of an answer; some send it as text."""
    try:
        value = float(str(answer.get(key, "")))
    except ValueError:
        return default
    return value if 0 <= value < 10**10 else default


class _NoRedirect(HTTPRedirectHandler):
    """A redirect would carry tokens to who knows where."""

    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> None:
        return None


def _opener(server: Server, account: OAuth) -> OpenerDirector:
    handlers: list[Any] = [_NoRedirect()]
    if server.host in LOOPBACK_HOSTS:
        handlers.append(ProxyHandler({}))
    if server.security is Security.TLS:
        handlers.append(HTTPSHandler(context=_tls(server, account)))
    return build_opener(*handlers)


def _tls(server: Server, account: OAuth) -> ssl.SSLContext:
    """The machine's authorities, and for a server of one's own the channel's besides."""
    context = tls.context(server)
    if account.ca_file:
        context.load_default_certs()
    return context


def _server(account: OAuth, url: str) -> Server:
    parts = urlsplit(url)
    security = Security.TLS if parts.scheme == "https" else Security.PLAIN
    port = parts.port or (443 if security is Security.TLS else 80)
    return Server(parts.hostname or "", port, security, "", "", account.ca_file, SECONDS)


def _refused(server: Server, error: HTTPError, sent: list[str]) -> Exception:
    try:
        found = _object(error.read(LONGEST_ANSWER)) or {}
    except (OSError, HTTPException):
        found = {}
    name = text(found, "error")
    if 400 <= error.code < 500 and error.code != 429 and name:
        return Refusal(name, _explanation(found, name, sent))
    return _unusable(server, f"HTTP {error.code}")


def _explanation(found: Mapping[str, Any], name: str, sent: list[str]) -> str:
    """Without anything it repeats of what was sent."""
    told = str(found.get("error_description") or "").partition("\n")[0]
    for value in sorted(sent, key=len, reverse=True):
        if len(value) > 8:  # shorter ones are no secrets, and may be words
            told = told.replace(value, "…")
    return words(f"{name}: {told}" if told else name)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _unusable(server: Server, reason: str) -> ServerTrouble:
    return ServerTrouble(
        N_("{server} does not answer as it should when asked for access: {reason}."),
        hint=N_("It is tried again later."),
        server=server.shown, reason=reason,
    )  # fmt: skip
