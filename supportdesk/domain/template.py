"""Placeholders of canned replies: ``{{customer.name}}``, ``{{customer.name|고객님}}``. Filled once, never evaluated."""

import re
from collections.abc import Mapping

MAX_RENDERED = 100_000
"""Characters of a filled-in reply."""

NAMES = ("customer.name", "ticket.number", "ticket.subject", "agent.name", "agent.signature", "desk.name")
"""What every ticket fills; besides, ``customer.KEY`` for each attribute of the customer."""

_PLACEHOLDER = re.compile(r"\{\{\s*(?P<name>[^\s{}|][^{}|\n]{0,63}?)\s*(?:\|(?P<default>[^{}|]{0,500}))?\}\}")


def render(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its placeholders filled; a default stands in for an empty value. Unknown ones stay visible."""
    pieces: list[str] = []
    room, at = MAX_RENDERED, 0
    for match in _PLACEHOLDER.finditer(text):
        for piece in (text[at : match.start()], _filled(match, values)):
            pieces.append(piece[:room])
            room -= len(pieces[-1])
        at = match.end()
        if not room:
            break
    pieces.append(text[at:][:room])
    return "".join(pieces)


def unfilled(text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the placeholders that ``render`` leaves visible, each once, in order."""
    return tuple(dict.fromkeys(match["name"] for match in _PLACEHOLDER.finditer(text) if _value(match, values) is None))


def placeholders(text: str) -> tuple[str, ...]:
    """Names of all placeholders in ``text``, each once, in order."""
    return tuple(dict.fromkeys(match["name"] for match in _PLACEHOLDER.finditer(text)))


def _filled(match: re.Match[str], values: Mapping[str, str]) -> str:
    value = _value(match, values)
    return match[0] if value is None else value


def _value(match: re.Match[str], values: Mapping[str, str]) -> str | None:
    value, default = values.get(match["name"]), match["default"]
    return value or (default.strip() if default is not None else value)
