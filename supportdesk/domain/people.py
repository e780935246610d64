"""Agents and teams, and who is looking at what."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Agent:
    """Someone who works tickets. ``login`` is the stable name, ``name`` the shown one."""

    id: int
    login: str
    name: str
    email: str
    active: bool
    signature: str
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """A group tickets are routed to. Its mail is from ``from_name`` and ``from_address`` where these are not ""."""

    id: int
    name: str
    members: tuple[str, ...]  # logins
    from_name: str = ""
    from_address: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """An agent seen on a ticket within the last few seconds."""

    ticket: int
    agent: str  # login
    doing: str  # "reading" or "replying"
    since: datetime
