"""What the receiving server found out about a sender (RFC 8601)."""

import re

from supportdesk.domain.mail.message import Headers

_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_HOST = re.compile(r"\s*([\w.-]+)")
_DMARC = re.compile(r";\s*dmarc\s*=\s*([a-z]+)", re.IGNORECASE)
_DEPTH = 3  # comments within comments
_LONGEST = 10_000


def dmarc(headers: Headers) -> str:
    """The host that checked and its DMARC result, as in "mx.example.net fail"; "" where it did not check.

    Only the topmost field counts: the receiving server writes its own above all that a sender may have written.
    Where it writes none, a forged one is topmost, so the reader has to know the host.
    """
    value = headers.get("authentication-results")[:_LONGEST]
    for _ in range(_DEPTH):
        value = _COMMENT.sub(" ", value)
    value = _QUOTED.sub(" ", value)
    host, result = _HOST.match(value), _DMARC.search(value)
    return f"{host[1].lower()} {result[1].lower()}" if host and result else ""
