"""``supportdesk paths``: where this user's files are."""

import click

from supportdesk import paths as places
from supportdesk.commands import output
from supportdesk.commands.options import json_option
from supportdesk.i18n import _


@click.command("paths", help=_("Print where the config, the keys, the desk and the log are kept."))
@json_option
def paths(as_json: bool) -> None:
    titles = {
        "config": _("Config"),
        "keys": _("Keys"),
        "data": _("Data"),
        "store": _("Default store"),
        "state": _("State"),
        "log": _("Log"),
    }
    output.emit_one(places.paths().shown(), titles, as_json)
