"""``supportdesk completion``: the script that teaches a shell our commands."""

import click
from click.shell_completion import get_completion_class

from supportdesk.commands import output
from supportdesk.i18n import _

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", help=_("Print the completion script of SHELL, to be sourced by it."))
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    made = get_completion_class(shell)
    assert made is not None, shell
    program = ctx.find_root().info_name or "supportdesk"
    output.line(made(ctx.find_root().command, {}, program, f"_{program.upper()}_COMPLETE").source().rstrip("\n"))
