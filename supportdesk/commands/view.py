"""``supportdesk view``: saved queries."""

from typing import TYPE_CHECKING

import click

from supportdesk.commands import output
from supportdesk.commands.options import chosen_config, json_option, limit_option, with_reading_desk
from supportdesk.commands.output import Column
from supportdesk.commands.times import zone
from supportdesk.domain.errors import Invalid
from supportdesk.domain.event import ActorKind
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.view import View

personal_option = click.option("--personal", is_flag=True, help=_("For the acting agent alone."))


def check_personal(desk: "Desk", personal: bool) -> None:
    """Raise Invalid where something is to be one agent's own and no agent acts."""
    if personal and desk.actor.kind is not ActorKind.AGENT:
        raise Invalid("Whose own is it?", hint="Say who you are with: --agent LOGIN")


@click.group(help=_("List, add, change and remove views."))
def view() -> None:
    pass


@view.command("list", help=_("List the built-in views, everybody's and your own."))
@limit_option
@json_option
@with_reading_desk
def list_views(desk: "Desk", limit: int, as_json: bool) -> None:
    from supportdesk.desk import views

    columns = [
        Column("key", _("Key")),
        Column("name", _("Name"), folds=True),
        Column("query", _("Query"), folds=True),
        Column("sort", _("Sort")),
        Column("builtin", _("Built in")),
    ]
    output.emit(map(_json, views.views(desk)[:limit]), columns, as_json)


@view.command(help=_("Show a view and how many tickets it holds."))
@click.argument("key")
@json_option
@with_reading_desk
def show(desk: "Desk", key: str, as_json: bool) -> None:
    from supportdesk.desk import queue, views
    from supportdesk.domain.query import parse

    found = views.view(desk, key)
    count = queue.count(desk, parse(found.query), tz=zone(chosen_config().timezone))
    titles = {
        "key": _("Key"),
        "name": _("Name"),
        "query": _("Query"),
        "sort": _("Sort"),
        "builtin": _("Built in"),
        "tickets": _("Tickets"),
    }
    output.emit_one({**_json(found), "tickets": count}, titles, as_json)


@view.command(help=_("Save a query as a view; sort:-updated in it sets the order."))
@click.argument("key")
@click.option("--query", metavar="Q", required=True, help=_("Conditions and words, as in the console's search."))
@click.option("--name", metavar="NAME", default="", help=_("As it is shown; by default the key."))
@personal_option
@with_reading_desk
def add(desk: "Desk", key: str, query: str, name: str, personal: bool) -> None:
    from supportdesk.desk import views

    check_personal(desk, personal)
    views.add(desk, key, name, query, personal=personal)


@view.command(help=_("Change a view; what is not given stays."))
@click.argument("key")
@click.option("--query", metavar="Q", help=_("Conditions and words, as in the console's search."))
@click.option("--name", metavar="NAME", help=_("As it is shown."))
@with_reading_desk
def edit(desk: "Desk", key: str, query: str | None, name: str | None) -> None:
    from supportdesk.desk import views

    views.edit(desk, key, name=name, query=query)


@view.command(help=_("Remove a view."))
@click.argument("key")
@with_reading_desk
def remove(desk: "Desk", key: str) -> None:
    from supportdesk.desk import views

    views.remove(desk, key)


def _json(found: "View") -> dict[str, object]:
    return {
        "key": found.key,
        "name": _(found.name) if found.builtin else found.name,
        "query": found.query,
        "sort": str(found.sort),
        "builtin": found.builtin,
    }
