"""What else can be done with a ticket on screen: copy, raw headers, files, a pipe to a command, a split."""

import asyncio
import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import DeskError
from supportdesk.domain.message import Attachment, Message
from supportdesk.i18n import N_, _
from supportdesk.screens.answering import Answering
from supportdesk.screens.changes import Done
from supportdesk.screens.pipe import as_json, run_command
from supportdesk.screens.prompts import Choice, Prompt
from supportdesk.screens.reading import ReadingScreen
from supportdesk.widgets.words import shown_size

if TYPE_CHECKING:
    pass


class TicketTools(Answering):
    """Verbs on the current message or the whole ticket."""

    async def action_copy(self) -> None:
        """Number, link target or text to the clipboard, by OSC 52: it works over SSH."""
        message = self.conversation.current_message
        choices = [Choice(f"#{self.number}", f"#{self.number}", _("the number"))]
        if self.page:
            choices.append(Choice(f"#{self.number} {self.page.ticket.subject}", _("number and subject")))
        if message:
            choices.append(Choice(message.text, _("the message"), _first_line(message)))
        await self.app.push_screen(Prompt(_("Copy"), choices=choices), self._copied)

    def _copied(self, text: str | None) -> None:
        if text is not None:
            self.app.copy_to_clipboard(text)
            self.tell(_("Copied."))

    def action_headers(self) -> None:
        message = self.conversation.current_message
        if message is not None:
            self.run_worker(self._show_raw(message), group="raw", exit_on_error=False)

    async def _show_raw(self, message: Message) -> None:
        from supportdesk.desk import tickets

        desk = await self.console.opened()
        try:
            raw = await asyncio.to_thread(tickets.raw, desk, message.id)
        except DeskError as error:
            self.tell_error(error)
            return
        if raw is None:
            self.tell(_("This message was written here: there is nothing raw."))
        else:
            title = _("As received: message {id}, {size}").format(id=message.id, size=shown_size(len(raw)))
            await self.app.push_screen(ReadingScreen(title, raw.decode("utf-8", "backslashreplace")))

    async def action_attachments(self) -> None:
        """Save a file of the current message, else of any message of the ticket."""
        message = self.conversation.current_message
        files = message.attachments if message else ()
        files = files or tuple(file for each in self.conversation.messages for file in each.attachments)
        if not files:
            self.tell(_("This ticket has no files."))
            return
        choices = [
            Choice(str(file.id), file.filename, f"{shown_size(file.size)}  {file.content_type}") for file in files
        ]
        await self.app.push_screen(
            Prompt(_("Save a file"), choices=choices), functools.partial(self._chosen_file, files)
        )

    def _chosen_file(self, files: tuple[Attachment, ...], answer: str | None) -> None:
        found = next((file for file in files if str(file.id) == answer), None)
        if found is None:
            return
        path = Path.home() / safe_name(found.filename)
        prompt = Prompt(_("Save as, or | and a command to read it with"), free=True, text=str(path))
        self.app.push_screen(prompt, functools.partial(self._save_file, found))

    def _save_file(self, file: Attachment, path: str | None) -> None:
        if path and path.startswith("|"):
            self.run_worker(self._piped_file(file, path.removeprefix("|")), group="file", exit_on_error=False)
        elif path:
            self.run_worker(self._saved_file(file, Path(path).expanduser()), group="file", exit_on_error=False)

    async def _piped_file(self, file: Attachment, command: str) -> None:
        from supportdesk.desk import tickets

        desk = await self.console.opened()
        try:
            data = await asyncio.to_thread(tickets.attachment, desk, file.id)
            output = await asyncio.to_thread(run_command, command, data)
        except DeskError as error:
            self.tell_error(error)
            return
        await self.app.push_screen(ReadingScreen(file.filename, output))

    async def _saved_file(self, file: Attachment, path: Path) -> None:
        from supportdesk.desk import tickets

        desk = await self.console.opened()
        try:
            data = await asyncio.to_thread(tickets.attachment, desk, file.id)
            await asyncio.to_thread(write_new, path, data)
        except DeskError as error:
            self.tell_error(error)
        except OSError as error:
            self.tell(_("{path} was not written: {reason}.").format(path=path, reason=error.strerror or error), "error")
        else:
            self.tell(_("Saved {path}, {size}.").format(path=path, size=shown_size(len(data))))

    async def action_pipe(self) -> None:
        """The ticket as JSON to a command of the agent's, its output back as a note."""
        prompt = Prompt(_("Pipe the ticket to"), free=True, placeholder=_("a command: it gets the ticket as JSON"))
        await self.app.push_screen(prompt, self._pipe)

    def _pipe(self, command: str | None) -> None:
        if command and self.page:
            self.tell(_("Running {command} …").format(command=command))
            self.run_worker(self._piped(command), group="pipe", exit_on_error=False)

    async def _piped(self, command: str) -> None:
        from supportdesk.desk import conversation

        number, page = self.number, self.page
        assert page is not None
        desk = await self.console.opened()
        try:
            output = await asyncio.to_thread(run_command, command, as_json(page).encode())
            await asyncio.to_thread(conversation.note, desk, number, output)
        except DeskError as error:
            self.tell_error(error)
            return
        self.keeper.used_up(number, DraftKind.NOTE)
        self.console.done = Done(N_("Note"), (number,))
        await self.show_truth((number,))
        self.refresh_footer()

    async def action_split(self) -> None:
        """Move the current message, and what follows it from the same hand, to a ticket of its own."""
        message = self.conversation.current_message
        if message is None:
            return
        subject = self.page.ticket.subject if self.page else ""
        prompt = Prompt(_("Split this message off as"), free=True, text=subject)
        await self.app.push_screen(prompt, functools.partial(self._split, message))

    def _split(self, message: Message, subject: str | None) -> None:
        if subject is not None:
            self.run_worker(self._was_split(message, subject), group="verbs", exit_on_error=False)

    async def _was_split(self, message: Message, subject: str) -> None:
        from supportdesk.desk import structure

        number = self.number
        desk = await self.console.opened()
        try:
            async with self.console.verbs:
                receipt = await asyncio.to_thread(structure.split, desk, number, (message.id,), subject)
        except DeskError as error:
            self.tell_error(error)
            return
        self.console.done = Done(N_("Split"), (number,))
        self.tell(_("The message is now #{number}.").format(number=receipt.created))
        await self.show_truth((number,))
        self.refresh_footer()


def _first_line(message: Message) -> str:
    return next((line.strip() for line in message.text.splitlines() if line.strip()), "")


def safe_name(filename: str) -> str:
    """A file name a stranger chose, without directories and never hidden."""
    name = filename.replace("\\", "/").rpartition("/")[2].strip().lstrip(".")
    return name or "attachment"


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, for this user alone; raises ``FileExistsError``."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
