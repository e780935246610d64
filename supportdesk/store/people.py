"""Looking up agents and teams by the names people use."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from supportdesk.domain.errors import NotFound
from supportdesk.domain.people import Agent, Team
from supportdesk.i18n import N_
from supportdesk.store import tables as t


def agents(conn: Connection, *, active_only: bool = False) -> tuple[Agent, ...]:
    teams: dict[int, list[str]] = {}
    for row in conn.execute(
        select(t.membership.c.agent_id, t.team.c.name).join(t.team, t.team.c.id == t.membership.c.team_id)
        .order_by(t.team.c.name)
    ):  # fmt: skip
        teams.setdefault(row.agent_id, []).append(row.name)
    a = t.agent.c
    query = select(a.id, a.login, a.name, a.email, a.active, a.signature).order_by(a.login)
    return tuple(
        Agent(r.id, r.login, r.name, r.email, r.active, r.signature, tuple(teams.get(r.id, ())))
        for r in conn.execute(query.where(a.active) if active_only else query)
    )


def agent(conn: Connection, login: str) -> Agent:
    """Raise ``NotFound`` unless there is an active agent of that login."""
    for found in agents(conn, active_only=True):
        if found.login == login:
            return found
    raise NotFound(N_("There is no agent “{login}”."), hint=N_("List agents with: supportdesk agent list"), login=login)


def agent_id(conn: Connection, login: str) -> int | None:
    """The id of an agent; None for ""."""
    return agent(conn, login).id if login else None


def login_of(conn: Connection, agent_id: int | None) -> str:
    if agent_id is None:
        return ""
    return conn.scalar(select(t.agent.c.login).where(t.agent.c.id == agent_id)) or ""


def teams(conn: Connection) -> tuple[Team, ...]:
    members: dict[int, list[str]] = {}
    for row in conn.execute(
        select(t.membership.c.team_id, t.agent.c.login).join(t.agent, t.agent.c.id == t.membership.c.agent_id)
        .where(t.agent.c.active).order_by(t.agent.c.login)
    ):  # fmt: skip
        members.setdefault(row.team_id, []).append(row.login)
    found = conn.execute(select(t.team).order_by(t.team.c.name))
    return tuple(Team(r.id, r.name, tuple(members.get(r.id, ())), r.from_name, r.from_address) for r in found)


def team_id(conn: Connection, name: str) -> int | None:
    """The id of a team; None for "". Raises ``NotFound``."""
    if not name:
        return None
    found: int | None = conn.scalar(select(t.team.c.id).where(t.team.c.name == name))
    if found is None:
        raise NotFound(N_("There is no team “{name}”."), hint=N_("List teams with: supportdesk team list"), name=name)
    return found


def team_name(conn: Connection, team_id: int | None) -> str:
    if team_id is None:
        return ""
    return conn.scalar(select(t.team.c.name).where(t.team.c.id == team_id)) or ""


def logins(conn: Connection, ids: Iterable[int]) -> dict[int, str]:
    found = conn.execute(select(t.agent.c.id, t.agent.c.login).where(t.agent.c.id.in_(list(ids))))
    return {row.id: row.login for row in found}
