"""What is sent to a provider's endpoints, and what is made of any answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from supportdesk.channels.email.oauth_endpoint import Refusal, ask, seconds, text
from supportdesk.channels.trouble import CertificateRefused, ServerTrouble
from tests.channels.email.access import Access
from tests.services.certificates import Certificate
from tests.services.oauth import CLIENT, CLIENT_SECRET
from tests.services.ports import LOOPBACK, free_port


@contextmanager
def answering(raw: bytes, certificate: Certificate | None = None) -> Iterator[int]:
    """A server that answers one request with these bytes."""
    with socket.create_server((LOOPBACK, 0)) as listener:

        def serve() -> None:
            try:
                client, _address = listener.accept()
                if certificate is not None:
                    client = certificate.server_context().wrap_socket(client, server_side=True)
                with client:
                    received = b""
                    while b"client_id=" not in received:  # the form, after the header
                        received += client.recv(65536)
                    client.sendall(raw)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]


def test_the_secret_goes_to_the_token_endpoint_only(access: Access) -> None:
    form = {"scope": "a b&c=d"}
    ask(access.oauth, access.stub.url("device"), form)
    with pytest.raises(Refusal, match="unsupported_grant_type"):
        ask(access.oauth, access.stub.url("token"), form)
    assert access.stub.requests == [
        ("device", {"client_id": CLIENT, **form}),
        ("token", {"client_id": CLIENT, **form, "client_secret": CLIENT_SECRET}),
    ]


def test_a_refusal_repeats_nothing_that_was_sent(access: Access) -> None:
    with pytest.raises(Refusal) as raised:
        ask(access.oauth, access.stub.url("token"), {"grant_type": "refresh_token", "refresh_token": "s3cret-token"})
    assert (raised.value.error, raised.value.explanation) == ("invalid_grant", "invalid_grant: … was revoked")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "RemoteDisconnected|cannot be reached|lost|reset"),
        (b"220 mail.example ESMTP\r\n", "BadStatusLine"),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>", "no JSON object"),
        (b"HTTP/1.1 200 OK\r\n\r\n[1]", "no JSON object"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100_000, "no JSON object"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "no JSON object"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", "HTTP 302"),
        (b"HTTP/1.1 400 Bad\r\n\r\nno", "HTTP 400"),
        (b'HTTP/1.1 503 Away\r\n\r\n{"error": "invalid_grant"}', "HTTP 503"),
        (b'HTTP/1.1 400 Bad\r\n\r\n{"error": ["a"]}', "HTTP 400"),
    ],
)
def test_other_answers_are_a_trouble_of_the_server(access: Access, raw: bytes, told: str) -> None:
    with answering(raw) as port, pytest.raises(ServerTrouble, match=told):
        ask(access.oauth, f"http://{LOOPBACK}:{port}/token", {})


def test_nobody_listens(access: Access) -> None:
    port = free_port()
    with pytest.raises(ServerTrouble, match=f"127.0.0.1:{port} refuses connections"):
        ask(access.oauth, f"http://{LOOPBACK}:{port}/token", {})


def test_certificates_are_verified(access: Access, certificate: Certificate) -> None:
    with answering(b"HTTP/1.1 200 OK\r\n\r\n{}", certificate) as port, pytest.raises(CertificateRefused):
        ask(access.oauth, f"https://{LOOPBACK}:{port}/token", {})


def test_a_server_of_ones_own_may_have_the_channels_authority(access: Access, certificate: Certificate) -> None:
    account = replace(access.oauth, ca_file=str(certificate.path))
    with answering(b'HTTP/1.1 200 OK\r\n\r\n{"a": 1}', certificate) as port:
        assert ask(account, f"https://{LOOPBACK}:{port}/token", {}) == {"a": 1}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("ya29.A-b_c~+/=", "ya29.A-b_c~+/="),
        ("two words", ""),
        ("a\1b", ""),
        ("a\nb", ""),
        ("값", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_tokens_that_could_break_a_line_are_none(value: object, read: str) -> None:
    assert text({"token": value}, "token") == read


@pytest.mark.parametrize(
    ("value", "read"), [(3600, 3600), ("3599", 3599), (None, 7), ("soon", 7), (-1, 7), ("nan", 7), (1e99, 7), ({}, 7)]
)
def test_seconds_in_any_form(value: object, read: float) -> None:
    assert seconds({"expires_in": value}, "expires_in", 7) == read
