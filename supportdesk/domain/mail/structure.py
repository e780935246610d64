"""The MIME tree (RFC 2046) as slices of the raw bytes: nothing is copied unasked, everything has a limit.

Cutting from the outside in bounds every part by the boundaries around it, so a missing end harms one part only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from supportdesk.domain.mail.headers import Fields, parameters, split_headers
from supportdesk.domain.mail.transfer import decode_transfer

MAX_PARTS = 1000
MAX_DEPTH = 40

_FIRST_BOUNDARY = re.compile(rb"(?m:^)--([^\s][^\r\n]{0,200}?)[ \t]*\r?\n(?=[!-9;-~]+:|\r?\n)")
_DELIMITER_TAIL = re.compile(rb"(--[^\r\n]*|[ \t]*)\r*(?:\n|\Z)")
_NEWLINE = 0x0A


@dataclass(slots=True)
class Part:
    """One entity: its fields, its type and where its body lies in ``raw``."""

    raw: bytes
    fields: Fields
    start: int
    end: int
    depth: int
    content_type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    filename: str = ""
    children: list["Part"] = field(default_factory=list)
    defect: str = ""

    def header(self, name: str) -> bytes:
        """The first raw value of that (lower case) name."""
        return next((value for key, value in self.fields if key == name), b"")

    def parts(self) -> Iterator["Part"]:
        """This part and every one under it; an attached mail is one part."""
        yield self
        for child in self.children:
            yield from child.parts()

    @property
    def body(self) -> bytes:
        return self.raw[self.start : self.end]

    def decoded(self) -> bytes:
        """The body after its transfer encoding; ``defect`` names what was wrong with it."""
        encoding = self.header("content-transfer-encoding").decode("ascii", "replace")
        data, defect = decode_transfer(self.body, encoding.partition(";")[0].partition("(")[0])
        self.defect = self.defect or defect
        return data


class Walk:
    """Reads a tree and counts: at most ``MAX_PARTS`` parts, ``MAX_DEPTH`` deep; what is beyond stays one attachment."""

    def __init__(self, hint: str = "") -> None:
        self.hint = hint
        self.parts = 0
        self.defects: list[str] = []

    def read(self, raw: bytes, start: int, end: int, depth: int = 0, default: str = "text/plain") -> Part:
        """The entity between ``start`` and ``end``, with all that is in it."""
        self.parts += 1
        fields, body, defects = split_headers(raw, start, end)
        self.defects.extend(defects)
        part = Part(raw, fields, body, end, depth)
        self._describe(part, default)
        if part.content_type.startswith("multipart/"):
            if depth < MAX_DEPTH and self.parts < MAX_PARTS:
                self._split(part)
            else:
                self.defects.append("too deep" if depth >= MAX_DEPTH else "too many parts")
                part.content_type, part.disposition = "application/octet-stream", "attachment"
        return part

    def _describe(self, part: Part, default: str) -> None:
        main, part.params = parameters(part.header("content-type"), self.hint)
        part.content_type = main if re.fullmatch(r"[\w.+-]+/[\w.+*-]+", main) else _short_type(main, default)
        if disposition := part.header("content-disposition"):
            part.disposition, params = parameters(disposition, self.hint)
            part.filename = params.get("filename", "") or params.get("name", "")
        part.filename = part.filename or part.params.get("name", "") or part.params.get("filename", "")

    def _split(self, part: Part) -> None:
        boundary = part.params.get("boundary", "").encode("utf-8", "surrogateescape")
        spans = _spans(part, boundary) if boundary else []
        if not spans and (found := _FIRST_BOUNDARY.search(part.raw, part.start, part.end)):
            self.defects.append("boundary")
            spans = _spans(part, found[1])
        if not spans:
            self.defects.append("no parts")
            part.content_type = "text/plain"
            return
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        for n, (start, end) in enumerate(spans):
            if self.parts >= MAX_PARTS:
                self.defects.append("too many parts")
                rest = Part(part.raw, (), start, spans[-1][1], part.depth + 1, "application/octet-stream")
                rest.disposition = "attachment"
                part.children.append(rest)
                return
            if start < end or n < len(spans) - 1:
                part.children.append(self.read(part.raw, start, end, part.depth + 1, default))


def _short_type(main: str, default: str) -> str:
    """Types without a slash, from before MIME and from careless programs."""
    return {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}.get(main, default)


def _spans(part: Part, boundary: bytes) -> list[tuple[int, int]]:
    """Where each part lies: from the end of its delimiter line to the line end before the next."""
    marker = b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened = -1
    at = part.raw.find(marker, part.start, part.end)
    while at >= 0:
        begins_line = at == part.start or part.raw[at - 1] == _NEWLINE
        if begins_line and (tail := _DELIMITER_TAIL.match(part.raw, at + len(marker), part.end)):
            if opened >= 0:
                spans.append((opened, _before_line_end(part.raw, opened, at)))
            if tail[1].startswith(b"--"):
                return spans
            opened = tail.end()
        at = part.raw.find(marker, at + 1, part.end)
    if opened >= 0:
        spans.append((opened, part.end))
    return spans


def _before_line_end(raw: bytes, start: int, at: int) -> int:
    """The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1)."""
    if at > start and raw[at - 1 : at] == b"\n":
        at -= 1
        if at > start and raw[at - 1 : at] == b"\r":
            at -= 1
    return at
