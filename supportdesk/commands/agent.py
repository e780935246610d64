"""``supportdesk agent``: who works here."""

from typing import TYPE_CHECKING

import click

from supportdesk.commands import output
from supportdesk.commands.options import json_option, limit_option, with_system_desk
from supportdesk.commands.output import Column
from supportdesk.domain.errors import NotFound
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.people import Agent


@click.group(help=_("List, add, change and remove agents."))
def agent() -> None:
    pass


@agent.command("list", help=_("List the agents."))
@click.option("--removed", is_flag=True, help=_("Those too who work here no more."))
@limit_option
@json_option
@with_system_desk
def list_agents(desk: "Desk", removed: bool, limit: int, as_json: bool) -> None:
    from supportdesk.desk import people

    found = people.agents(desk, active_only=not removed)[:limit]
    columns = [
        Column("login", _("Login")),
        Column("name", _("Name"), folds=True),
        Column("email", _("E-mail"), folds=True),
        Column("teams", _("Teams"), folds=True),
    ]
    columns += [Column("active", _("Works here"))] if removed else []
    output.emit(map(_json, found), columns, as_json, empty=_("No agents."))


@agent.command(help=_("Show an agent."))
@click.argument("login")
@json_option
@with_system_desk
def show(desk: "Desk", login: str, as_json: bool) -> None:
    from supportdesk.desk import people

    found = next((each for each in people.agents(desk, active_only=False) if each.login == login), None)
    if found is None:
        raise NotFound("There is no agent “{login}”.", hint="List agents with: supportdesk agent list", login=login)
    titles = {
        "login": _("Login"),
        "name": _("Name"),
        "email": _("E-mail"),
        "teams": _("Teams"),
        "active": _("Works here"),
        "signature": _("Signature"),
    }
    output.emit_one(_json(found), titles, as_json)


@agent.command(help=_("Add an agent; one who was removed comes back."))
@click.argument("login")
@click.option("--name", metavar="NAME", default="", help=_("As customers see it; by default the login."))
@click.option("--email", metavar="E", default="", help=_("The agent's own mail address."))
@click.option("--team", "teams", metavar="T", multiple=True, help=_("May be repeated."))
@click.option("--signature", metavar="TEXT", default="", help=_("For canned replies: {{agent.signature}}."))
@with_system_desk
def add(desk: "Desk", login: str, name: str, email: str, teams: tuple[str, ...], signature: str) -> None:
    from supportdesk.desk import people

    people.add_agent(desk, login, name, email, teams=teams, signature=signature)


@agent.command(help=_("Change an agent; what is not given stays."))
@click.argument("login")
@click.option("--name", metavar="NAME", help=_("As customers see it."))
@click.option("--email", metavar="E", help=_("The agent's own mail address."))
@click.option("--team", "teams", metavar="T", multiple=True, help=_("All teams the agent is in; may be repeated."))
@click.option("--no-team", is_flag=True, help=_("In no team any more."))
@click.option("--signature", metavar="TEXT", help=_("For canned replies: {{agent.signature}}."))
@with_system_desk
def edit(
    desk: "Desk", login: str, name: str | None, email: str | None, teams: tuple[str, ...], no_team: bool,
    signature: str | None,
) -> None:  # fmt: skip
    from supportdesk.desk import people

    new_teams = () if no_team else teams or None
    people.edit_agent(desk, login, name=name, email=email, signature=signature, teams=new_teams)


@agent.command(help=_("Remove an agent; the history keeps the name."))
@click.argument("login")
@with_system_desk
def remove(desk: "Desk", login: str) -> None:
    from supportdesk.desk import people

    people.remove_agent(desk, login)


def _json(found: "Agent") -> dict[str, object]:
    return {
        "login": found.login,
        "name": found.name,
        "email": found.email,
        "teams": list(found.teams),
        "active": found.active,
        "signature": found.signature,
    }
