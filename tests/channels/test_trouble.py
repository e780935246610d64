"""Sentences about servers."""

import socket
import ssl

import pytest

from supportdesk.channels.email.settings import Security, Server
from supportdesk.channels.trouble import (
    CertificateRefused,
    ServerTrouble,
    connection_lost,
    login_refused,
    no_starttls,
    unreachable,
    words,
)

SERVER = Server("mail.example.com", 993, Security.TLS, "desk", "env:SECRET")


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (socket.gaierror(-2, "Name or service not known"), ServerTrouble, "The host mail.example.com is unknown."),
        (ConnectionRefusedError(111, "refused"), ServerTrouble, "mail.example.com:993 refuses connections."),
        (TimeoutError("timed out"), ServerTrouble, "mail.example.com:993 does not answer in time."),
        (OSError(113, "No route to host"), ServerTrouble, "cannot be reached: No route to host."),
        (ssl.SSLError(1, "wrong version number"), CertificateRefused, "No encrypted connection to"),
    ],
)
def test_what_is_wrong_with_a_server(error: OSError, kind: type[ServerTrouble], says: str) -> None:
    found = unreachable(SERVER, error)
    assert type(found) is kind
    assert says in str(found)
    assert found.exit_code == 5


def test_the_cause_is_found_below_what_libraries_wrap_around_it() -> None:
    try:
        try:
            raise ConnectionRefusedError(111, "refused")
        except OSError as error:
            raise RuntimeError("could not connect") from error
    except RuntimeError as error:
        assert "refuses connections" in str(unreachable(SERVER, error))


def test_a_servers_words_are_one_harmless_bounded_line() -> None:
    answer = b"NO \x1b]0;title\x07\x1b[2Jlog in\r\n" + "더".encode() + b"\xff" + b"x" * 1000
    shown = words(answer)
    assert shown.startswith("NO log in 더")
    assert "\x1b" not in shown
    assert len(shown) == 300


def test_sentences_name_the_server_and_the_user() -> None:
    assert str(login_refused(SERVER, "desk", b"[AUTHENTICATIONFAILED] No.")).startswith(
        "mail.example.com:993 refuses the login of desk: [AUTHENTICATIONFAILED] No."
    )
    assert "offers no STARTTLS" in str(no_starttls(SERVER))
    assert str(connection_lost(SERVER, "")) == "The connection to mail.example.com:993 was lost: EOF."
