"""What can be wrong with a server, as sentences: it is unknown, silent, untrusted, or refuses the login.

The server's own words are quoted after the domain's neutralising; passwords are in no message.
"""

import socket
import ssl
from typing import TYPE_CHECKING

from supportdesk.domain.errors import Unreachable
from supportdesk.domain.safe import safe_line
from supportdesk.i18n import N_

if TYPE_CHECKING:
    from supportdesk.channels.email.settings import Server

LONGEST_WORDS = 300


class ServerTrouble(Unreachable):
    """A server cannot be used now."""


class LoginRefused(ServerTrouble):
    """The server is there and does not accept the user or the password."""


class CertificateRefused(ServerTrouble):
    """The server's certificate is not to be trusted, or there is no encryption where it was asked for."""


class FolderTrouble(ServerTrouble):
    """One folder cannot be opened; the others can."""


class ConnectionLost(ServerTrouble):
    """An established connection ended in the middle of something."""


def words(answer: object) -> str:
    """A server's answer, fit to show: one line, bounded."""
    if isinstance(answer, bytes):
        answer = answer.decode("utf-8", "replace")
    return safe_line(str(answer))[:LONGEST_WORDS].rstrip(" .")


def unreachable(server: "Server", error: Exception) -> ServerTrouble:
    """The sentence for an error of connecting."""
    found = _root(error)
    facts = {"server": server.shown, "host": server.host, "reason": words(getattr(found, "strerror", None) or found)}
    if isinstance(found, ssl.SSLCertVerificationError):
        facts["reason"] = words(found.verify_message)
        return CertificateRefused(
            N_("The certificate of {server} is not trusted: {reason}."),
            hint=N_("Name the certificate authority of the server with --ca-file, or correct the host name."),
            **facts,
        )
    if isinstance(found, ssl.SSLError):
        facts["reason"] = words(getattr(found, "reason", None) or found)
        return CertificateRefused(
            N_("No encrypted connection to {server} is possible: {reason}."),
            hint=N_("Check the port and the security (tls, starttls or plain) with the provider."),
            **facts,
        )
    if isinstance(found, socket.gaierror):
        return ServerTrouble(
            N_("The host {host} is unknown."), hint=N_("Check its spelling and this machine's DNS."), **facts
        )
    if isinstance(found, TimeoutError):
        return ServerTrouble(
            N_("{server} does not answer in time."), hint=N_("Check the port, and firewalls on the way."), **facts
        )
    if isinstance(found, ConnectionRefusedError):
        return ServerTrouble(
            N_("{server} refuses connections."), hint=N_("Check the port, and that the server runs."), **facts
        )
    return ServerTrouble(N_("{server} cannot be reached: {reason}."), **facts)


def login_refused(server: "Server", user: str, answer: object) -> LoginRefused:
    by_password = N_("Check the user and the secret; some providers want an app password.")
    by_token = N_(
        "Sign in as that user with: supportdesk channel authorize NAME; IMAP and SMTP must be allowed for it."
    )
    return LoginRefused(
        N_("{server} refuses the login of {user}: {reason}."),
        hint=by_password if server.oauth is None else by_token,
        server=server.shown, user=user, reason=words(answer),
    )  # fmt: skip


def no_starttls(server: "Server") -> CertificateRefused:
    """Going on without would send the password in the clear, which is what removing the offer is for."""
    return CertificateRefused(
        N_("{server} offers no STARTTLS, and mail and password are not sent unencrypted."),
        hint=N_("Use security tls with its port; plain is only for a server on this machine."),
        server=server.shown,
    )


def connection_lost(server: "Server", error: object) -> ConnectionLost:
    return ConnectionLost(
        N_("The connection to {server} was lost: {reason}."), server=server.shown, reason=words(error) or "EOF"
    )


def _root(error: BaseException) -> BaseException:
    """The operating system's or TLS's error at the bottom of ``error``; libraries wrap it."""
    while (deeper := error.__cause__ or error.__context__) and not isinstance(error, _TELLING):
        error = deeper
    return error


_TELLING = (ssl.SSLError, socket.gaierror, TimeoutError, ConnectionRefusedError)
