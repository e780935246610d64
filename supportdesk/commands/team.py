"""``supportdesk team``: the groups tickets are routed to."""

from typing import TYPE_CHECKING

import click

from supportdesk.commands import output
from supportdesk.commands.options import json_option, limit_option, with_system_desk
from supportdesk.commands.output import Column
from supportdesk.domain.errors import NotFound
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.people import Team


@click.group(help=_("List, add, rename and remove teams."))
def team() -> None:
    pass


@team.command("list", help=_("List the teams and who is in them."))
@limit_option
@json_option
@with_system_desk
def list_teams(desk: "Desk", limit: int, as_json: bool) -> None:
    from supportdesk.desk import people

    columns = [Column("name", _("Name")), Column("members", _("Members"), folds=True)]
    output.emit(map(_json, people.teams(desk)[:limit]), columns, as_json, empty=_("No teams."))


@team.command(help=_("Show a team."))
@click.argument("name")
@json_option
@with_system_desk
def show(desk: "Desk", name: str, as_json: bool) -> None:
    labels = {"name": _("Name"), "members": _("Members"), "from_name": _("From"), "from_address": _("From address")}
    output.emit_one(_json(_team(desk, name)), labels, as_json)


@team.command(help=_("Add a team."))
@click.argument("name")
@click.option("--member", "members", metavar="LOGIN", multiple=True, help=_("An agent in it; may be repeated."))
@with_system_desk
def add(desk: "Desk", name: str, members: tuple[str, ...]) -> None:
    from supportdesk.desk import people

    for login in members:
        people.agent(desk, login)
    people.add_team(desk, name)
    for login in members:
        _join(desk, login, name)


@team.command(help=_("Change a team's name, members, or who its mail is from."))
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help=_("The new name."))
@click.option("--add", "added", metavar="LOGIN", multiple=True, help=_("An agent who joins; may be repeated."))
@click.option("--remove", "removed", metavar="LOGIN", multiple=True, help=_("An agent who leaves; may be repeated."))
@click.option("--from-name", metavar="NAME", help=_("Who its mail is from; by default the agent who writes."))
@click.option("--from-address", metavar="ADDRESS", help=_("The address its mail is from; by default the channel's."))
@with_system_desk
def edit(
    desk: "Desk", name: str, new_name: str | None, added: tuple[str, ...], removed: tuple[str, ...],
    from_name: str | None, from_address: str | None,
) -> None:  # fmt: skip
    from supportdesk.desk import people

    _team(desk, name)
    for login in (*added, *removed):
        people.agent(desk, login)
    for login in added:
        _join(desk, login, name)
    for login in removed:
        left = [each for each in people.agent(desk, login).teams if each != name]
        people.edit_agent(desk, login, teams=left)
    if from_name is not None or from_address is not None:
        people.edit_team(desk, name, from_name=from_name, from_address=from_address)
    if new_name is not None:
        people.rename_team(desk, name, new_name)


@team.command(help=_("Remove a team that has no tickets, channels or canned replies any more."))
@click.argument("name")
@with_system_desk
def remove(desk: "Desk", name: str) -> None:
    from supportdesk.desk import people

    people.remove_team(desk, _team(desk, name).name)


def _team(desk: "Desk", name: str) -> "Team":
    from supportdesk.desk import people

    for found in people.teams(desk):
        if found.name == name:
            return found
    raise NotFound("There is no team “{name}”.", hint="List teams with: supportdesk team list", name=name)


def _join(desk: "Desk", login: str, name: str) -> None:
    from supportdesk.desk import people

    people.edit_agent(desk, login, teams=[*people.agent(desk, login).teams, name])


def _json(found: "Team") -> dict[str, object]:
    return {
        "name": found.name, "members": list(found.members), "from_name": found.from_name,
        "from_address": found.from_address,
    }  # fmt: skip
