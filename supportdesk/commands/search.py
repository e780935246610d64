"""``supportdesk search``: through everything ever said."""

from typing import TYPE_CHECKING

import click

from supportdesk.commands import forms, output
from supportdesk.commands.options import ALL, chosen_config, json_option, limited, with_reading_desk
from supportdesk.commands.output import Column
from supportdesk.commands.times import zone
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk


@click.command(help=_("Find messages: words, and conditions such as is:open, from:kim or after:2026-11-01."))
@click.argument("query", nargs=-1, required=True)
@limited(50)
@json_option
@with_reading_desk
def search(desk: "Desk", query: tuple[str, ...], limit: int, as_json: bool) -> None:
    from supportdesk.desk import search as searching

    found = searching.search(desk, " ".join(query), 0 if limit == ALL else limit, tz=zone(chosen_config().timezone))
    columns = [
        Column("ticket", "#", right=True),
        Column("at", _("At"), from_width=70),
        Column("customer", _("Customer"), folds=True, from_width=50),
        Column("snippet", _("Text"), folds=True),
    ]
    output.emit(map(forms.hit, found), columns, as_json, empty=_("Nothing was found."))
