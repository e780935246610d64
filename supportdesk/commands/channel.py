"""``supportdesk channel``: the accounts a desk receives on and sends from. Kinds bring their own options."""

from typing import TYPE_CHECKING

import click

from supportdesk.channels.kinds import OFFERED, Kind, Option, kind
from supportdesk.commands import forms, output
from supportdesk.commands.channel_authorize import authorize, test
from supportdesk.commands.options import json_option, limit_option, with_system_desk
from supportdesk.commands.output import Column
from supportdesk.domain.errors import Invalid
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk

EMAIL = "email"


@click.group(help=_("List, add, test, pause and remove mailboxes and other channels."))
def channel() -> None:
    pass


@channel.command("list", help=_("List the channels, when they were last in contact, and what is wrong with them."))
@limit_option
@json_option
@with_system_desk
def list_channels(desk: "Desk", limit: int, as_json: bool) -> None:
    from supportdesk.desk import channels

    columns = [
        Column("name", _("Name")),
        Column("kind", _("Kind")),
        Column("address", _("Address"), folds=True, from_width=80),
        Column("team", _("Team"), from_width=120),
        Column("paused", _("Paused")),
        Column("last_contact", _("Last contact"), from_width=100),
        Column("error", _("Error"), folds=True),
    ]
    found = map(forms.channel, channels.channels(desk)[:limit])
    output.emit(found, columns, as_json, empty=_("No channels. Add one with: supportdesk channel add"))


@channel.command(help=_("Show a channel with its settings; secrets are references, never the secrets."))
@click.argument("name")
@json_option
@with_system_desk
def show(desk: "Desk", name: str, as_json: bool) -> None:
    from supportdesk.channels import kinds as registered
    from supportdesk.desk import channels

    found = channels.channel(desk, name)
    until = registered.granted_until(found.kind, found.settings)
    row = {**forms.channel(found), "settings": dict(found.settings)}
    titles = {
        "name": _("Name"),
        "kind": _("Kind"),
        "address": _("Address"),
        "team": _("Team"),
        "paused": _("Paused"),
        "last_contact": _("Last contact"),
        "error": _("Error"),
        "error_at": _("Since"),
        "retry_at": _("Tried again"),
    }
    if until is not None:
        row |= {"access_until": until}
        titles |= {"access_until": _("Access until")}
    if not as_json:
        row |= {f"--{key.replace('_', '-')}": value for key, value in found.settings.items()}
        titles |= {f"--{key.replace('_', '-')}": f"--{key.replace('_', '-')}" for key in found.settings}
    output.emit_one(row, titles, as_json)


@channel.command(help=_("List the kinds of channels and the options of each."))
@json_option
def kinds(as_json: bool) -> None:
    if as_json:
        output.emit(map(_kind, OFFERED), (), True)
        return
    columns = [
        Column("option", _("Option")),
        Column("required", _("Required")),
        Column("default", _("Default")),
        Column("help", _("Meaning"), folds=True),
    ]
    for each in OFFERED:
        output.line(f"{each.name}: {_(each.title)}")
        rows = [{**_option(option), "option": f"--{option.name}"} for option in each.options]
        output.emit(rows, columns, False)


channel.add_command(test)
channel.add_command(authorize)


@channel.command(help=_("Neither receive nor send on a channel for now."))
@click.argument("name")
@with_system_desk
def pause(desk: "Desk", name: str) -> None:
    from supportdesk.desk import channels

    channels.pause(desk, name)


@channel.command(help=_("Use a paused channel again, at once."))
@click.argument("name")
@with_system_desk
def resume(desk: "Desk", name: str) -> None:
    from supportdesk.desk import channels

    channels.resume(desk, name)


@channel.command(help=_("Remove a channel; its messages stay."))
@click.argument("name")
@with_system_desk
def remove(desk: "Desk", name: str) -> None:
    from supportdesk.desk import channels

    channels.remove(desk, name)


class Kinds(click.Group):
    """One command for each registered kind."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or _add_command(kind(cmd_name))


@channel.group(cls=Kinds, help=_("Add a channel: supportdesk channel add KIND NAME …"))
def add() -> None:
    pass


def _add_command(of: Kind) -> click.Command:
    def run(name: str, address: str, team: str, **given: object) -> None:
        _add(of, name, address, team, given)

    command = click.Command(of.name, callback=run, help=_(of.title))
    command.params = [
        click.Argument(["name"]),
        click.Option(
            ["--address"],
            metavar="A",
            default="",
            required=of.name == EMAIL,
            help=_("The address customers write to and answers come from."),
        ),
        click.Option(["--team"], metavar="T", default="", help=_("The team its new tickets go to.")),
        *(_click_option(option) for option in of.options),
    ]
    return command


def _click_option(option: Option) -> click.Option:
    """Values are checked by the kind itself, so that every door to it says the same."""
    shown = option.default if option.default and not option.choices else None
    return click.Option(
        [f"--{option.name}", option.key],
        metavar="|".join(option.choices) or ("REF" if option.secret else option.key.upper().rpartition("_")[2]),
        multiple=option.multiple,
        required=option.required,
        help=_(option.help) + (f"  [{shown}]" if shown else ""),
    )


for _each in OFFERED:
    add.add_command(_add_command(_each))


@with_system_desk
def _add(desk: "Desk", of: Kind, name: str, address: str, team: str, given: dict[str, object]) -> None:
    from supportdesk.desk import channels

    settings = {key: value for key, value in given.items() if value not in (None, ())}
    channels.add(desk, of.name, _name(name), address=_address(of, address), team=team, settings=settings)
    output.say(_("Try it with: supportdesk channel test {name}").format(name=name))


def _name(name: str) -> str:
    if not name.strip() or any(character.isspace() or character in ',":' for character in name):
        raise Invalid("“{name}” cannot be the name of a channel.", hint="Use one word, such as support.", name=name)
    return name


def _address(of: Kind, address: str) -> str:
    from supportdesk.commands.arguments import recipients

    if of.name != EMAIL:
        return address
    found = recipients([address])
    if len(found) != 1:
        raise Invalid("A channel has one address.", hint="Write --address support@example.com.")
    return found[0].address


def _kind(of: Kind) -> forms.Json:
    return {"kind": of.name, "title": _(of.title), "options": [_option(option) for option in of.options]}


def _option(option: Option) -> forms.Json:
    return {
        "name": option.name,
        "required": option.required,
        "default": option.default or None,
        "choices": list(option.choices),
        "multiple": option.multiple,
        "secret": option.secret,
        "help": _(option.help),
    }
