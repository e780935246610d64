"""A TCP proxy between a client and a real server, for what a real server does not do on request."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

from tests.services.ports import LOOPBACK

Answer = Callable[[bytes], bytes | None]
CHUNK = 65536


@dataclass
class Proxy:
    """Change the attributes at any time; they apply to what passes afterwards.

    ``answer`` sees each line of the client and may return what the client gets in place of the server's answer.
    ``forward`` changes the lines that go on to the server, ``rewrite`` what the server sends, chunk by chunk, and
    ``delay`` is how many seconds late that comes. ``cut_after`` closes a connection after so many
    octets of the server, ``silent`` swallows everything without closing.
    """

    upstream: tuple[str, int]
    host: str = LOOPBACK
    port: int = 0
    answer: Answer | None = None
    forward: Callable[[bytes], bytes] | None = None
    rewrite: Callable[[bytes], bytes] | None = None
    delay: float = 0.0
    cut_after: int | None = None
    silent: bool = False
    refuse: bool = False
    connections: int = 0
    commands: list[bytes] = field(default_factory=list)
    _open: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def drop(self) -> None:
        """Close every connection now."""
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                sock.close()
            self._open.clear()

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.refuse:
                client.close()
                continue
            server = socket.create_connection(self.upstream)
            with self._lock:
                self._open += [client, server]
            threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
            threading.Thread(target=self._return, args=(server, client), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        """Line by line, as IMAP and SMTP clients speak."""
        with self._closing(client, server), client.makefile("rb") as lines:
            for line in lines:
                self.commands.append(line)
                if self.silent:
                    continue
                reply = self.answer(line) if self.answer else None
                if reply is None:
                    server.sendall(self.forward(line) if self.forward else line)
                else:
                    client.sendall(reply)

    def _return(self, server: socket.socket, client: socket.socket) -> None:
        sent = 0
        with self._closing(client, server):
            while data := server.recv(CHUNK):
                if self.silent:
                    continue
                data = self.rewrite(data) if self.rewrite else data
                time.sleep(self.delay)
                if self.cut_after is not None and sent + len(data) > self.cut_after:
                    client.sendall(data[: max(0, self.cut_after - sent)])
                    return
                client.sendall(data)
                sent += len(data)

    @contextmanager
    def _closing(self, *socks: socket.socket) -> Iterator[None]:
        with contextlib.suppress(OSError, ValueError):
            yield
        for sock in socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


@contextmanager
def running_proxy(host: str, port: int) -> Iterator[Proxy]:
    with socket.create_server((LOOPBACK, 0)) as listener:
        proxy = Proxy((host, port), port=listener.getsockname()[1])
        thread = threading.Thread(target=proxy.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            proxy.drop()


@pytest.fixture
def proxy_to() -> Iterator[Callable[[str, int], Proxy]]:
    """``proxy_to(host, port)``: a proxy in front of a server."""
    with ExitStack() as stack:
        yield lambda host, port: stack.enter_context(running_proxy(host, port))
