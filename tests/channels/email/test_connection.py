"""Connecting, encrypting and logging in, against real servers and with what can be wrong with each."""

import base64
from pathlib import Path

import pytest

from supportdesk.channels.email.settings import IMAP_PORTS, Security
from supportdesk.channels.secrets import SecretMissing
from supportdesk.channels.trouble import CertificateRefused, LoginRefused, ServerTrouble
from tests.channels.email.accounts import USER, Proxies, Servers, mail, receiving
from tests.services.certificates import Certificate, make_certificate
from tests.services.dovecot import Dovecot
from tests.services.ports import free_port
from tests.services.sink import MemorySink


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_is_taken_over_tls_with_a_pinned_authority(
    dovecot_with: Servers, certificate: Certificate, sink: MemorySink, security: str
) -> None:
    server = dovecot_with(certificate=certificate)
    server.deliver(USER, mail(1))
    port = server.imaps_port if security == "tls" else server.imap_port
    with receiving(port, imap_security=security, ca_file=str(certificate.path)) as receiver:
        assert receiver.catch_up(sink) == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(
    ("quality", "says"),
    [("unknown", "self.signed"), ("expired", "expired"), ("other host", "match|mismatch")],
)
def test_edge_29_bad_certificates_are_refused(
    dovecot_with: Servers, tmp_path: Path, sink: MemorySink, security: str, quality: str, says: str
) -> None:
    host, days = (
        ("mail.example.com", 30) if quality == "other host" else ("127.0.0.1", -1 if quality == "expired" else 30)
    )
    certificate = make_certificate(tmp_path, "bad", host=host, days=days)
    server = dovecot_with(certificate=certificate)
    pinned = {} if quality == "unknown" else {"ca_file": str(certificate.path)}
    port = server.imaps_port if security == "tls" else server.imap_port
    with (
        receiving(port, imap_security=security, **pinned) as receiver,
        pytest.raises(CertificateRefused, match=f"certificate of 127.0.0.1:{port} is not trusted: .*({says})"),
    ):
        receiver.catch_up(sink)
    assert server.log().count("Login:") == 0


def test_edge_29_stripped_starttls_sends_no_password(
    dovecot_with: Servers, proxy_to: Proxies, certificate: Certificate, sink: MemorySink
) -> None:
    server = dovecot_with(certificate=certificate)
    proxy = proxy_to(server.host, server.imap_port)
    proxy.rewrite = lambda data: data.replace(b" STARTTLS", b"")
    with (
        receiving(proxy.port, imap_security="starttls", ca_file=str(certificate.path)) as receiver,
        pytest.raises(CertificateRefused, match="offers no STARTTLS"),
    ):
        receiver.catch_up(sink)
    assert not any(b"LOGIN" in command or b"AUTHENTICATE" in command for command in proxy.commands)


def test_edge_16_preauth_before_starttls_is_refused(
    dovecot_with: Servers, proxy_to: Proxies, certificate: Certificate, sink: MemorySink
) -> None:
    server = dovecot_with(certificate=certificate)
    proxy = proxy_to(server.host, server.imap_port)
    proxy.rewrite = lambda data: data.replace(b"* OK [", b"* PREAUTH [")
    with (
        receiving(proxy.port, imap_security="starttls", ca_file=str(certificate.path)) as receiver,
        pytest.raises(CertificateRefused, match="offers no STARTTLS"),
    ):
        receiver.catch_up(sink)


def test_edge_16_what_the_server_can_is_asked_after_the_login(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink
) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)

    def greeting_without_idle(data: bytes) -> bytes:
        return data.replace(b" IDLE", b"") if data.startswith(b"* OK [CAPABILITY") else data

    proxy.rewrite = greeting_without_idle
    with receiving(proxy.port) as receiver:
        receiver.catch_up(sink)
        assert receiver._connected().has_capability("IDLE")


def test_a_wrong_password_is_told_with_host_user_and_the_servers_words(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_SECRET", "not-the-password")
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    with receiving(proxy.port) as receiver, pytest.raises(LoginRefused) as raised:
        receiver.catch_up(sink)
    assert raised.value.exit_code == 5
    assert f"127.0.0.1:{proxy.port} refuses the login of {USER}" in str(raised.value)
    assert "Authentication failed" in str(raised.value)
    assert "not-the-password" not in str(raised.value) + str(sink.contacts)
    assert sum(b"LOGIN" in command for command in proxy.commands) == 1
    assert "refuses the login" in sink.contacts[0]


@pytest.mark.parametrize("user", ["two words", 'odd "user" \\ {3}', "desk@example.com"])
def test_users_beyond_atoms(dovecot_with: Servers, sink: MemorySink, user: str) -> None:
    server = dovecot_with("auth_username_chars =")
    server.deliver(user, mail(1))
    with receiving(server.imap_port, imap_user=user) as receiver:
        assert receiver.catch_up(sink) == 1


def test_a_password_in_korean_goes_as_utf8(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_SECRET", 'p"w \\ 비밀')
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    with receiving(proxy.port) as receiver, pytest.raises(LoginRefused, match="Authentication failed"):
        receiver.catch_up(sink)
    (credentials,) = proxy.commands[proxy.commands.index(next(c for c in proxy.commands if b"AUTHENTICATE" in c)) + 1 :]
    assert base64.b64decode(credentials) == f'\0{USER}\0p"w \\ 비밀'.encode()


def test_a_missing_secret_is_told_before_any_login(dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    with (
        receiving(proxy.port, imap_secret="env:NOWHERE") as receiver,
        pytest.raises(SecretMissing, match="env:NOWHERE"),
    ):
        receiver.catch_up(sink)
    assert not any(b"LOGIN" in command for command in proxy.commands)


def test_an_unknown_host(sink: MemorySink) -> None:
    with (
        receiving(143, imap_host="mail.invalid") as receiver,
        pytest.raises(ServerTrouble, match=r"mail\.invalid"),
    ):
        receiver.catch_up(sink)


def test_a_refused_connection(sink: MemorySink) -> None:
    port = free_port()
    with receiving(port) as receiver, pytest.raises(ServerTrouble, match=f"127.0.0.1:{port} refuses connections"):
        receiver.catch_up(sink)


def test_tls_to_a_port_without_it(dovecot: Dovecot, sink: MemorySink) -> None:
    with (
        receiving(dovecot.imap_port, imap_security="tls") as receiver,
        pytest.raises(CertificateRefused, match="No encrypted connection"),
    ):
        receiver.catch_up(sink)


def test_a_server_of_another_protocol(smtp_sink: object, sink: MemorySink) -> None:
    with (
        receiving(smtp_sink.port) as receiver,  # type: ignore[attr-defined]
        pytest.raises(ServerTrouble, match="does not greet as an IMAP server"),
    ):
        receiver.catch_up(sink)


def test_edge_17_a_connection_limit_is_no_refused_login(dovecot_with: Servers, sink: MemorySink) -> None:
    server = dovecot_with("mail_max_userip_connections = 1")
    with (
        server.client(USER),
        receiving(server.imap_port) as receiver,
        pytest.raises(ServerTrouble, match=r"Maximum number of connections") as raised,
    ):
        receiver.catch_up(sink)
    assert not isinstance(raised.value, LoginRefused)


def test_edge_17_a_receiver_keeps_one_connection(dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    dovecot.create_folder(USER, "Other")
    with receiving(proxy.port, folder=["INBOX", "Other"]) as receiver:
        for _ in range(3):
            receiver.catch_up(sink)
    assert proxy.connections == 1


def test_every_security_has_its_port() -> None:
    assert set(IMAP_PORTS) == set(Security)
