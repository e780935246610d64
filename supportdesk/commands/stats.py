"""``supportdesk stats``: how much there is to do, and whether the desk lives."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from supportdesk.commands import output
from supportdesk.commands.options import chosen_config, json_option, with_reading_desk
from supportdesk.commands.output import Column
from supportdesk.commands.times import zone
from supportdesk.domain.view import BUILTIN
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk

VIEWS = ("unassigned", "mine", "open", "due", "overdue", "pending", "snoozed")
QUARANTINE = "quarantine"


@click.command(help=_("Count what is in the views, the outbox and quarantine, and name workers and channels."))
@json_option
@with_reading_desk
def stats(desk: "Desk", as_json: bool) -> None:
    from supportdesk.desk.health import health

    found = health(desk)
    counts = {**_counts(desk, zone(chosen_config().timezone)), QUARANTINE: found.quarantined}
    outbox = {"queued": found.queued, "failed": found.failed}
    workers = [{"name": each.name, "host": each.host, "last_seen": each.last_seen} for each in found.workers]
    channels = [
        {"name": each.name, "kind": each.kind, "last_contact": each.last_contact, "error": each.error or None}
        for each in found.channels
    ]
    if as_json:
        output.ndjson([{"views": counts, "outbox": outbox, "workers": workers, "channels": channels}])
        return
    titles = {view.key: _(view.name) for view in BUILTIN if view.key in counts} | {QUARANTINE: _("Quarantine")}
    titles |= {"queued": _("Unsent"), "failed": _("Failed")}
    output.emit_one({**counts, **outbox}, titles, False)
    _list(_("Worker"), workers, {"host": _("Host"), "last_seen": _("Last contact")}, _("No worker runs."))
    _list(_("Channel"), channels, {"kind": _("Kind"), "last_contact": _("Last contact"), "error": _("Error")}, "")


def _counts(desk: "Desk", tz: tzinfo) -> dict[str, int]:
    """Exact, unlike the console's, which stop at a number nobody reads."""
    from supportdesk.desk import queue
    from supportdesk.domain.query import parse

    queries = {view.key: view.query for view in BUILTIN}
    return {key: queue.count(desk, parse(queries[key]), tz=tz) for key in VIEWS}


def _list(name: str, rows: Sequence[Mapping[str, object]], titles: Mapping[str, str], empty: str) -> None:
    if rows or empty:
        output.line("")
        columns = [Column("name", name), *(Column(key, title, folds=key == "error") for key, title in titles.items())]
        output.emit(rows, columns, False, empty=empty)
