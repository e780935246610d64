"""The last look before an answer leaves: to whom and why, with what, and what has arrived meanwhile."""

import asyncio
import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import DeskError, Invalid
from supportdesk.domain.message import Address, Message
from supportdesk.domain.template import unfilled
from supportdesk.domain.ticket import State
from supportdesk.i18n import N_, _, ngettext, sentence
from supportdesk.screens.desk_screen import Console
from supportdesk.screens.prompts import Prompt
from supportdesk.widgets.keys import Keyed, shown_key
from supportdesk.widgets.message_view import Aspect, lay_out, parts_of
from supportdesk.widgets.recipients import (
    SheetField,
    described,
    parse_addresses,
    parse_paths,
    shown_addresses,
    shown_paths,
)

ARRIVED_LINES = 8
"""Lines shown of what arrived meanwhile, newest last."""


@dataclass(frozen=True)
class Answer:
    """What is about to leave. ``to`` and ``cc`` None: whoever takes part; ``seen``: the last message known of."""

    number: int
    subject: str
    kind: DraftKind
    text: str
    seen: int
    all: bool = True
    to: tuple[Address, ...] | None = None
    cc: tuple[Address, ...] | None = None
    files: tuple[Path, ...] = ()
    channel: str = ""
    mail: bool = True
    begun_as_note: bool = False
    replying: tuple[str, ...] = ()  # colleagues who write on this ticket too


@dataclass(frozen=True)
class Sending:
    """The answer as it shall leave, and what shall become of the ticket. ``seen`` covers what the sheet showed."""

    answer: Answer
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    then: State | None = None
    snooze_until: datetime | None = None
    send_at: datetime | None = None


