"""A click group whose commands are imported when they are used, so that none pays for another.

Every command it gives out understands ``--store`` and ``--agent`` too, before and after its name.
"""

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass

import click

from supportdesk.commands.options import SHARED_OPTIONS
from supportdesk.i18n import _


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives ("module:attribute") and its line in the list of commands, marked with ``N_``."""

    target: str
    summary: str

    @property
    def module(self) -> str:
        return self.target.partition(":")[0]

    def load(self) -> click.Command:
        command = getattr(importlib.import_module(self.module), self.target.partition(":")[2])
        assert isinstance(command, click.Command), self.target
        return command


class LazyGroup(click.Group):
    """Commands come from ``table``, in its order; one whose module is not there is not listed."""

    def __init__(self, *, table: Mapping[str, Entry], **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]  # click's own long list of settings
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, entry in self.table.items() if importlib.util.find_spec(entry.module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands and cmd_name in self.list_commands(ctx):
            command = self.table[cmd_name].load()
            share_options(command)
            self.add_command(command, cmd_name)
        return self.commands.get(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(self.table[name].summary)) for name in self.list_commands(ctx)])


def share_options(command: click.Command) -> None:
    """Add the options every command understands, unless the command has its own of that name."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            share_options(inner)
        return
    taken = {name for parameter in command.params for name in parameter.opts}
    command.params += [option for option in SHARED_OPTIONS if not taken.intersection(option.opts)]
