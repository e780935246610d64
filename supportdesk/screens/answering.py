"""From the composer to the customer: the editor, files, the send sheet, and what became of it."""

import asyncio
import functools
from dataclasses import replace

from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Conflict, DeskError
from supportdesk.domain.ticket import State
from supportdesk.i18n import N_, _
from supportdesk.screens.changes import Done
from supportdesk.screens.drafting import Drafting
from supportdesk.screens.editor import write_in_editor
from supportdesk.screens.prompts import Prompt
from supportdesk.screens.send_sheet import Answer, Sending, SendSheet
from supportdesk.screens.sending import send
from supportdesk.widgets.composer import Mode
from supportdesk.widgets.draft_keeper import Key
from supportdesk.widgets.recipients import described, parse_paths, shown_paths
from supportdesk.widgets.words import channel_name

TITLES = {DraftKind.REPLY: N_("Reply"), DraftKind.NOTE: N_("Note"), DraftKind.FORWARD: N_("Forward")}


class Answering(Drafting):
    """The part of the ticket screen that lets an answer leave."""

    def __init__(self) -> None:
        super().__init__()
        self._leaving: list[asyncio.Task[None]] = []

    async def action_editor(self) -> None:
        self.save_drafts_now()
        text = write_in_editor(self.app, self.composer.text)
        if text is None:
            self.tell(_("No editor can be opened here."), "warning")
        elif text != self.composer.text:
            self.composer.fill(text)
            self.hold_text()
            await self.save_drafts()
        self.set_focus(self.composer.area)

    async def action_attach(self) -> None:
        prompt = Prompt(
            _("Attach files"), free=True, text=shown_paths(self.files.get(self.draft_key, ())),
            placeholder=_("~/report.pdf"), check=lambda text: described(parse_paths(text)),
        )  # fmt: skip
        await self.app.push_screen(prompt, functools.partial(self._attached, self.draft_key))

    def _attached(self, key: Key, text: str | None) -> None:
        if text is not None:
            self.files[key] = parse_paths(text)
            self.show_draft_status()

    async def action_recipients(self) -> None:
        await self._open_sheet(field="to")

    async def action_send_sheet(self) -> None:
        self.hold_text()
        if not self.composer.text.strip() and not self.files.get(self.draft_key):
            self.tell(_("There is nothing written yet."))
        elif self.composer.mode.kind is DraftKind.NOTE:
            self._leave_with(Sending(self._answer(), (), ()))
        else:
            await self._open_sheet(field="to" if self.composer.mode.kind is DraftKind.FORWARD else "")

    async def _open_sheet(self, field: str = "") -> None:
        await self.app.push_screen(SendSheet(self._answer(), field=field), self._sheet_closed)

    def _sheet_closed(self, result: Sending | Answer | None) -> None:
        answer = result.answer if isinstance(result, Sending) else result
        if answer is None:
            return
        self.files[answer.number, answer.kind] = answer.files
        known = self.keeper.written(answer.number, answer.kind)
        if known:
            self.keeper.hold(replace(known, to=answer.to or (), cc=answer.cc or ()))
        if isinstance(result, Sending):
            self._leave_with(result)
        else:
            self.set_focus(self.composer.area)
            self.show_recipients()
            self.show_draft_status()

    def _answer(self) -> Answer:
        mode = self.composer.mode
        written = self.keeper.written(*self.draft_key)
        ticket = self.page.ticket if self.page else None
        kind = ticket.channel_kind if ticket else ""
        return Answer(
            self.number,
            ticket.subject if ticket else "",
            mode.kind,
            self.composer.text,
            written.seen if written else self.last_seen(),
            all=mode.all,
            to=(written.to or None) if written else None,
            cc=(written.cc or None) if written else None,
            files=self.files.get(self.draft_key, ()),
            channel=channel_name(kind) if kind else "",
            mail=kind in ("", "email") or mode.kind is DraftKind.FORWARD,
            begun_as_note=mode.kind is DraftKind.REPLY and self.number in self.begun_as_note,
            replying=tuple(one.agent for one in self.present if one.doing == "replying"),
        )

    def _leave_with(self, sending: Sending) -> None:
        """Give the keys back at once; should it not leave, the composer opens again with all there was."""
        self.hold_text()
        self.remove_class("composing")
        self.composer.rest(self.composer.mode, _("on its way to the outbox"))
        self.set_focus(self.conversation)
        self.writing_changed()
        self._leaving.append(asyncio.create_task(self._send(sending)))

    async def all_have_left(self) -> None:
        """Whoever pressed Enter and went away at once has sent nevertheless: a worker would be cancelled with us."""
        await asyncio.gather(*self._leaving, return_exceptions=True)
        self._leaving.clear()

    async def _send(self, sending: Sending) -> None:
        answer = sending.answer
        desk = await self.console.opened()
        await self.keeper.save()
        try:
            async with self.console.verbs:
                await asyncio.to_thread(send, desk, sending)
        except DeskError as error:
            self.tell_error(error)
            await self._did_not_leave(answer, look_again=isinstance(error, Conflict))
            return
        except Exception:
            await self._did_not_leave(answer, look_again=False)
            raise
        self.keeper.forget(answer.number, answer.kind)
        self.files.pop((answer.number, answer.kind), None)
        self.begun_as_note.discard(answer.number)
        self.console.done = Done(TITLES[answer.kind], (answer.number,))
        if not self.is_attached:
            return
        if answer.number == self.number and (sending.then is State.SOLVED or sending.snooze_until is not None):
            self.move_on()
        await self.show_truth((answer.number,))
        if answer.number == self.number:
            self.conversation.last()
        self.refresh_footer()

    async def _did_not_leave(self, answer: Answer, *, look_again: bool) -> None:
        """The text is a draft still; where the agent is still on the ticket, it is in front of them again."""
        if answer.number != self.number or self.composer.is_open or not self.is_attached:
            return
        self.open_composer(Mode(answer.kind, answer.all))
        if look_again:
            await self._open_sheet()