class SendSheet(Keyed, ModalScreen[Sending | Answer]):
    """Answers a ``Sending``, or the ``Answer`` with what was changed in it when left."""

    CONTEXT = "sheet"
    CSS_PATH = "../styles/ticket.tcss"
    AUTO_FOCUS = ""

    def __init__(self, answer: Answer, *, field: str = "") -> None:
        """``field``: "to", "cc" or "files" to begin in."""
        super().__init__()
        self._answer = answer
        self._field = field
        self._default: tuple[tuple[Address, ...], tuple[Address, ...]] = ((), ())
        self._arrived: tuple[Message, ...] = ()
        self._loaded = False
        self._asked: Callable[[], None] | None = None
        self._sure = not answer.begun_as_note

    def compose(self) -> ComposeResult:
        with Vertical(id="sheet"):
            yield Static(id="sheet-title", markup=False)
            for name, label in (("to", _("To")), ("cc", _("Cc")), ("files", _("Files"))):
                with Horizontal(classes="sheet-row"):
                    yield Static(label, classes="sheet-label", markup=False)
                    yield SheetField(id=name)
                    yield Static("", id=f"{name}-why", classes="sheet-why", markup=False)
            with VerticalScroll(id="sheet-body", can_focus=False):
                yield Static("", id="warnings", markup=False)
                yield Static("", id="arrived", markup=False)
                yield Static("", id="preview", markup=False)
            yield Static("", id="problem", markup=False)
            yield Static("", id="sheet-keys", markup=False)

    @property
    def console(self) -> Console:
        return cast("Console", self.app)

    def on_mount(self) -> None:
        title = Content.assemble((self._title(), "bold"), "  ", f"#{self._answer.number}  {self._answer.subject}")
        self.query_one("#sheet-title", Static).update(title)
        self.query_one("#files", SheetField).fill(shown_paths(self._answer.files))
        self.query_one("#preview", Static).update(Content.styled(self._answer.text.strip("\n"), "$text-muted"))
        self._show_warnings()
        self.query_one("#sheet-keys", Static).update(self._keys())
        if self._field:
            self.set_focus(self.query_one(f"#{self._field}", SheetField))
        self.run_worker(self._load(), exit_on_error=False)

    def _title(self) -> str:
        if self._answer.kind is DraftKind.FORWARD:
            return _("SEND FORWARD")
        return _("SEND REPLY TO ALL") if self._answer.all else _("SEND REPLY TO THE SENDER")

    def _keys(self) -> Content:
        """Every way out, in words short enough for 80 columns."""
        words = {
            "send": _("send"), "send_solve": _("and solve"), "send_pend": _("and wait"), "send_snooze": _("and snooze"),
            "send_later": _("later"), "back": _("back"),
        }  # fmt: skip
        found = ((self.console.keymap.keys_for(f"sheet.{word}"), text) for word, text in words.items())
        parts = [Content.assemble((shown_key(keys[0]), "$accent"), f" {text}") for keys, text in found if keys]
        fields = Content.assemble((shown_key("tab"), "$accent"), " ", _("recipients, files"))
        return Content("\n").join([Content("   ").join(parts), fields])

    async def _load(self) -> None:
        desk = await self.console.opened()
        from supportdesk.desk import conversation, tickets

        answer = self._answer
        try:
            if answer.kind is DraftKind.REPLY:
                self._default = await asyncio.to_thread(
                    conversation.default_recipients, desk, answer.number, all=answer.all
                )
            self._arrived = await asyncio.to_thread(tickets.since, desk, answer.number, answer.seen)
        except DeskError as error:
            self._problem(sentence(error))
            return
        self._fill_recipients()
        self._show_arrived()
        self._loaded = True
        asked, self._asked = self._asked, None
        if asked and not self._arrived:
            asked()

    def _fill_recipients(self) -> None:
        given = (self._answer.to, self._answer.cc)
        for name, own, default in zip(("to", "cc"), given, self._default, strict=True):
            field = self.query_one(f"#{name}", SheetField)
            if not field.value:
                field.fill(shown_addresses(own if own is not None else default))
        self._explain()

    def _explain(self) -> None:
        to, cc = (self.query_one(f"#{name}", SheetField).value for name in ("to", "cc"))
        why_to = _("who wrote last") if self._answer.kind is DraftKind.REPLY else _("whom shall it go to?")
        why_cc = _("also on their message") if cc else _("nobody")
        if to != shown_addresses(self._default[0]) and (to or self._answer.kind is DraftKind.REPLY):
            why_to = _("changed by you")
        if cc != shown_addresses(self._default[1]):
            why_cc = _("changed by you")
        by = _("by {channel}").format(channel=self._answer.channel) if self._answer.channel else ""
        self._why("to", ", ".join(filter(None, (why_to, by))))
        self._why("cc", why_cc)
        try:
            self._why("files", described(parse_paths(self.query_one("#files", SheetField).value)))
        except DeskError as error:
            self._problem(sentence(error))

    def _why(self, name: str, text: str) -> None:
        self.query_one(f"#{name}-why", Static).update(Content.styled(text, "$text-muted"))

    def _show_warnings(self) -> None:
        lines: list[Content] = []
        if self._answer.begun_as_note:
            lines.append(Content.styled(_("! This was begun as a note, for the team alone."), "bold $error"))
        if self._answer.replying:
            words = _("! {agents} is replying too").format(agents=", ".join(self._answer.replying))
            lines.append(Content.styled(words, "bold $warning"))
        names = unfilled(self._answer.text, {})
        if names:
            shown = " ".join(f"{{{{{name}}}}}" for name in names[:5])
            words = _("! Not filled in: {names}").format(names=shown)
            lines.append(Content.styled(words, "bold $warning"))
        self._update("warnings", lines)

    def _show_arrived(self) -> None:
        count = len(self._arrived)
        if not count:
            return
        words = ngettext(
            "! {n} new message since you began: read it, then send or go back",
            "! {n} new messages since you began: read them, then send or go back",
            count,
        ).format(n=count)
        lines = [Content.styled(words, "bold $warning")]
        aspect = Aspect(max(20, min(100, self.size.width - 6)), self.console.now().astimezone(self.console.tz))
        for message in self._arrived[-3:]:
            shown = replace(message, text=parts_of(message).own, reply_text=parts_of(message).own)
            drawn = lay_out(shown, aspect)[:ARRIVED_LINES]
            lines += [Content("  " + "".join(text for _role, text in line)) for line in drawn]
        self._update("arrived", lines)

    def _update(self, name: str, lines: list[Content]) -> None:
        field = self.query_one(f"#{name}", Static)
        field.update(Content("\n").join(lines))
        field.display = bool(lines)

    def on_sheet_field_accepted(self, event: SheetField.Accepted) -> None:
        event.stop()
        self._problem("")
        self._explain()
        self.set_focus(None)

    def action_send(self) -> None:
        self._send()

    def action_send_solve(self) -> None:
        self._send(then=State.SOLVED)

    def action_send_pend(self) -> None:
        self._send(then=State.PENDING)

    async def action_send_snooze(self) -> None:
        await self._ask_time(_("Send, and snooze until"), lambda at: self._send(snooze_until=at))

    async def action_send_later(self) -> None:
        await self._ask_time(_("Send at"), lambda at: self._send(send_at=at))

    def action_back(self) -> None:
        try:
            self.dismiss(self._changed() if self._loaded else self._answer)
        except DeskError:
            self.dismiss(self._answer)

    async def _ask_time(self, title: str, then: Callable[[datetime], None]) -> None:
        prompt = Prompt(
            title, free=True, placeholder=_("2h   mon 9   tomorrow"),
            check=lambda text: self.console.shown_time(self.console.when(text)),
        )  # fmt: skip
        await self.app.push_screen(prompt, functools.partial(self._answered_time, then))

    def _answered_time(self, then: Callable[[datetime], None], text: str | None) -> None:
        if text is not None:
            then(self.console.when(text))

    def _send(
        self, *, then: State | None = None, snooze_until: datetime | None = None, send_at: datetime | None = None
    ) -> None:
        if not self._loaded:
            self._asked = functools.partial(self._send, then=then, snooze_until=snooze_until, send_at=send_at)
            return
        try:
            answer = self._changed()
            to = answer.to if answer.to is not None else self._default[0]
            cc = answer.cc if answer.cc is not None else self._default[1]
            if not to:
                raise Invalid(N_("There is nobody to send this to."), hint=N_("Press Tab and write an address."))
        except DeskError as error:
            self._problem(sentence(error))
            return
        if not self._sure:
            self._sure = True
            self._problem(_("The customer will read what was begun as a note. The same key again sends it."))
            return
        seen = max((answer.seen, *(message.id for message in self._arrived)))
        self.dismiss(Sending(replace(answer, seen=seen), to, cc, then, snooze_until, send_at))

    def _changed(self) -> Answer:
        """The answer with recipients and files as they stand in the fields; None where they are the default ones."""
        values = {name: self.query_one(f"#{name}", SheetField).value for name in ("to", "cc", "files")}
        parsed: list[tuple[Address, ...] | None] = []
        for name, default in zip(("to", "cc"), self._default, strict=True):
            same = values[name] == shown_addresses(default)
            parsed.append(None if same else parse_addresses(values[name], mail=self._answer.mail))
        return replace(self._answer, to=parsed[0], cc=parsed[1], files=parse_paths(values["files"]))

    def _problem(self, text: str) -> None:
        field = self.query_one("#problem", Static)
        field.update(Content.styled(text, "bold $error"))
        field.display = bool(text)
