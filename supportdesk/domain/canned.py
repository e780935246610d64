"""Canned replies: written once, found by two letters, filled in for this customer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A reply to insert. ``team`` and ``owner`` empty: everybody's."""

    id: int
    shortcut: str
    title: str
    text: str
    language: str
    team: str
    owner: str  # agent login of a personal one
    used: int
