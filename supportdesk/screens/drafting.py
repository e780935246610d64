"""Writing on a ticket: the composer opens at once, and its text is kept whatever happens."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual.dom import DOMNode
from textual.events import Key
from textual.widgets import Input

from supportdesk.domain.draft import Draft, DraftKind
from supportdesk.domain.errors import DeskError
from supportdesk.domain.people import Presence
from supportdesk.i18n import _, sentence
from supportdesk.keymap import Action
from supportdesk.screens.quoting import forwarded, quoted
from supportdesk.screens.status_line import StatusLine
from supportdesk.screens.verbs import TicketVerbs
from supportdesk.widgets.composer import Composer, ComposerText, Mode
from supportdesk.widgets.conversation import Conversation
from supportdesk.widgets.draft_keeper import SAVE_EVERY, DraftKeeper, Written, written_of
from supportdesk.widgets.draft_keeper import Key as DraftKey
from supportdesk.widgets.recipients import described
from supportdesk.widgets.words import shown_time

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.desk.tickets import TicketPage

OPENED_BY = {
    DraftKind.REPLY: "ticket.reply",
    DraftKind.NOTE: "ticket.note",
    DraftKind.FORWARD: "ticket.forward",
}
"""Kinds of drafts on a ticket, and the action that goes on with each."""


class Drafting(StatusLine[None], TicketVerbs[None]):
    """The part of the ticket screen that holds what is written. ``number`` and ``page`` belong to the reading part."""

    number: int
    page: "TicketPage | None" = None
    open_desk: "Desk | None" = None
    present: tuple[Presence, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.keeper = DraftKeeper(lambda: self.open_desk)
        self.composer = Composer(id="composer")
        self.conversation = Conversation(id="conversation", clock=self.local_now)
        self.files: dict[DraftKey, tuple[Path, ...]] = {}
        self.begun_as_note: set[int] = set()

    def writing_changed(self) -> None:
        """The agent began or stopped writing: colleagues want to know."""

    def begin_keeping(self) -> None:
        """From now on what is typed is saved."""
        self.set_interval(SAVE_EVERY, self.save_drafts)

    @property
    def draft_key(self) -> DraftKey:
        """Which draft the composer shows."""
        return self.number, self.composer.mode.kind

    def action_reply(self) -> None:
        self.open_composer(Mode(DraftKind.REPLY))

    def action_reply_sender(self) -> None:
        self.open_composer(Mode(DraftKind.REPLY, all=False))

    def action_note(self) -> None:
        self.open_composer(Mode(DraftKind.NOTE))

    def action_forward(self) -> None:
        self.open_composer(Mode(DraftKind.FORWARD))

    def open_composer(self, mode: Mode) -> None:
        """Open it now, with what is kept of that kind: the next key pressed is text."""
        self.hold_text()
        self.remove_class("history-open")  # on a narrow terminal it stands where the text will be
        written = self.keeper.written(self.number, mode.kind)
        text = written.text if written else ""
        if not text and mode.kind is DraftKind.FORWARD and self.conversation.current_message:
            text = forwarded(self.conversation.current_message)
        self.composer.open(mode, text)
        self.add_class("composing")
        self.show_draft_status()
        self.show_recipients()
        self.writing_changed()

    def rest_composer(self) -> None:
        """Close the composer; a kept draft stays visible as one line."""
        self.hold_text()
        self.remove_class("composing")
        for kind, action in OPENED_BY.items():
            written = self.keeper.written(self.number, kind)
            if written and written.text.strip():
                key = next(iter(self.console.keymap.keys_for(action)), "")
                first = next(line for line in written.text.splitlines() if line.strip())
                status = _("draft kept, {key} goes on: {text}").format(key=key, text=first.strip())
                self.composer.rest(Mode(kind), status)
                return
        self.composer.close()

    def hold_text(self) -> None:
        """The keeper has the text as it stands in the composer."""
        if not self.composer.is_open:
            return
        known, text = self.keeper.written(*self.draft_key), self.composer.text
        if (known.text if known else "") == text:
            return
        if known and known.text.strip():
            self.keeper.hold(replace(known, text=text))
        else:
            self.keeper.hold(Written(*self.draft_key, text, self.last_seen()))
        self.show_draft_status()

    def restore_drafts(self, drafts: tuple[Draft, ...]) -> None:
        """What the store has of this agent's drafts joins what has been typed here since."""
        self.hold_text()
        for draft in drafts:
            if draft.agent != self.console.me:
                continue
            now = self.keeper.meet(written_of(draft))
            if self.composer.is_open and self.draft_key == now.key and self.composer.text != now.text:
                self.composer.fill(now.text)
        self.keeper.met(self.number)
        if not self.composer.is_open:
            self.rest_composer()

    async def save_drafts(self) -> None:
        if not self.keeper.is_saved:
            await self.keeper.save()
            self.show_draft_status()

    def save_soon(self) -> None:
        self.run_worker(self.save_drafts(), group="drafts", exit_on_error=False)

    def save_drafts_now(self) -> None:
        """Before the terminal or the process may be gone."""
        self.hold_text()
        self.keeper.save_now()

    def on_composer_edited(self, event: Composer.Edited) -> None:
        event.stop()
        self.hold_text()

    def on_composer_left(self, event: Composer.Left) -> None:
        event.stop()
        self.save_soon()

    def action_keep(self) -> None:
        self.rest_composer()
        self.set_focus(self.conversation)
        self.save_soon()
        self.writing_changed()

    def action_discard(self) -> None:
        """Empty the text; as long as the composer is open Ctrl+Z brings it back."""
        self.composer.fill("")
        self.files.pop(self.draft_key, None)
        self.tell(_("The draft is thrown away. Ctrl+Z brings it back."))

    def action_switch(self) -> None:
        """A reply becomes a note, a note a reply: the send sheet asks before the customer reads what was a note."""
        self.hold_text()
        old = self.draft_key
        new = DraftKind.REPLY if old[1] is DraftKind.NOTE else DraftKind.NOTE
        text, there = self.composer.text, self.keeper.written(self.number, new)
        kept = there if there and there.text.strip() else Written(self.number, new, "", self.last_seen())
        self.keeper.hold(replace(kept, text=f"{kept.text}\n\n{text}" if kept.text else text))
        self.composer.area.load_text("")
        self.hold_text()
        self.files[self.number, new] = (*self.files.get((self.number, new), ()), *self.files.pop(old, ()))
        if old[1] is DraftKind.NOTE and text.strip():
            self.begun_as_note.add(self.number)
        self.open_composer(Mode(new))

    def action_quote(self) -> None:
        if message := self.conversation.current_message:
            self.composer.insert(quoted(message))

    def last_seen(self) -> int:
        """Id of the newest message on screen."""
        return max((message.id for message in self.conversation.messages), default=0)

    def show_draft_status(self) -> None:
        if not self.composer.is_open:
            return
        if self.keeper.error is not None:
            status = _("not saved: {why}").format(why=sentence(self.keeper.error))
        elif not self.keeper.is_saved:
            status = _("not saved yet")
        else:
            status = _("saved {time}").format(time=shown_time(self.local_now(), self.local_now()))
        written, files = self.keeper.written(*self.draft_key), self.files.get(self.draft_key)
        shown = (status if written and written.text else "", described(files) if files else "")
        self.composer.status = "   ".join(filter(None, shown))

    def show_recipients(self) -> None:
        """Who will get it: as chosen, else as the store has it, which takes a moment."""
        written = self.keeper.written(*self.draft_key)
        self.composer.show_recipients(written.to if written else (), written.cc if written else ())
        if self.composer.mode.kind is DraftKind.REPLY and not (written and written.to):
            self.run_worker(self._resolve(), group="recipients", exclusive=True, exit_on_error=False)

    async def _resolve(self) -> None:
        from supportdesk.desk import conversation

        number, mode = self.number, self.composer.mode
        desk = await self.console.opened()
        try:
            to, cc = await asyncio.to_thread(conversation.default_recipients, desk, number, all=mode.all)
        except DeskError:
            return  # the send sheet says it where it matters
        if (number, mode) == (self.number, self.composer.mode):
            self.composer.show_recipients(to, cc)

    def runner(self, action: Action) -> DOMNode | None:
        """Verbs of the composer are this screen's: they need the ticket."""
        found = super().runner(action)
        is_mine = "composer" in action.contexts and hasattr(self, f"action_{action.word}")
        return found or (self if is_mine else None)

    async def on_key(self, event: Key) -> None:
        """A key of the burst that opened the composer was sent here before it had the focus: it is text too."""
        focused = self.focused
        if self.app.screen is not self or not isinstance(focused, ComposerText | Input):
            return
        if event.is_printable and event.character:
            text = event.character
        elif event.key == "enter" and isinstance(focused, ComposerText):
            text = "\n"
        else:
            return
        event.stop()
        event.prevent_default()
        if isinstance(focused, ComposerText):
            focused.type_text(text)
        else:
            focused.insert_text_at_cursor(text)
