"""A message as it is quoted in an answer, and as it is passed on."""

from supportdesk.domain.message import Direction, Message
from supportdesk.i18n import _
from supportdesk.widgets.message_view import parts_of


def quoted(message: Message) -> str:
    """What its author said, without what they quoted."""
    head = _("{author} wrote:").format(author=message.author)
    lines = "\n".join(f"> {line}".rstrip() for line in parts_of(message).own.splitlines())
    return f"{head}\n{lines}\n\n"


def forwarded(message: Message) -> str:
    """Who wrote it, and all of it, below an empty line to write in."""
    said = _("note") if message.direction is Direction.NOTE else message.subject
    head = _("---------- Forwarded message ----------")
    return f"\n\n{head}\n{message.author}: {said}\n\n{message.text}\n"
