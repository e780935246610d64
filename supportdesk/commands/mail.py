"""``supportdesk mail``: what the desk understands of a mail, for scripts and for finding out why."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supportdesk.commands import output
from supportdesk.domain.errors import DeskError
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.domain.mail.message import Mail
    from supportdesk.domain.message import Address

Json = dict[str, object]


@click.group("mail", help=_("Look at mails the way the desk does."))
def group() -> None:
    pass


@group.command("parse", help=_("Print each FILE, a mail as received, as one JSON object on one line."))
@click.option(
    "as_",
    "--as",
    type=click.Choice(["text", "html"]),
    help=_("The files are bare bodies of that kind, without headers."),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def parse(as_: str | None, files: tuple[Path, ...]) -> None:
    read = 0

    def answers() -> Iterator[Json]:
        nonlocal read
        for file in files:
            try:
                answer = _mail(file) if as_ is None else _body(file, as_)
                read += 1
            except OSError as error:
                answer = {"file": str(file), "error": error.strerror or str(error)}
            yield answer

    output.ndjson(answers())
    if not read:
        raise DeskError("None of the files could be read.", hint="Name files that hold one mail each.")


def _mail(file: Path) -> Json:
    from supportdesk.domain.mail.parse import parse_mail

    return {"file": str(file), **mail_json(parse_mail(file.read_bytes()))}


def _body(file: Path, as_: str) -> Json:
    from supportdesk.domain.mail.parse import parse_body

    text, reply_text = parse_body(file.read_bytes(), html=as_ == "html")
    return {"file": str(file), "text": text, "reply_text": reply_text}


def mail_json(mail: "Mail") -> Json:
    """A mail with the keys of the command line's contract."""
    bounce = mail.bounce
    return {
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "date": output.utc(mail.date) if mail.date else None,
        "from": _address(mail.from_),
        "reply_to": _address(mail.reply_to[0]) if mail.reply_to else None,
        "to": [_address(address) for address in mail.to],
        "cc": [_address(address) for address in mail.cc],
        "subject": mail.subject,
        "kind": mail.kind.value,
        "bounce": {"hard": bounce.hard, "status": bounce.status, "recipient": bounce.recipient} if bounce else None,
        "text": mail.text,
        "reply_text": mail.reply_text,
        "html": mail.html,
        "attachments": [
            {"filename": file.filename, "content_type": file.content_type, "size": file.size, "inline": file.inline}
            for file in mail.attachments
        ],
        "defects": list(mail.defects),
    }


def _address(address: "Address") -> Json:
    return {"name": address.name, "address": address.address}
