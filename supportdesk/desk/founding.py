"""Making a desk: an empty store becomes one with a name, a first agent and teams."""

from collections.abc import Sequence

from supportdesk.desk import people
from supportdesk.desk.desk import Clock, Desk, found_desk, open_desk, utc_now


def make_desk(url: str, name: str = "supportdesk", *, clock: Clock = utc_now) -> Desk:
    """Bring the store to the schema this program needs and open it; an existing desk keeps its name and keys."""
    from supportdesk.store.migrate import migrate

    migrate(url)
    desk = open_desk(url, clock=clock)
    found_desk(desk, name)
    return desk


def staff(desk: Desk, login: str, name: str, email: str, teams: Sequence[str]) -> None:
    """Add what of an agent and teams is not there yet; running it twice changes nothing."""
    known_teams = {team.name for team in people.teams(desk)}
    for team in teams:
        if team not in known_teams:
            people.add_team(desk, team)
    if login not in {agent.login for agent in people.agents(desk)}:
        people.add_agent(desk, login, name, email, teams=teams)
