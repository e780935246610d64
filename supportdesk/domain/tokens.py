"""Signed tokens that bring an answer home: our Message-ID and our plus address.

80 bits of HMAC-SHA256 in lower-case base 32, because mail systems change the case of both. The two are
signed apart, so that neither can be made of the other.
"""

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass
from itertools import islice

MAX_LOCAL_PART = 64
"""Octets of a local part (RFC 5321 section 4.5.3.1.1)."""

_SIGNATURE = r"([a-z2-7]{16})"
_NUMBER = r"([1-9][0-9]{0,17})"
_MESSAGE_ID = re.compile(rf"t\.{_NUMBER}\.m\.{_NUMBER}\.{_SIGNATURE}@[^\s<>@]{{1,255}}", re.IGNORECASE)
_PLUS = re.compile(rf"[^\s<>]{{1,64}}\+t{_NUMBER}\.{_SIGNATURE}@[^\s<>@]{{1,255}}", re.IGNORECASE)
_BODY_ID = re.compile(
    r"\bRef-Mid:\s{0,3}<?(t\.[0-9]{1,18}\.m\.[0-9]{1,18}\.[a-z2-7]{16}@[^\s<>@]{1,255})", re.IGNORECASE
)
MAX_BODY = 262_144
MAX_BODY_TOKENS = 5


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """A message this desk has sent."""

    ticket: int
    message: int


def message_id(key: bytes, ticket: int, message: int, domain: str) -> str:
    """The Message-ID of an outgoing message, without angle brackets. The same for every attempt to send it."""
    return f"t.{ticket}.m.{message}.{_sign(key, f'message:{ticket}:{message}')}@{domain}"


def own_message(key: bytes, text: str) -> OwnMessage | None:
    """The message that a Message-ID of ours names; None if we have not made it. Angle brackets may be there."""
    match = _MESSAGE_ID.fullmatch(text.strip().removeprefix("<").removesuffix(">"))
    if not match:
        return None
    ticket, message = int(match[1]), int(match[2])
    genuine = hmac.compare_digest(match[3].lower(), _sign(key, f"message:{ticket}:{message}"))
    return OwnMessage(ticket, message) if genuine else None


def body_token(message_id: str) -> str:
    """The line that names a message of ours in its text, for programs that answer without the headers."""
    return f"Ref-Mid: <{message_id}>"


def body_ids(text: str) -> tuple[str, ...]:
    """The Message-IDs in body tokens of ``text``, in order; whether they are ours is not yet known."""
    head = text[:MAX_BODY]
    if "-mid:" not in head.lower():  # a tenth of the time the pattern takes to find nothing
        return ()
    return tuple(match[1] for match in islice(_BODY_ID.finditer(head), MAX_BODY_TOKENS))


def plus_address(key: bytes, ticket: int, address: str) -> str:
    """``support+t1042.….@example.com`` for ``support@example.com``; ``address`` itself where that would be too long."""
    local, at, domain = address.rpartition("@")
    signed = f"{local}+t{ticket}.{_sign(key, f'address:{ticket}')}"
    if not at or not local or len(signed.encode()) > MAX_LOCAL_PART:
        return address
    return f"{signed}@{domain}"


def plus_ticket(key: bytes, address: str) -> int | None:
    """The ticket that a plus address of ours names; None if we have not made it."""
    match = _PLUS.fullmatch(address.strip())
    if not match:
        return None
    genuine = hmac.compare_digest(match[2].lower(), _sign(key, f"address:{int(match[1])}"))
    return int(match[1]) if genuine else None


def _sign(key: bytes, what: str) -> str:
    return b32encode(hmac.digest(key, what.encode(), "sha256")[:10]).decode().lower()
