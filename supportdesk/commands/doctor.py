"""``supportdesk doctor``: what is wrong, and the next step."""

import click

from supportdesk.commands import output
from supportdesk.commands.options import chosen_config, json_option
from supportdesk.commands.output import Column
from supportdesk.i18n import _


@click.command(help=_("Look for what is wrong: terminal, config, keys, store, channels, workers. Exit code 1 if any."))
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    from supportdesk.doctor import examine

    found = list(examine(chosen_config))
    rows = [{"name": each.name, "ok": each.ok, "detail": each.detail, "hint": each.hint} for each in found]
    columns = [
        Column("name", _("Looked at")),
        Column("ok", _("Well")),
        Column("detail", _("Found"), folds=True),
        Column("hint", _("Next step"), folds=True),
    ]
    output.emit(rows, columns, as_json)
    if not all(each.ok for each in found):
        ctx.exit(1)
