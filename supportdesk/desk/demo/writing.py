"""What invented customers put on the wire: real mails, and the JSON of simulated chats and calls."""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from supportdesk.domain.mail.compose import Outgoing, OutgoingFile, compose
from supportdesk.domain.message import Address
from supportdesk.store.messages import File


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a customer writes, on whatever medium. ``answers`` are the Message-IDs it refers to, oldest first."""

    medium: str
    sender: Address
    to: str
    subject: str
    text: str
    at: datetime
    message_id: str
    answers: tuple[str, ...] = ()
    files: tuple[File, ...] = ()

    def raw(self) -> bytes:
        """As it is received."""
        return self._mail() if self.medium == "email" else self._json()

    def _mail(self) -> bytes:
        return compose(
            Outgoing(
                message_id=self.message_id, date=self.at, from_=self.sender, to=(Address(self.to),), instance="",
                subject=f"Re: {self.subject}" if self.answers else self.subject, text=self.text,
                in_reply_to=self.answers[-1] if self.answers else "", references=self.answers,
                attachments=tuple(OutgoingFile(file.filename, file.content_type, file.data) for file in self.files),
            )
        )  # fmt: skip

    def _json(self) -> bytes:
        said = {
            "id": self.message_id, "medium": self.medium, "from": self.sender.address, "name": self.sender.name,
            "subject": self.subject, "text": self.text, "kind": "call" if self.medium == "phone" else "normal",
            "in_reply_to": self.answers[-1] if self.answers else "",
        }  # fmt: skip
        return json.dumps(said, ensure_ascii=False).encode()


def files_named(names: Sequence[str]) -> tuple[File, ...]:
    """Files of those names that a program can open."""
    return tuple(_file(name) for name in names)


def _file(name: str) -> File:
    if name.endswith(".png"):
        return File(name, "image/png", picture(Random(name)))  # noqa: S311 - a pattern, not a secret
    if name.endswith(".pdf"):
        return File(name, "application/pdf", _PDF)
    return File(name, "text/csv", "name,postcode,address\n".encode("utf-8-sig"))


def picture(random: Random, size: int = 96) -> bytes:
    """A PNG of coloured stripes."""
    colours = [bytes(random.randrange(256) for _ in range(3)) for _ in range(6)]
    rows = b"".join(b"\0" + b"".join(colours[(x + y) // 16 % 6] for x in range(size)) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
