"""``supportdesk migrate``: the store at the schema this program needs."""

import click

from supportdesk.commands import output
from supportdesk.commands.options import chosen_config
from supportdesk.config import shown_url
from supportdesk.i18n import _


@click.command(help=_("Bring the store up to date; an empty one becomes a desk."))
@click.option("--check", is_flag=True, help=_("Change nothing; say whether it is up to date (exit code 5 if not)."))
def migrate(check: bool) -> None:
    from supportdesk.store.revision import HEAD

    url = chosen_config().store
    if check:
        from supportdesk.store.driver import driver_reader

        with driver_reader(url):  # opening it compares the schema
            output.line(_("The store {url} is up to date (schema {head}).").format(url=shown_url(url), head=HEAD))
        return
    from supportdesk.desk.founding import make_desk

    make_desk(url).close()
    output.line(_("The store {url} is at schema {head}.").format(url=shown_url(url), head=HEAD))
