"""``supportdesk keys``: every verb of the console with the keys this user has for it."""

import click

from supportdesk import keymap
from supportdesk.commands import output
from supportdesk.commands.options import chosen_config, json_option
from supportdesk.commands.output import Column
from supportdesk.i18n import _


@click.command("keys", help=_("List the keys of the console and the ids keys.toml moves them by."))
@json_option
@click.option("--markdown", is_flag=True, help=_("Print the table of the manual."))
def keys(as_json: bool, markdown: bool) -> None:
    held = keymap.load(chosen_config().keys)
    for problem in held.problems:
        output.say(problem)
    if markdown:
        output.line(keymap.markdown(held).rstrip("\n"))
        return
    rows = [
        {
            "id": action.id,
            "keys": list(held.keys_for(action.id)),
            "title": _(action.title),
            "group": _(action.group),
            "contexts": list(action.contexts),
        }
        for action in keymap.ACTIONS
    ]
    for row in rows if not as_json else ():
        row["keys"] = "  ".join(row["keys"])
    columns = [
        Column("group", _("Group")),
        Column("keys", _("Keys")),
        Column("title", _("Verb"), folds=True),
        Column("id", _("Id")),
        Column("contexts", _("Where"), folds=True),
    ]
    output.emit(rows, columns, as_json)
