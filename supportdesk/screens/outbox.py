"""What has not left the desk yet, and what could not: recall it, try it again, open its ticket."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from supportdesk.domain.channel import OutboxRow, OutboxStatus
from supportdesk.i18n import N_, _
from supportdesk.screens.posts import LIMIT, PostsScreen
from supportdesk.widgets.words import shown_time

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.event import Receipt

NAMES = {
    OutboxStatus.QUEUED: N_("queued"), OutboxStatus.SENDING: N_("sending"), OutboxStatus.SENT: N_("sent"),
    OutboxStatus.FAILED: N_("failed"), OutboxStatus.RECALLED: N_("recalled"),
}  # fmt: skip
WAITING = (OutboxStatus.FAILED, OutboxStatus.SENDING, OutboxStatus.QUEUED)
"""What is shown, the failed first: an agent has to decide about those."""


class OutboxScreen(PostsScreen[OutboxRow]):
    """Unsent messages."""

    CONTEXT = "outbox"

    def __init__(self) -> None:
        super().__init__(_("OUTBOX"), _("Everything has been sent."))

    def read(self, desk: "Desk") -> Sequence[OutboxRow]:
        from supportdesk.desk import outgoing

        return [row for status in WAITING for row in outgoing.outbox(desk, status=status, limit=LIMIT)]

    def ticket_of(self, thing: OutboxRow) -> int | None:
        return thing.ticket

    def draw(self, thing: OutboxRow, width: int) -> Sequence[Content]:
        failed = thing.status is OutboxStatus.FAILED
        state = Content.styled(_(NAMES[thing.status]), "bold $error" if failed else "$accent")
        to = ", ".join(thing.to)
        head = Content.assemble(state, f"  #{thing.ticket}  {thing.subject}", (f"  {to}", "$text-muted"))
        due = _("not before {time}").format(time=shown_time(thing.not_before, self.console.now()))
        detail = thing.error or due
        if thing.tries:
            detail = f"{detail}  {_('tried {n} times').format(n=thing.tries)}"
        return [head, Content.styled(f"    {thing.channel}  {detail}", "$text-muted")]

    def action_recall(self) -> None:
        self.act(N_("Recall"), _recall)

    def action_retry(self) -> None:
        self.act(N_("Try again"), _retry)


def _recall(desk: "Desk", row: OutboxRow) -> "Receipt":
    from supportdesk.desk import outgoing

    return outgoing.recall(desk, row.id)


def _retry(desk: "Desk", row: OutboxRow) -> "Receipt":
    from supportdesk.desk import outgoing

    return outgoing.retry(desk, row.id)
