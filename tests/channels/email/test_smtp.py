"""Reaching an SMTP server: what it can is known afterwards, whichever greeting it understands."""

import asyncio
from typing import Any

import pytest

from supportdesk.channels.email.settings import Server, settings
from supportdesk.channels.email.smtp import connect
from supportdesk.channels.trouble import ServerTrouble
from tests.channels.email.accounts import Proxies, account
from tests.services.smtp import SmtpSink


def reached(server: Server, extension: str) -> bool:
    async def look() -> bool:
        client = await connect(server)
        try:
            return client.supports_extension(extension)
        finally:
            client.close()

    return asyncio.run(look())


def server(port: int, **others: Any) -> Server:
    return settings(account(smtp_port=port, **others)).smtp


def test_without_a_login_too_the_server_says_what_it_can(smtp_sink: SmtpSink) -> None:
    assert reached(server(smtp_sink.port), "8bitmime")


def test_an_old_server_is_greeted_as_it_understands(smtp_sink: SmtpSink, proxy_to: Proxies) -> None:
    proxy = proxy_to(smtp_sink.host, smtp_sink.port)
    proxy.answer = lambda line: b"502 5.5.1 What?\r\n" if line.startswith(b"EHLO") else None
    assert not reached(server(proxy.port), "8bitmime")
    assert [line[:4] for line in proxy.commands] == [b"EHLO", b"HELO"]


def test_a_server_that_refuses_every_greeting_is_no_server(smtp_sink: SmtpSink, proxy_to: Proxies) -> None:
    proxy = proxy_to(smtp_sink.host, smtp_sink.port)
    proxy.answer = lambda line: b"554 5.7.1 Not you\r\n" if line[1:4].upper() in (b"HLO", b"ELO") else None
    with pytest.raises(ServerTrouble, match="Not you"):
        reached(server(proxy.port), "8bitmime")


def test_a_stripped_starttls_is_told(smtp_sink: SmtpSink) -> None:
    with pytest.raises(ServerTrouble, match="offers no STARTTLS"):
        reached(server(smtp_sink.port, smtp_security="starttls"), "8bitmime")
