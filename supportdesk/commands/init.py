"""``supportdesk init``: from nothing to a desk somebody can work at. Once more changes nothing."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from supportdesk import config
from supportdesk.commands import output
from supportdesk.commands.options import chosen_config, json_option
from supportdesk.config import shown_url
from supportdesk.domain.errors import Invalid
from supportdesk.i18n import _
from supportdesk.paths import private_directory

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk

DEFAULT_NAME = "supportdesk"


@click.command(help=_("Make a desk with a first agent; asks for what is missing when there is a terminal."))
@click.option("--agent", "login", metavar="LOGIN", help=_("Login of the first agent."))
@click.option("--name", metavar="NAME", help=_("The agent's name, as customers see it."))
@click.option("--email", metavar="E", help=_("The agent's mail address."))
@click.option("--team", "teams", metavar="T", multiple=True, help=_("A team the agent is in; may be repeated."))
@click.option("--desk", "desk_name", metavar="NAME", help=_("The name of the desk."))
@json_option
def init(
    login: str | None, name: str | None, email: str | None, teams: tuple[str, ...], desk_name: str | None, as_json: bool
) -> None:
    chosen = chosen_config()
    asking = not login and sys.stdin.isatty()
    if asking:
        desk_name = desk_name or _ask(_("Name of the desk"), DEFAULT_NAME)
        login = _ask(_("Your login"), chosen.agent)
        name = name or _ask(_("Your name, as customers see it"), login)
        email = email or _ask(_("Your mail address"), "")
        teams = teams or tuple(_words(_ask(_("Your teams, with commas between"), "")))
    if not login and (name or email or teams):
        raise Invalid("Whose name is it?", hint="Give the agent's login with --agent.")
    desk = _made(chosen.store, desk_name or DEFAULT_NAME)
    try:
        if login:
            _staff(desk, login, name or login, email or "", teams)
        if asking:
            _remember(chosen, login or "")
        _tell(desk, chosen.store, as_json)
    finally:
        desk.close()


def _made(url: str, name: str) -> "Desk":
    from supportdesk.desk.founding import make_desk

    return make_desk(url, name)


def _staff(desk: "Desk", login: str, name: str, email: str, teams: Sequence[str]) -> None:
    from supportdesk.desk.founding import staff

    staff(desk, login, name, email, teams)


def _tell(desk: "Desk", url: str, as_json: bool) -> None:
    from supportdesk.desk import people

    logins = [agent.login for agent in people.agents(desk)]
    told = {
        "desk": desk.name,
        "store": shown_url(url),
        "agents": logins,
        "teams": [team.name for team in people.teams(desk)],
    }
    output.emit_one(told, {"desk": _("Desk"), "store": _("Store"), "agents": _("Agents"), "teams": _("Teams")}, as_json)
    if not logins:
        output.say(_("Nobody works here yet. Add an agent with: supportdesk agent add LOGIN --name NAME"))
    elif not as_json:
        output.say(_("Next, add a mailbox with: supportdesk channel add email NAME …"))


def _ask(question: str, default: str) -> str:
    answer: str = click.prompt(question, default=default, show_default=bool(default), err=True)
    return answer.strip()


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _remember(chosen: config.Config, login: str) -> None:
    """Write the first config, so that nobody has to say again what the wizard was told. Never a password."""
    if chosen.path.exists() or urlsplit(chosen.store).password or "password=" in chosen.store:
        return
    private_directory(chosen.path.parent)
    text = f"store = {json.dumps(chosen.store)}\nagent = {json.dumps(login)}\n"  # JSON strings are TOML strings
    _write_private(chosen.path, text)
    output.say(_("Your choices are kept in {file}.").format(file=chosen.path))


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
