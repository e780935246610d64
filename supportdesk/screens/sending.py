"""From the send sheet to the desk: one call in a thread, with the files read there."""

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING

from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Invalid
from supportdesk.i18n import N_

if TYPE_CHECKING:
    from supportdesk.desk.conversation import NewFile
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.event import Receipt
    from supportdesk.screens.send_sheet import Sending


def send(desk: "Desk", sending: "Sending") -> "Receipt":
    """Reply, note or forward. Raises ``Conflict`` if something arrived that the author has not seen, ``Invalid``."""
    from supportdesk.desk import conversation

    answer = sending.answer
    files = tuple(_read(path) for path in answer.files)
    if answer.kind is DraftKind.NOTE:
        return conversation.note(desk, answer.number, answer.text, files)
    if answer.kind is DraftKind.FORWARD:
        return conversation.forward(desk, answer.number, sending.to, answer.text, files)
    reply = conversation.Reply(
        answer.text, to=sending.to, cc=sending.cc, files=files, then=sending.then,
        snooze_until=sending.snooze_until, send_at=sending.send_at,
    )  # fmt: skip
    return conversation.reply(desk, answer.number, reply, seen=answer.seen)


def _read(path: Path) -> "NewFile":
    from supportdesk.desk.conversation import NewFile

    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise Invalid(N_("{path} cannot be attached: {reason}."), path=path, reason=reason) from error
    return NewFile(path.name, mimetypes.guess_type(path.name)[0] or "application/octet-stream", data)
