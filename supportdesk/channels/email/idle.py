"""Waiting for news of the opened folder: IDLE where the server can, always ending in time for the next poll."""

import threading
import time

from imapclient import IMAPClient

from supportdesk.channels.email.connection import alive
from supportdesk.channels.email.settings import Server
from supportdesk.channels.trouble import connection_lost

SLICE = 0.5  # seconds until a stop is noticed


def wait_for_news(client: IMAPClient, server: Server, stop: threading.Event, seconds: float) -> None:
    """Return on news, on ``stop``, or after ``seconds``; the poll that follows does not depend on news.

    Raises ``ConnectionLost`` when the server is gone: DONE is answered, or the read times out.
    """
    if not client.has_capability("IDLE"):
        stop.wait(seconds)
        return
    end = time.monotonic() + seconds
    with alive(server):
        client.idle()
        news = _came_with_the_answer(client)
        while not news and not stop.is_set() and (left := end - time.monotonic()) > 0:
            asked = min(SLICE, left)
            before = time.monotonic()
            responses = client.idle_check(timeout=asked)
            news = _is_news(server, responses)
            if not responses and time.monotonic() - before < asked / 2:
                break  # readable and nothing to read: the server hung up, and DONE will say so
        _, responses = client.idle_done()
    _is_news(server, responses)


def _came_with_the_answer(client: IMAPClient) -> bool:
    """Whether news came in one packet with the answer to IDLE: it is buffered, where no poll of the socket sees it."""
    buffered = getattr(client._imap, "_readbuf", None)  # Python 3.14 and later
    if buffered is not None:
        return bool(buffered)
    sock = client.socket()
    timeout = sock.gettimeout()
    sock.setblocking(False)
    try:
        return bool(client._imap.file.peek(1))
    except OSError:  # TLS says "nothing yet" this way
        return False
    finally:
        sock.settimeout(timeout)


def _is_news(server: Server, responses: list[tuple[object, ...]]) -> bool:
    for response in responses:
        if response and response[0] == b"BYE":
            raise connection_lost(server, response[-1])
    return any(len(response) > 1 and response[1] in (b"EXISTS", b"RECENT") for response in responses)
