"""``python -m benchmarks.smtp_sink``: an SMTP server in a process of its own that takes every mail and keeps none.

It prints its port, and after that, for every line it reads, how many mails and connections there were so far.
"""

import asyncio
import sys

ANSWERS = {
    b"EHLO": b"250-sink.example\r\n250-8BITMIME\r\n250-DSN\r\n250 SIZE 50000000\r\n",
    b"DATA": b"354 Go on\r\n",
    b"QUIT": b"221 Bye\r\n",
}
OK = b"250 2.0.0 Ok\r\n"


class Session(asyncio.Protocol):
    """One connection."""

    mails = 0
    connections = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        Session.connections += 1
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.waiting = b""
        self.in_mail = False
        self.transport.write(b"220 sink.example\r\n")

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while True:
            before, end, after = self.waiting.partition(b"\r\n.\r\n" if self.in_mail else b"\r\n")
            if not end:
                return
            self.waiting = after
            command = before[:4].upper()
            Session.mails += self.in_mail
            self.transport.write(OK if self.in_mail else ANSWERS.get(command, OK))
            self.in_mail = not self.in_mail and command == b"DATA"
            if command == b"QUIT" and not self.in_mail:
                self.transport.close()


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(Session.mails, Session.connections, flush=True)


if __name__ == "__main__":
    asyncio.run(serve())
