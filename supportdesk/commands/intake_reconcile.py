"""Whether every mail on the servers is on the desk: counted, and each one named that is not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from supportdesk.commands import forms, output
from supportdesk.commands.options import json_option, with_system_desk
from supportdesk.commands.output import Column
from supportdesk.domain.errors import DeskError
from supportdesk.i18n import _, ngettext, sentence

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.channel import Channel, Standing

NAMED = 20
"""UIDs a sentence names at most; the table and the JSON name all."""


@click.command(
    help=_("Compare every folder with the desk: mails on the server = stored + quarantined + skipped. Takes nothing.")
)
@click.option("--channel", metavar="NAME", default="", help=_("Only this channel."))
@json_option
@with_system_desk
def reconcile(desk: "Desk", channel: str, as_json: bool) -> None:
    """A mailbox that cannot be reached does not keep the others from being looked at; its trouble is told last."""
    found, trouble = _standings(desk, channel)
    if trouble is not None and not found and not as_json:
        raise trouble
    columns = [
        Column("channel", _("Channel")),
        Column("folder", _("Folder"), folds=True),
        Column("on_server", _("On the server"), right=True),
        Column("stored", _("Stored"), right=True),
        Column("quarantined", _("Quarantined"), right=True),
        Column("skipped", _("Skipped"), right=True),
        Column("reasons", _("Why skipped"), folds=True, from_width=110),
        Column("gone", _("Gone from the server"), right=True, from_width=100),
        Column("unknown", _("Unknown UIDs"), folds=True),
    ]
    output.emit(map(forms.standing, found), columns, as_json, empty=_("There is no mailbox to compare with."))
    output.flush()
    missing = [each for each in found if each.unknown]
    if trouble is not None and not missing:
        raise trouble
    if trouble is not None:
        output.say(sentence(trouble))
    _refuse_unknown(missing)


def _standings(desk: "Desk", name: str) -> "tuple[list[Standing], DeskError | None]":
    from supportdesk.desk import channels
    from supportdesk.workers import reconcile as looking

    chosen: Sequence[Channel] = (channels.channel(desk, name),) if name else channels.channels(desk)
    found: list[Standing] = []
    trouble: DeskError | None = None
    for each in chosen:
        try:
            found += looking.reconcile(desk, each)
        except DeskError as error:
            trouble = trouble or error
    return found, trouble


def _refuse_unknown(missing: "list[Standing]") -> None:
    if not missing:
        return
    count = sum(len(each.unknown) for each in missing)
    told = ngettext(
        "{count} mail on the server is not on the desk: {which}.",
        "{count} mails on the servers are not on the desk: {which}.",
        count,
    )
    raise DeskError(
        told,
        hint="Fetch what is missing with: supportdesk worker --once; then compare once more.",
        count=count, which="; ".join(_named(each) for each in missing),
    )  # fmt: skip


def _named(standing: "Standing") -> str:
    uids = [str(uid) for uid in standing.unknown[:NAMED]] + (["…"] if len(standing.unknown) > NAMED else [])
    return f"{standing.channel} {standing.folder} UID {', '.join(uids)}"
