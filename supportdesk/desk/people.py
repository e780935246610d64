"""Agents and teams: who works here."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from supportdesk.desk.desk import Desk
from supportdesk.domain.errors import Conflict, Invalid
from supportdesk.domain.people import Agent, Team
from supportdesk.domain.query_words import SOMEBODY
from supportdesk.domain.safe import safe_line, safe_text
from supportdesk.i18n import N_
from supportdesk.store import people
from supportdesk.store import tables as t
from supportdesk.store.unit import wake


def agents(desk: Desk, *, active_only: bool = True) -> tuple[Agent, ...]:
    with desk.read() as conn:
        return people.agents(conn, active_only=active_only)


def agent(desk: Desk, login: str) -> Agent:
    """Raises ``NotFound``."""
    with desk.read() as conn:
        return people.agent(conn, login)


def add_agent(desk: Desk, login: str, name: str, email: str, *, teams: Sequence[str] = (), signature: str = "") -> None:
    """Raises ``Invalid`` or ``Conflict`` for the login, ``NotFound`` for a team. A removed agent comes back."""
    if not login or not all(c.isalnum() or c in "._-" for c in login) or login.lower() in SOMEBODY:
        raise Invalid(
            N_("“{login}” cannot be a login."),
            hint=N_("Use letters, digits, dots, dashes and underscores, but neither “me” nor “none”."),
            login=login,
        )
    values = {
        "name": safe_line(name) or login,
        "email": safe_line(email),
        "signature": safe_text(signature),
        "active": True,
    }
    with desk.store.write() as conn:
        known = conn.execute(select(t.agent.c.id, t.agent.c.active).where(t.agent.c.login == login)).first()
        if known is not None and known.active:
            raise Conflict(
                N_("There is already an agent “{login}”."),
                hint=N_("Change it with: supportdesk agent edit {login}"), login=login,
            )  # fmt: skip
        if known is not None:
            conn.execute(update(t.agent).where(t.agent.c.id == known.id).values(**values))
        else:
            conn.execute(insert(t.agent).values(login=login, created_at=desk.now(), **values))
        _join(conn, people.agent(conn, login).id, teams)
        wake(conn)


def edit_agent(
    desk: Desk, login: str, *, name: str | None = None, email: str | None = None, signature: str | None = None,
    teams: Sequence[str] | None = None,
) -> None:  # fmt: skip
    new = {
        "name": (safe_line(name) or login) if name is not None else None,
        "email": safe_line(email) if email is not None else None,
        "signature": safe_text(signature) if signature is not None else None,
    }
    values = {column: value for column, value in new.items() if value is not None}
    with desk.store.write() as conn:
        found = people.agent(conn, login)
        if values:
            conn.execute(update(t.agent).where(t.agent.c.id == found.id).values(**values))
        if teams is not None:
            _join(conn, found.id, teams)
        wake(conn)


def remove_agent(desk: Desk, login: str) -> None:
    """The agent can no longer act; the history keeps the name."""
    with desk.store.write() as conn:
        found = people.agent(conn, login)
        conn.execute(update(t.agent).where(t.agent.c.id == found.id).values(active=False))
        wake(conn)


def teams(desk: Desk) -> tuple[Team, ...]:
    with desk.read() as conn:
        return people.teams(conn)


def add_team(desk: Desk, name: str) -> None:
    """Raises ``Invalid`` without a name, ``Conflict`` for one in use."""
    with desk.store.write() as conn:
        conn.execute(insert(t.team).values(name=_free_name(conn, name, None)))
        wake(conn)


def rename_team(desk: Desk, name: str, new: str) -> None:
    """Raises what ``add_team`` raises, and ``NotFound``."""
    with desk.store.write() as conn:
        team_id = people.team_id(conn, name)
        conn.execute(update(t.team).where(t.team.c.id == team_id).values(name=_free_name(conn, new, team_id)))
        wake(conn)


def edit_team(desk: Desk, name: str, *, from_name: str | None = None, from_address: str | None = None) -> None:
    """Who the mail about its tickets is from; "" is the agent and the channel again. Raises ``Invalid`` for what is no
    address, ``NotFound``."""
    values: dict[str, str] = {}
    if from_name is not None:
        values["from_name"] = safe_line(from_name).strip()
    if from_address is not None:
        values["from_address"] = _address(from_address)
    with desk.store.write() as conn:
        team_id = people.team_id(conn, name)
        if values:
            conn.execute(update(t.team).where(t.team.c.id == team_id).values(**values))
        wake(conn)


def _address(text: str) -> str:
    clean = safe_line(text).strip()
    local, at, domain = clean.rpartition("@")
    if clean and (not at or not local or "." not in domain or any(sign in clean for sign in ' <>,;"')):
        raise Invalid(
            N_("“{address}” is no mail address."), hint=N_("For example: billing@acme.example"), address=clean
        )
    return clean.casefold()


def remove_team(desk: Desk, name: str) -> None:
    """Raises ``Conflict`` while tickets, channels or canned replies belong to it."""
    with desk.store.write() as conn:
        team_id = people.team_id(conn, name)
        for table in (t.ticket, t.channel, t.canned_reply):
            if conn.execute(select(table.c.team_id).where(table.c.team_id == team_id).limit(1)).first():
                raise Conflict(
                    N_("“{name}” still has tickets, channels or canned replies."),
                    hint=N_("Move them to another team first."), name=name,
                )  # fmt: skip
        conn.execute(delete(t.membership).where(t.membership.c.team_id == team_id))
        conn.execute(delete(t.team).where(t.team.c.id == team_id))
        wake(conn)


def _free_name(conn: Connection, name: str, team_id: int | None) -> str:
    """The name as it is kept; ``team_id`` is the team that may have it already."""
    clean = safe_line(name)
    if not clean:
        raise Invalid(N_("A team needs a name."))
    if clean.lower() in SOMEBODY:
        raise Invalid(
            N_("“{name}” cannot be the name of a team."),
            hint=N_("It has a meaning of its own in a search."),
            name=clean,
        )
    if conn.scalar(select(t.team.c.id).where(t.team.c.name == clean)) not in (None, team_id):
        raise Conflict(N_("There is already a team “{name}”."), hint=N_("Choose another name."), name=clean)
    return clean


def _join(conn: Connection, agent_id: int, names: Sequence[str]) -> None:
    conn.execute(delete(t.membership).where(t.membership.c.agent_id == agent_id))
    for name in dict.fromkeys(names):
        conn.execute(insert(t.membership).values(team_id=people.team_id(conn, name), agent_id=agent_id))
