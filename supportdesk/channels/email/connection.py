"""One IMAP connection, logged in: every error of the library leaves here as a sentence about the server."""

import contextlib
import imaplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from supportdesk.channels import secrets
from supportdesk.channels.email import tls
from supportdesk.channels.email.oauth import tokens
from supportdesk.channels.email.oauth_providers import OAuth
from supportdesk.channels.email.settings import Security, Server
from supportdesk.channels.trouble import (
    LoginRefused,
    ServerTrouble,
    connection_lost,
    login_refused,
    no_starttls,
    unreachable,
    words,
)
from supportdesk.i18n import N_

CONNECT_SECONDS = 20.0
KEEPALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))

# A server that is in trouble itself says so with one of these (RFC 5530, RFC 3501): not the mail's fault.
BUSY_CODES = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[OVERQUOTA]", "[THROTTLED]")


def connect(server: Server) -> IMAPClient:
    """Connect, encrypt and log in. Raises ``ServerTrouble``, or ``SecretMissing``."""
    client = open_connection(server)
    try:
        log_in(client, server)
    except BaseException:
        hang_up(client)
        raise
    return client


def open_connection(server: Server) -> IMAPClient:
    """Connect and encrypt, without logging in."""
    try:
        client = IMAPClient(
            server.host,
            port=server.port,
            ssl=server.security is Security.TLS,
            ssl_context=tls.context(server) if server.security is Security.TLS else None,
            timeout=SocketTimeout(connect=min(CONNECT_SECONDS, server.timeout), read=server.timeout),
        )
    except IMAPClientError as error:  # it connected and was greeted with BYE or nonsense
        raise ServerTrouble(
            N_("{server} does not greet as an IMAP server: {reason}."), server=server.shown, reason=words(error)
        ) from None
    except (OSError, ValueError) as error:
        raise unreachable(server, error) from None
    client.normalise_times = False  # aware datetimes: the default gives naive local ones
    _keep_alive(client.socket())
    try:
        if server.security is Security.STARTTLS:
            _start_tls(client, server)
    except BaseException:
        hang_up(client)
        raise
    return client


def log_in(client: IMAPClient, server: Server) -> None:
    """A server that says NO is asked no second time: retried passwords lock accounts."""
    if client._imap.state == "AUTH":  # PREAUTH: it knows us already
        return
    if server.oauth is not None:
        _log_in_by_token(client, server, server.oauth)
        return
    password = secrets.resolve(server.secret)
    plain_only = client.has_capability("LOGINDISABLED") or not (server.user + password).isascii()
    try:
        with alive(server):
            if plain_only and client.has_capability("AUTH=PLAIN"):
                client.plain_login(server.user, password)
            else:
                client.login(_quoted(server.user), password)
    except LoginError as error:
        raise _refused(server, error) from None
    except UnicodeEncodeError:
        raise login_refused(server, server.user, N_("it takes only ASCII passwords")) from None


def _log_in_by_token(client: IMAPClient, server: Server, account: OAuth) -> None:
    """A refused token may have been withdrawn: one new one is tried, and no third."""
    if not client.has_capability("AUTH=XOAUTH2"):
        raise login_refused(server, server.user, N_("it does not offer XOAUTH2"))
    token = tokens(account).access_token()
    try:
        _authenticate(client, server.user, token)
    except LoginError as error:
        trouble = _refused(server, error)
        another = tokens(account).access_token(instead_of=token) if isinstance(trouble, LoginRefused) else token
        if another == token:
            raise trouble from None
        try:
            _authenticate(client, server.user, another)
        except LoginError as second:
            raise _refused(server, second) from None


def _authenticate(client: IMAPClient, user: str, token: str) -> None:
    """A refusal comes as a challenge that wants an empty answer; the library would answer with the token again."""
    answers = iter((f"user={user}\1auth=Bearer {token}\1\1", ""))
    try:
        client._imap.authenticate("XOAUTH2", lambda _challenge: next(answers, None))
    except (IMAPClientError, OSError) as error:
        raise LoginError(str(error)) from error


def hang_up(client: IMAPClient) -> None:
    """Close without ceremony: a LOGOUT may wait for a server that is gone."""
    with contextlib.suppress(OSError, IMAPClientError):
        client.shutdown()


@contextmanager
def alive(server: Server) -> Iterator[None]:
    """Turn a connection that dies into ``ConnectionLost``; a server's NO and BAD pass as ``IMAPClientError``."""
    try:
        yield
    except (IMAPClientAbortError, OSError) as error:
        raise connection_lost(server, error) from error


def is_busy(error: IMAPClientError) -> bool:
    """Whether a NO speaks of the server's state and not of what was asked."""
    return any(code in str(error).upper() for code in BUSY_CODES)


def _start_tls(client: IMAPClient, server: Server) -> None:
    # A PREAUTH greeting before TLS forbids STARTTLS; that is a man in the middle or a wrong server.
    if client._imap.state != "NONAUTH" or not client.has_capability("STARTTLS"):
        raise no_starttls(server)
    try:
        client.starttls(tls.context(server))
    except IMAPClientError as error:
        raise no_starttls(server) from error
    except OSError as error:
        raise unreachable(server, error) from None


def _quoted(user: str) -> str:
    """The library quotes the password and leaves the user to its caller."""
    return '"' + user.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _refused(server: Server, error: LoginError) -> ServerTrouble:
    if isinstance(error.__context__, (imaplib.IMAP4.abort, OSError)):
        return connection_lost(server, error)
    if is_busy(error):
        return ServerTrouble(
            N_("{server} does not let {user} in now: {reason}."),
            hint=N_("It is tried again later."),
            server=server.shown, user=server.user, reason=words(_answer(error)),
        )  # fmt: skip
    return login_refused(server, server.user, _answer(error))


def _answer(error: LoginError) -> str:
    """The server's words out of the library's ``login failed: …`` and ``b'…'``."""
    text = str(error).removeprefix("login failed: ").removeprefix("authenticate failed: ")
    return text[2:-1] if text.startswith(("b'", 'b"')) else text


def _keep_alive(sock: socket.socket) -> None:
    """A peer that vanished without a word is noticed by the kernel too, within two minutes."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE:
        if hasattr(socket, name):  # not all on every system
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
