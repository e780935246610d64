"""What came in and could not or should not become a ticket: why, the raw bytes, and another try."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from supportdesk.domain.channel import InboxRow, InboxStatus
from supportdesk.domain.errors import DeskError
from supportdesk.domain.safe import safe_text
from supportdesk.i18n import N_, _
from supportdesk.screens.changes import Done
from supportdesk.screens.posts import LIMIT, PostsScreen
from supportdesk.widgets.words import cause_name, shown_size, shown_time, small

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.event import Receipt


class QuarantineScreen(PostsScreen[InboxRow]):
    """Held back, each with its cause."""

    CONTEXT = "quarantine"
    LINES = 3

    def __init__(self) -> None:
        super().__init__(_("QUARANTINE"), _("Nothing is held back: all that came in became tickets."))

    def read(self, desk: "Desk") -> Sequence[InboxRow]:
        from supportdesk.desk import quarantine

        return quarantine.inbox(desk, status=InboxStatus.QUARANTINE, limit=LIMIT)

    def ticket_of(self, thing: InboxRow) -> int | None:
        return thing.ticket

    def draw(self, thing: InboxRow, width: int) -> Sequence[Content]:
        at = shown_time(thing.received_at, self.console.now())
        facts = f"    {at}  {thing.channel}  {shown_size(thing.size)}  {thing.external_id}"
        return [
            Content.assemble((thing.subject or _("(no subject)"), "bold"), (f"  {thing.sender}", "$text-muted")),
            Content.assemble(
                "    ", (cause_name(thing.cause), "$warning"), (f"  {thing.error and _(thing.error)}", "$text-muted")
            ),
            Content.styled(facts, "$text-muted"),
        ]

    async def action_open(self) -> None:
        self.action_headers()

    def action_headers(self) -> None:
        """The bytes as they came, made harmless."""
        if self.rows.chosen is not None:
            self.run_worker(self._show_raw(self.rows.chosen), group="raw", exclusive=True, exit_on_error=False)

    def action_retry(self) -> None:
        self.act(N_("Try again"), _retry)

    def action_discard(self) -> None:
        self.act(N_("Discard"), _discard)

    def action_ticket(self) -> None:
        """Open a ticket of whatever can be read of it."""
        if self.rows.chosen is not None:
            self.run_worker(self._made_ticket(self.rows.chosen), group="verbs", exit_on_error=False)

    def action_undo(self) -> None:
        self.run_worker(self._undone(), group="verbs", exit_on_error=False)

    async def _made_ticket(self, row: InboxRow) -> None:
        from supportdesk.desk import rescue

        desk = await self.console.opened()
        try:
            async with self.console.verbs:
                receipt = await asyncio.to_thread(rescue.make_ticket, desk, row.id)
        except DeskError as error:
            self.tell_error(error)
        else:
            self.tell(_("It is ticket #{number} now.").format(number=receipt.created))
            self.console.done = Done(N_("Make a ticket of it"), tuple(receipt.versions))
        self.reload()
        self.refresh_footer()

    async def _undone(self) -> None:
        from supportdesk.desk import undo

        desk = await self.console.opened()
        try:
            async with self.console.verbs:
                await asyncio.to_thread(undo.undo, desk)
        except DeskError as error:
            self.tell_error(error)
            return
        if done := self.console.done:
            self.tell(_("Undone: {verb}.").format(verb=small(_(done.title))))
        self.console.done = None
        self.reload()
        self.refresh_footer()

    async def _show_raw(self, row: InboxRow) -> None:
        from supportdesk.desk import quarantine
        from supportdesk.screens.reading import ReadingScreen

        desk = await self.console.opened()
        try:
            raw = await asyncio.to_thread(quarantine.raw, desk, row.id)
        except DeskError as error:
            self.tell_error(error)
            return
        text = safe_text(raw.decode("utf-8", "backslashreplace"))
        title = _("As received: {subject}, {size}").format(subject=row.subject, size=shown_size(len(raw)))
        await self.app.push_screen(ReadingScreen(title, text))


def _retry(desk: "Desk", row: InboxRow) -> "Receipt":
    from supportdesk.desk import quarantine

    return quarantine.retry(desk, row.id)


def _discard(desk: "Desk", row: InboxRow) -> "Receipt":
    from supportdesk.desk import quarantine

    return quarantine.discard(desk, row.id)
