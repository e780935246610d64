"""``supportdesk events``: every recorded change as one JSON object a line, as it happens."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from supportdesk.commands import forms, output
from supportdesk.commands.options import limited, with_system_desk
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk

BEGINNING = "0:0"
PATIENCE = 60.0  # seconds of one wait; another one follows


@click.command(help=_("Print the changes since CURSOR, oldest first, as one JSON object a line."))
@click.option(
    "--since", metavar="CURSOR", help=_("The “cursor” of the last change you know; by default from the first.")
)
@click.option("--follow", is_flag=True, help=_("Then wait for more; without --since, begin now."))
@limited(0)
@with_system_desk
def events(desk: "Desk", since: str | None, follow: bool, limit: int) -> None:
    output.ndjson(_events(desk, since, follow, limit))


def _events(desk: "Desk", since: str | None, follow: bool, limit: int) -> Iterator[forms.Json]:
    from supportdesk.desk.feed import Feed

    feed = Feed(desk, since if since is not None or follow else BEGINNING)
    left = limit
    try:
        while left > 0:
            found = feed.wait(PATIENCE if follow else 0)[:left]
            yield from map(forms.event, found)
            left -= len(found)
            if not found and not follow:
                return
    finally:
        feed.close()
