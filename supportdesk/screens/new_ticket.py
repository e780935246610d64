"""A new ticket by an agent's hand: for whom, about what, and whether its text is sent, taken down or a note."""

import asyncio

from rich.cells import set_cell_size
from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.dom import DOMNode
from textual.widgets import Input, Static

from supportdesk.domain.canned import CannedReply
from supportdesk.domain.customer import Customer
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import DeskError
from supportdesk.domain.message import Direction
from supportdesk.domain.template import render, unfilled
from supportdesk.i18n import N_, _, sentence
from supportdesk.keymap import Action
from supportdesk.screens.changes import Done
from supportdesk.screens.editor import write_in_editor
from supportdesk.screens.new_ticket_draft import EMPTY, Written, created, keep_draft, kept_draft, shown
from supportdesk.screens.prompts import Choice, Prompt
from supportdesk.screens.status_line import StatusLine
from supportdesk.widgets.canned_pane import CannedPane
from supportdesk.widgets.composer import Composer, ComposerText, Mode
from supportdesk.widgets.draft_keeper import SAVE_EVERY
from supportdesk.widgets.footer import Footer
from supportdesk.widgets.rows import Rows
from supportdesk.widgets.search_field import SearchField
from supportdesk.widgets.status_bar import StatusBar

FOUND = 4
"""Customers offered at once."""
NAME_WIDTH = 20

WAYS = {
    Direction.OUT.value: (N_("send"), N_("to the customer, as the first message")),
    Direction.IN.value: (N_("take down"), N_("what the customer said, on the phone")),
    Direction.NOTE.value: (N_("note"), N_("for the team alone")),
}
"""What may be done with the text."""


