"""``supportdesk customer``: one person across channels."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supportdesk.commands import forms, output
from supportdesk.commands.arguments import NUMBER
from supportdesk.commands.customer_files import FORMATS, identity, records
from supportdesk.commands.options import json_option, limit_option, limited, with_desk, with_reading_desk
from supportdesk.commands.output import Column
from supportdesk.domain.errors import Invalid
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.customer import Customer, Identity


@click.group(help=_("Find, show, change, merge and import customers."))
def customer() -> None:
    pass


@customer.command("list", help=_("List customers whose name or identities contain every WORD, newest first."))
@click.argument("words", metavar="[WORD]…", nargs=-1)
@limit_option
@json_option
@with_reading_desk
def list_customers(desk: "Desk", words: tuple[str, ...], limit: int, as_json: bool) -> None:
    from supportdesk.desk import customers

    found = customers.find(desk, " ".join(words), limit)
    columns = [
        Column("id", _("Id"), right=True),
        Column("name", _("Name"), folds=True),
        Column("grade", _("Grade"), from_width=50),
        Column("organization", _("Organization"), folds=True, from_width=90),
        Column("identities", _("Known as"), folds=True),
        Column("tickets", _("Tickets"), right=True, from_width=60),
    ]
    rows = map(forms.customer if as_json else _row, found)
    output.emit(rows, columns, as_json, empty=_("No customers."))


@customer.command(help=_("Show a customer with every contact on any channel."))
@click.argument("id", type=NUMBER)
@limited(100)
@json_option
@with_reading_desk
def show(desk: "Desk", id: int, limit: int, as_json: bool) -> None:
    from supportdesk.desk import customers

    found = customers.customer(desk, id)
    history = customers.history(desk, id, limit)
    if as_json:
        output.ndjson([forms.customer(found, history)])
        return
    titles = {
        "id": _("Id"),
        "name": _("Name"),
        "grade": _("Grade"),
        "organization": _("Organization"),
        "language": _("Language"),
        "identities": _("Known as"),
        "attributes": _("Attributes"),
        "orders": _("Orders"),
    }
    titles |= {"merged_into": _("Merged into")} if found.merged_into else {}
    output.emit_one(_row(found), titles, False)
    output.line("")
    columns = [
        Column("number", "#", right=True),
        Column("at", _("At"), from_width=70),
        Column("channel", _("Channel"), from_width=60),
        Column("state", _("State")),
        Column("subject", _("Subject"), folds=True),
    ]
    output.emit(map(forms.contact, history), columns, False, empty=_("No tickets."))


@customer.command(help=_("Change a customer; what is not given stays."))
@click.argument("id", type=NUMBER)
@click.option("--name", metavar="NAME", help=_("The new name."))
@click.option("--grade", metavar="GRADE", help=_("Such as VIP; “” for none."))
@click.option("--language", metavar="CODE", help=_("Such as ko or en."))
@click.option("--organization", metavar="NAME", help=_("“” for none."))
@click.option("--add", "added", metavar="KIND:VALUE", multiple=True, help=_("An identity: email:kim@example.com."))
@click.option("--remove", "removed", metavar="KIND:VALUE", multiple=True, help=_("An identity that is not theirs."))
@click.option("--set", "attributes", metavar="KEY=VALUE", multiple=True, help=_("An attribute; empty removes it."))
@with_desk
def edit(
    desk: "Desk", id: int, name: str | None, grade: str | None, language: str | None, organization: str | None,
    added: tuple[str, ...], removed: tuple[str, ...], attributes: tuple[str, ...],
) -> None:  # fmt: skip
    from supportdesk.desk import customers

    known = customers.customer(desk, id).identities
    customers.edit(
        desk, id, name=name, grade=grade, language=language, organization=organization,
        identities=_identities(known, added, removed) if added or removed else None,
        attributes=dict(map(_attribute, attributes)) if attributes else None,
    )  # fmt: skip


@customer.command(help=_("Make two customers one: SOURCE becomes part of INTO."))
@click.argument("source", type=NUMBER)
@click.argument("into", type=NUMBER)
@with_desk
def merge(desk: "Desk", source: int, into: int) -> None:
    from supportdesk.desk import customers

    customers.merge(desk, source, into)


@customer.command(help=_("Take the merge of SOURCE back: identities and tickets return."))
@click.argument("source", type=NUMBER)
@with_desk
def unmerge(desk: "Desk", source: int) -> None:
    from supportdesk.desk import customers

    customers.unmerge(desk, source)


@customer.command("import", help=_("Add or change customers from FILE (CSV, or JSON as “customer list” prints it)."))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", type=click.Choice(FORMATS), help=_("By default as the file is called; CSV from a pipe (-)."))
@json_option
@with_desk
def import_(desk: "Desk", file: Path, format: str | None, as_json: bool) -> None:
    from supportdesk.desk import customer_import

    found = records(file, format)
    added = changed = 0
    with output.progress(_("Customers"), len(found)) as advance:
        for new, known in customer_import.import_(desk, found):
            added, changed = added + new, changed + known
            advance(new + known)
    if as_json:
        output.ndjson([{"added": added, "changed": changed}])
    else:
        output.line(_("{added} added, {changed} changed.").format(added=added, changed=changed))


def _identities(known: "Sequence[Identity]", added: Sequence[str], removed: Sequence[str]) -> "list[Identity]":
    gone = [identity(text) for text in removed]
    for each in gone:
        if each not in known:
            raise Invalid("The customer is not known as {value}.", value=f"{each.kind}:{each.value}")
    kept = [each for each in known if each not in gone]
    return list(dict.fromkeys([*kept, *map(identity, added)]))


def _attribute(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (equals and key.strip()):
        raise Invalid('"{text}" is not an attribute.', hint="Write --set birthday=05-01.", text=text)
    return key.strip(), value.strip()


def _row(found: "Customer") -> forms.Json:
    known_as = ", ".join(f"{each.kind}:{each.value}" for each in found.identities)
    return {**forms.customer(found), "identities": known_as}
