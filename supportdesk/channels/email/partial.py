"""Fetching of a huge mail what people read: its header, its text, its small parts; the rest is left on the server.

What is made of it has the structure of the original, with a small text file in place of each part left out, so that
every reader of mail finds the text, and which files there are. It depends on nothing but the mail, for the same mail
must have the same bytes wherever and whenever it is fetched.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from imapclient.exceptions import IMAPClientError
from imapclient.response_types import BodyData

from supportdesk.channels.email.settings import MEGABYTE
from supportdesk.domain.mail.structure import Part, Walk
from supportdesk.domain.safe import safe_line
from supportdesk.i18n import _

MOST_OCTETS = 4 * MEGABYTE  # of the parts fetched of one mail, together
SMALL = 64 * 1024  # octets up to which also a part that is no text is fetched: reports, pictures of a signature
HEADER_OCTETS = MEGABYTE
MOST_PARTS = 100
DEEPEST = 20
HEADER = f"BODY[HEADER]<0.{HEADER_OCTETS}>"
WHOLE = "BODY[]"
MARK = b"X-Supportdesk-Partial"
LEFT = "X-Supportdesk-Left-On-Server"

_CONTENT_FIELD = re.compile(rb"^(Content-(?:Type|Transfer-Encoding|Disposition)\s*:)", re.M | re.I)

Ask = Callable[[Sequence[str]], Mapping[str, bytes]]
"""Fetches sections such as ``BODY[1.MIME]``, never setting a flag: section to octets."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part without children. ``number`` is its section, ``octets`` its length as it is encoded."""

    number: str
    content_type: str
    octets: int
    text: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """A multipart; ``number`` is "" at the root."""

    number: str
    boundary: bytes
    parts: tuple["Branch | Leaf", ...]


class Unusable(Exception):
    """The server's description of the mail, or what was fetched by it, makes no mail."""


def fetch_in_part(structure: object, size: int, ask: Ask) -> bytes:
    """The mail without its large parts; whole, byte for byte, when it has none.

    ``structure`` is the BODYSTRUCTURE, ``size`` the octets of all. Raises ``Unusable``, and what ``ask`` raises.
    """
    try:
        root = _node(structure, "", 0)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Unusable(str(error)) from error
    leaves = list(_leaves(root))
    if len(leaves) > MOST_PARTS:
        raise Unusable("too many parts")
    wanted = _wanted(leaves)
    if sum(wanted.values()) == sum(leaf.octets for leaf in leaves) and size <= 2 * MOST_OCTETS:
        return ask([WHOLE])[WHOLE]
    sections = [HEADER]
    sections += [f"BODY[{node.number}.MIME]" for node in _nodes(root) if node.number]
    sections += [_section(number, octets) for number, octets in wanted.items()]
    found = ask(sections)
    if len(found[HEADER]) >= HEADER_OCTETS:
        raise Unusable("a header without end")
    raw = MARK + b": %d\r\n" % size + _made(root, wanted, found)
    if len(list(_read_leaves(Walk().read(raw, 0, len(raw))))) != len(leaves):
        raise Unusable("the structure is not that of the mail")
    return raw


def _node(structure: Any, number: str, depth: int) -> Branch | Leaf:
    if depth > DEEPEST or not isinstance(structure, BodyData):
        raise ValueError("no structure")
    if structure.is_multipart:
        below = f"{number}." if number else ""
        parts = tuple(_node(part, f"{below}{n}", depth + 1) for n, part in enumerate(structure[0], 1))
        return Branch(number, _parameter(structure[2], b"boundary"), parts)
    main, sub = structure[0].decode("ascii").lower(), structure[1].decode("ascii").lower()
    disposition = next(iter(structure[_disposition_at(main, sub) :]), None) or b""
    if isinstance(disposition, tuple):  # some servers leave it as it is in the mail
        disposition = disposition[0]
    attached = disposition.lower().startswith(b"attachment")
    return Leaf(number, f"{main}/{sub}", int(structure[6]), main == "text" and not attached)


def _disposition_at(main: str, sub: str) -> int:
    """Where the extension data has it: after the MD5 that follows what the type has of its own (RFC 3501, 7.4.2)."""
    own = 1 if main == "text" else 3 if (main, sub) == ("message", "rfc822") else 0
    return 7 + own + 1


