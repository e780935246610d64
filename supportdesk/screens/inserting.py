"""Canned replies beside the text: asked for, filled in for this customer, inserted and counted."""

import asyncio

from textual import work

from supportdesk.domain.canned import CannedReply
from supportdesk.domain.errors import DeskError
from supportdesk.screens.answering import Answering
from supportdesk.widgets.canned_pane import CannedPane
from supportdesk.widgets.composer import ComposerText


class Inserting(Answering):
    """The part of the ticket screen that opens the canned replies."""

    def __init__(self) -> None:
        super().__init__()
        self.canned_pane = CannedPane(self._render_canned, id="canned")

    def action_canned(self) -> None:
        """Canned replies beside the text; asked for while reading, the reply opens first."""
        if not self.composer.is_open:
            self.action_reply()
        self.add_class("canning")
        self.canned_pane.open()
        self._load_canned()

    @work(exclusive=True, group="canned", exit_on_error=False)
    async def _load_canned(self) -> None:
        from supportdesk.desk import canned

        desk = await self.console.opened()
        try:
            replies = await asyncio.to_thread(canned.canned, desk)
        except DeskError as error:
            self.tell_error(error)
            return
        self.canned_pane.show(replies, self.page.customer.language if self.page else "")

    async def _render_canned(self, reply: CannedReply) -> str:
        from supportdesk.desk import canned

        desk = await self.console.opened()
        return await asyncio.to_thread(canned.render, desk, reply, self.number)

    def on_composer_text_canned_asked(self, event: ComposerText.CannedAsked) -> None:
        event.stop()
        self.action_canned()

    async def on_canned_pane_inserted(self, event: CannedPane.Inserted) -> None:
        event.stop()
        from supportdesk.desk import canned

        self._close_canned()
        self.composer.insert(event.text)
        desk = await self.console.opened()
        await asyncio.to_thread(canned.used, desk, event.reply.id)

    def on_canned_pane_left(self, event: CannedPane.Left) -> None:
        event.stop()
        self._close_canned()

    def _close_canned(self) -> None:
        self.remove_class("canning")
        self.canned_pane.close()
        self.set_focus(self.composer.area)
