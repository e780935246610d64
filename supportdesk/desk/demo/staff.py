"""Who works at an invented desk and how it is reached: added where it is not there yet."""

from dataclasses import dataclass

from sqlalchemy import select

from supportdesk.desk import channels, people
from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import SIMULATED
from supportdesk.domain.event import Actor, ActorKind
from supportdesk.store import tables as t

TEAMS = ("Billing", "Shipping", "Technical")
CHANNELS = {
    "email": ("support", "support@acme.example"),
    "kakao": ("kakao", "acme"),
    "line": ("line", "acme-shop"),
    "phone": ("phone", "+8215880000"),
}
"""Medium to the name and the address of its channel."""
AGENTS = {
    "alice": ("Alice Kim", ("Billing", "Shipping", "Technical")),
    "bob": ("Bob Park", ("Billing", "Shipping")),
    "mina": ("이미나", ("Shipping",)),
    "jun": ("최준호", ("Technical",)),
}
"""Login to name and teams."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Ids by name, as rows need them; ``channels`` by medium."""

    agents: dict[str, Actor]
    names: dict[str, str]
    teams: dict[str, int]
    channels: dict[str, int]
    addresses: dict[int, str]


def hire(desk: Desk) -> Staff:
    """Add the teams, agents and channels that are missing."""
    for team in set(TEAMS) - {team.name for team in people.teams(desk)}:
        people.add_team(desk, team)
    known = {agent.login for agent in people.agents(desk)}
    for login, (name, teams) in AGENTS.items():
        if login not in known:
            signature = f"{name}\nAcme Support"
            people.add_agent(desk, login, name, f"{login}@acme.example", teams=teams, signature=signature)
    names = {channel.name for channel in channels.channels(desk)}
    for medium, (name, address) in CHANNELS.items():
        if name not in names:
            channels.add(desk, f"{SIMULATED}{medium}", name, address=address, settings={})
    return staff(desk)


def staff(desk: Desk) -> Staff:
    """What ``hire`` left there."""
    by_name = {channel.name: channel for channel in channels.channels(desk)}
    found = {medium: by_name[name] for medium, (name, _address) in CHANNELS.items() if name in by_name}
    working = people.agents(desk)
    with desk.read() as conn:
        team_ids = {row.name: row.id for row in conn.execute(select(t.team.c.id, t.team.c.name))}
    return Staff(
        agents={agent.login: Actor(ActorKind.AGENT, agent.login, agent.id) for agent in working},
        names={agent.login: agent.name for agent in working},
        teams={name: team_ids[name] for name in TEAMS},
        channels={medium: channel.id for medium, channel in found.items()},
        addresses={channel.id: channel.address for channel in found.values()},
    )