def _parameter(parameters: Sequence[bytes], name: bytes) -> bytes:
    values = dict(zip((key.lower() for key in parameters[::2]), parameters[1::2], strict=True))
    return values[name]


def _nodes(node: Branch | Leaf) -> Iterator[Branch | Leaf]:
    yield node
    if isinstance(node, Branch):
        for part in node.parts:
            yield from _nodes(part)


def _leaves(node: Branch | Leaf) -> Iterator[Leaf]:
    return (found for found in _nodes(node) if isinstance(found, Leaf))


def _read_leaves(part: Part) -> Iterator[Part]:
    if not part.content_type.startswith("multipart/"):
        yield part
    for child in part.children:
        yield from _read_leaves(child)


def _wanted(leaves: Sequence[Leaf]) -> dict[str, int]:
    """How many octets of which parts: all text first, of the last that fits its beginning; then what is small."""
    left = MOST_OCTETS
    wanted: dict[str, int] = {}
    for leaf in sorted(leaves, key=lambda leaf: not leaf.text):
        octets = min(leaf.octets, left) if leaf.text else leaf.octets
        if octets <= left and (leaf.text or octets <= SMALL):
            wanted[leaf.number] = octets
            left -= octets
    return wanted


def _section(number: str, octets: int) -> str:
    """A little more than the server promised: some only estimate the length of a part."""
    return f"BODY[{number or '1'}]<0.{octets + SMALL}>"


def _made(node: Branch | Leaf, wanted: Mapping[str, int], found: Mapping[str, bytes]) -> bytes:
    header = found[f"BODY[{node.number}.MIME]"] if node.number else found[HEADER]
    if not header.endswith(b"\n"):  # a part may have none; a header may end with the mail
        header += b"\r\n\r\n" if header else b"\r\n"
    if isinstance(node, Branch):
        delimiter = b"--" + node.boundary
        parts = (delimiter + b"\r\n" + _made(part, wanted, found) + b"\r\n" for part in node.parts)
        return header + b"".join(parts) + delimiter + b"--\r\n"
    if node.number in wanted:
        return header + found[_section(node.number, wanted[node.number])]
    stub = _stub(node, header)
    if node.number:
        return stub
    return _CONTENT_FIELD.sub(rb"X-Original-\1", header).rstrip(b"\r\n") + b"\r\n" + stub


def _stub(leaf: Leaf, header: bytes) -> bytes:
    """A text file that says what was left out, in its name already: that is what lists show."""
    part = Walk().read(header, 0, len(header))
    name = safe_line(part.filename).replace("/", "_")[:150] or ("mail.eml" if "rfc822" in leaf.content_type else "file")
    # Base64 makes 57 octets a line of 78.
    encoded = part.header("content-transfer-encoding").strip().lower() == b"base64"
    size = _("{megabytes} MB").format(megabytes=f"{leaf.octets * (57 / 78 if encoded else 1) / MEGABYTE:.1f}")
    note = EmailMessage(policy=SMTP)
    note.set_content(
        _("{name} ({type}, {size}) was left on the mail server: the mail is over the channel's size limit.").format(
            name=name, type=leaf.content_type, size=size
        )
        + "\n",
        cte="base64",
    )
    shown = _("{name} ({size}, left on the server).txt").format(name=name, size=size)
    note.add_header("Content-Disposition", "attachment", filename=shown)
    note[LEFT] = str(leaf.octets)
    return note.as_bytes().removesuffix(b"\r\n")


def asked(sections: Sequence[str]) -> tuple[str, ...]:
    """The sections as they stand in a FETCH."""
    return tuple(section.replace("BODY[", "BODY.PEEK[") for section in sections)


def answered(sections: Sequence[str], answer: Mapping[bytes, Any]) -> dict[str, bytes]:
    """The octets of each section. An empty part may come as NIL; raises ``IMAPClientError`` for one left out."""
    found: dict[str, bytes] = {}
    for section in sections:
        key = re.sub(r"<0\.\d+>$", "<0>", section).encode()
        if key not in answer:
            raise IMAPClientError(f"no {section}")
        found[section] = answer[key] or b""
    return found
