"""``supportdesk canned``: replies written once."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supportdesk.commands import output
from supportdesk.commands.arguments import NUMBER, PIPED, bytes_of, piped, said, text_argument
from supportdesk.commands.canned_files import FORMATS, SUFFIXES, TOML, read, written
from supportdesk.commands.options import json_option, limit_option, with_reading_desk
from supportdesk.commands.output import Column
from supportdesk.commands.view import check_personal, personal_option
from supportdesk.domain.errors import DeskError, Invalid
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.canned import CannedReply

language_option = click.option("--language", metavar="CODE", default="", help=_("Such as ko or en."))


@click.group(help=_("List, show, add, change and remove canned replies."))
def canned() -> None:
    pass


@canned.command("list", help=_("List the canned replies you may use, most used first."))
@limit_option
@json_option
@with_reading_desk
def list_replies(desk: "Desk", limit: int, as_json: bool) -> None:
    from supportdesk.desk import canned as replies

    columns = [
        Column("shortcut", _("Shortcut")),
        Column("title", _("Title"), folds=True),
        Column("language", _("Language")),
        Column("team", _("Team")),
        Column("owner", _("Owner")),
        Column("used", _("Used"), right=True),
    ]
    output.emit(map(_json, replies.canned(desk)[:limit]), columns, as_json, empty=_("No canned replies."))


@canned.command(help=_("Show a canned reply; with --ticket, as it would be filled in there."))
@click.argument("shortcut")
@click.option("--ticket", metavar="N", type=NUMBER, help=_("Fill in the customer of this ticket."))
@json_option
@with_reading_desk
def show(desk: "Desk", shortcut: str, ticket: int | None, as_json: bool) -> None:
    from supportdesk.desk import canned as replies

    found = replies.get(desk, shortcut)
    row = _json(found)
    if ticket is not None:
        row["text"] = replies.render(desk, found, ticket)
    if as_json:
        output.ndjson([row])
        return
    titles = {"shortcut": _("Shortcut"), "title": _("Title"), "language": _("Language"), "team": _("Team")}
    output.emit_one(row, titles, False)
    output.line("")
    output.line(str(row["text"]))


@canned.command(help=_("Add a canned reply; the text is an argument, or piped in."))
@click.argument("shortcut")
@text_argument
@click.option("--title", metavar="TITLE", default="", help=_("By default the shortcut."))
@language_option
@click.option("--team", metavar="TEAM", default="", help=_("The team it belongs to; by default everybody."))
@personal_option
@with_reading_desk
def add(desk: "Desk", shortcut: str, text: str | None, title: str, language: str, team: str, personal: bool) -> None:
    from supportdesk.desk import canned as replies

    check_personal(desk, personal)
    replies.add(desk, shortcut, title, said(text), language=language, team=team, personal=personal)


@canned.command(help=_("Change a canned reply; what is not given stays."))
@click.argument("shortcut")
@click.option("--shortcut", "new_shortcut", metavar="SHORTCUT", help=_("The new shortcut."))
@click.option("--title", metavar="TITLE", help=_("The new title."))
@click.option("--language", metavar="CODE", help=_("Such as ko or en."))
@click.option("--text", metavar="TEXT", help=_("The new text; - reads it from a pipe."))
@with_reading_desk
def edit(
    desk: "Desk", shortcut: str, new_shortcut: str | None, title: str | None, language: str | None, text: str | None
) -> None:
    from supportdesk.desk import canned as replies

    new = {"shortcut": new_shortcut, "title": title, "language": language, "text": said(text) if text else text}
    values = {name: value for name, value in new.items() if value is not None}
    found = replies.get(desk, shortcut)
    if values:
        replies.edit(desk, found.id, **values)


@canned.command(help=_("Remove a canned reply."))
@click.argument("shortcut")
@with_reading_desk
def remove(desk: "Desk", shortcut: str) -> None:
    from supportdesk.desk import canned as replies

    replies.remove(desk, replies.get(desk, shortcut).id)


@canned.command("import", help=_("Add or replace canned replies from files, by shortcut and language."))
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option("--format", type=click.Choice(FORMATS), help=_("By default as the file is called; TOML from a pipe."))
@json_option
@with_reading_desk
def import_(desk: "Desk", files: Sequence[str], format: str | None, as_json: bool) -> None:
    from supportdesk.desk import canned as replies

    found = [reply for file in files for reply in _read(file, format)]
    added, replaced = replies.import_(desk, found)
    if as_json:
        output.ndjson([{"added": added, "replaced": replaced}])
    else:
        output.line(_("{added} added, {replaced} replaced.").format(added=added, replaced=replaced))


@canned.command(help=_("Write everybody's canned replies to FILE, or to stdout."))
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--format", type=click.Choice(FORMATS), help=_("By default as the file is called, else TOML."))
@with_reading_desk
def export(desk: "Desk", file: Path | None, format: str | None) -> None:
    from supportdesk.desk import canned as replies

    shared = sorted(
        (reply for reply in replies.canned(desk) if not reply.owner), key=lambda each: (each.shortcut, each.language)
    )
    text = written(shared, format or (SUFFIXES.get(file.suffix.lower(), TOML) if file else TOML))
    if file is None or str(file) == PIPED:
        output.raw(text.encode())
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DeskError(
            "The file {file} cannot be written: {reason}.", file=file, reason=error.strerror or error
        ) from None


def _read(file: str, format: str | None) -> "tuple[CannedReply, ...]":
    path = Path(file)
    chosen = format or (TOML if file == PIPED else SUFFIXES.get(path.suffix.lower()))
    if chosen is None:
        raise Invalid("What is in {file}?", hint="Say --format toml or --format markdown.", file=file)
    try:
        text = (piped() if file == PIPED else bytes_of(path)).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("{file} is not UTF-8.", hint="Convert it, for example with iconv.", file=file) from None
    return read(text, chosen, file)


def _json(found: "CannedReply") -> dict[str, object]:
    return {
        "id": found.id,
        "shortcut": found.shortcut,
        "title": found.title,
        "language": found.language,
        "team": found.team or None,
        "owner": found.owner or None,
        "used": found.used,
        "text": found.text,
    }