class NewTicketScreen(StatusLine[None]):
    """Enter goes from line to line; in the text Ctrl+S opens the ticket, Esc keeps the draft and leaves."""

    CSS_PATH = "../styles/ticket.tcss"
    AUTO_FOCUS = "#who"
    DEFAULT_CSS = """
    NewTicketScreen { layout: vertical; }
    NewTicketScreen Horizontal { height: 1; }
    NewTicketScreen .label { width: 12; padding: 0 1; }
    NewTicketScreen #customers { height: 4; display: none; }
    NewTicketScreen.-finding #customers { display: block; }
    NewTicketScreen #problem { height: auto; padding: 0 1; color: $error; display: none; }
    NewTicketScreen #problem.-told { display: block; }
    NewTicketScreen Composer, NewTicketScreen Composer.-open { height: 1fr; max-height: 100%; display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._who = SearchField(placeholder=_("name, address or phone number"), id="who")
        self._subject = SearchField(id="subject")
        self._rows: Rows[Customer] = Rows(_line, driven=True, id="customers")
        self._problem = Static("", id="problem", markup=False)
        self.composer = Composer(id="composer")
        self._canned = CannedPane(self._filled, id="canned")
        self._customer: Customer | None = None
        self._saved = EMPTY
        self._saving = asyncio.Lock()
        self._is_loaded = self._is_done = False

    def compose(self) -> ComposeResult:
        yield StatusBar(id="bar")
        for label, field in ((_("Customer"), self._who), (_("Subject"), self._subject)):
            with Horizontal():
                yield Static(label, classes="label", markup=False)
                yield field
            if field is self._who:
                yield self._rows
        yield self._problem
        yield self.composer
        yield self._canned
        yield Footer()

    def on_mount(self) -> None:
        self.follow_status()
        self.composer.open(Mode(DraftKind.NEW), "")
        self.set_focus(self._who)
        self.set_interval(SAVE_EVERY, self._save_soon)
        self._load()
        self.refresh_footer()

    def on_descendant_focus(self) -> None:
        self.set_class(self.focused is self._who and bool(self._rows.things), "-finding")
        self.refresh_footer()

    def runner(self, action: Action) -> DOMNode | None:
        """Verbs of the composer are this screen's."""
        found = super().runner(action)
        is_mine = "composer" in action.contexts and hasattr(self, f"action_{action.word}")
        return found or (self if is_mine else None)

    @property
    def written(self) -> Written:
        return Written(self._who.value.strip(), self._subject.value.strip(), self.composer.text, self._customer)

    @work(exclusive=True, group="draft", exit_on_error=False)
    async def _load(self) -> None:
        """What there is already joins what has been typed here meanwhile."""
        desk = await self.console.opened()
        try:
            draft = await asyncio.to_thread(kept_draft, desk)
        except DeskError as error:
            self._tell_problem(sentence(error))
            return
        if draft is not None:
            self._saved = Written(str(draft.to[0]) if draft.to else "", draft.subject, draft.text, None)
            self._who.fill(self._who.value or self._saved.who)
            self._subject.fill(self._subject.value or draft.subject)
            self.composer.fill("\n\n".join(filter(None, (draft.text, self.composer.text))))
        self._is_loaded = True

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input is self._who and (self._customer is None or self._who.value != shown(self._customer)):
            self._customer = None
            self._find(self._who.value)

    @work(exclusive=True, group="find", exit_on_error=False)
    async def _find(self, text: str) -> None:
        from supportdesk.desk import customers

        found: tuple[Customer, ...] = ()
        if text.strip():
            desk = await self.console.opened()
            try:
                found = await asyncio.to_thread(customers.find, desk, text, FOUND)
            except DeskError as error:
                self._tell_problem(sentence(error))
        self._rows.show(found)
        self.set_class(bool(found) and self.focused is self._who, "-finding")

    def on_search_field_moved(self, event: SearchField.Moved) -> None:
        event.stop()
        if self.focused is self._who:
            self._rows.move(event.by)

    def on_search_field_accepted(self, event: SearchField.Accepted) -> None:
        """Enter: the chosen customer unless a whole address was typed, and on to the next line."""
        event.stop()
        self._tell_problem("")
        if self.focused is self._subject:
            self.set_focus(self.composer.area)
            return
        chosen = self._rows.chosen
        if chosen is not None and "@" not in self._who.value:
            self._customer = chosen
            self._who.fill(shown(chosen))
        self.set_focus(self._subject)

    def on_search_field_left(self, event: SearchField.Left) -> None:
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        """Leave; what was written is there the next time."""
        self._save_soon()
        self.dismiss()

    def action_discard(self) -> None:
        for field in (self._who, self._subject):
            field.fill("")
        self.composer.fill("")
        self._customer = None
        self.set_focus(self._who)

    async def action_editor(self) -> None:
        text = write_in_editor(self.app, self.composer.text)
        if text is None:
            self.tell(_("No editor can be opened here."), "warning")
        else:
            self.composer.fill(text)
        self.set_focus(self.composer.area)

    def action_canned(self) -> None:
        """Canned replies below the text."""
        self._canned.open()
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
        self._canned.show(replies, self._customer.language if self._customer else "")

    async def _filled(self, reply: CannedReply) -> str:
        """There is no ticket yet: what only a ticket has stays visible."""
        desk = await self.console.opened()
        name = self._customer.name if self._customer else ""
        return render(reply.text, {"customer.name": name, "desk.name": desk.name} if name else {"desk.name": desk.name})

    def on_composer_text_canned_asked(self, event: ComposerText.CannedAsked) -> None:
        event.stop()
        self.action_canned()

    def on_canned_pane_inserted(self, event: CannedPane.Inserted) -> None:
        event.stop()
        self._close_canned()
        self.composer.insert(event.text)

    def on_canned_pane_left(self, event: CannedPane.Left) -> None:
        event.stop()
        self._close_canned()

    def _close_canned(self) -> None:
        self._canned.close()
        self.set_focus(self.composer.area)

    async def action_send_sheet(self) -> None:
        written = self.written
        missing = (
            (written.who, self._who, N_("Say who it is for.")),
            (written.subject, self._subject, N_("Say what it is about.")),
        )
        for text, field, problem in missing:
            if not text:
                self._tell_problem(_(problem))
                self.set_focus(field)
                return
        if not written.text.strip():
            self._tell_problem(_("There is nothing written yet."))
            return
        choices = [Choice(value, _(name), _(detail)) for value, (name, detail) in WAYS.items()]
        if names := unfilled(written.text, {}):
            self._tell_problem(
                _("! Not filled in: {names}").format(names=" ".join(f"{{{{{name}}}}}" for name in names))
            )
        await self.app.push_screen(Prompt(_("New ticket"), choices=choices), self._chosen)

    def _chosen(self, way: str | None) -> None:
        if way is not None:  # the app's worker: going away must not take back what a key has set going
            self.app.run_worker(self._create(self.written, Direction(way)), group="verbs", exit_on_error=False)

    async def _create(self, written: Written, direction: Direction) -> None:
        desk = await self.console.opened()
        try:
            async with self.console.verbs:
                number = await asyncio.to_thread(created, desk, written, direction)
        except DeskError as error:
            self._tell_problem(sentence(error))
            return
        self._is_done = True
        self.console.done = Done(N_("New ticket"), (number,))
        if self.is_attached:
            from supportdesk.screens.ticket import TicketScreen

            self.app.switch_screen(TicketScreen(number))

    async def on_unmount(self) -> None:
        """However it is left, at the end of the program too."""
        if self._is_unsaved:
            await self._save(self.written)

    @property
    def _is_unsaved(self) -> bool:
        """Not before the store was asked for what there was: it must not be overwritten."""
        return self._is_loaded and not self._is_done and self.written != self._saved

    def _save_soon(self) -> None:
        if self._is_unsaved:
            self.app.run_worker(self._save(self.written), group="drafts", exit_on_error=False)

    async def _save(self, written: Written) -> None:
        desk = await self.console.opened()
        async with self._saving:  # one after the other, so that an older text never overwrites a newer one
            try:
                await asyncio.to_thread(keep_draft, desk, written)
            except DeskError as error:
                self.composer.status = _("not saved: {why}").format(why=sentence(error))
            else:
                self._saved = written

    def _tell_problem(self, text: str) -> None:
        self._problem.update(text)
        self._problem.set_class(bool(text), "-told")


def _line(customer: Customer, width: int) -> tuple[Content, ...]:
    known = ", ".join(identity.value for identity in customer.identities)
    name = set_cell_size(customer.name or _("unknown"), NAME_WIDTH)
    room = max(0, width - NAME_WIDTH - 1)
    return (Content.assemble((name, "bold"), " ", (set_cell_size(known, room), "$text-muted")),)
