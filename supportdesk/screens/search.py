"""Search through everything ever said, newest first, as it is typed. Verbs work on what was found."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from supportdesk.domain.errors import DeskError
from supportdesk.i18n import _, ngettext, sentence
from supportdesk.screens.recent import recent_searches, remember_search
from supportdesk.screens.status_line import StatusLine
from supportdesk.screens.ticket import TicketScreen
from supportdesk.screens.verbs import TicketVerbs
from supportdesk.widgets.footer import Footer
from supportdesk.widgets.rows import Rows
from supportdesk.widgets.search_field import SearchField
from supportdesk.widgets.status_bar import StatusBar
from supportdesk.widgets.words import shown_day

if TYPE_CHECKING:
    from supportdesk.desk.search import Hit

PAUSE = 0.12
"""Seconds without a key before the desk is asked."""

LIMIT = 50


class SearchScreen(StatusLine[None], TicketVerbs[None]):
    """The line, what it finds, and a sentence when it cannot be read."""

    CONTEXT = "search"
    CSS_PATH = "../styles/ticket.tcss"
    AUTO_FOCUS = "SearchField"

    def __init__(self, initial: str = "") -> None:
        super().__init__()
        self._initial = initial
        self._field = SearchField(placeholder=_('refund is:open from:kim tag:vip before:2026-11-01 "a phrase"'))
        self._rows: Rows[Hit | str] = Rows(self._lines, lines=2, driven=True)
        self._note = Static("", id="search-note", markup=False)
        self._waiting: Timer | None = None
        self._asked = 0
        self._marks: dict[int, None] = {}

    def compose(self) -> ComposeResult:
        yield StatusBar(id="bar")
        yield Static(_("SEARCH"), classes="pane--title", markup=False)
        yield self._field
        yield self._note
        yield self._rows
        yield Footer()

    def on_mount(self) -> None:
        self._field.fill(self._initial)
        self.follow_status()
        self._changed()
        self.refresh_footer()

    def on_descendant_focus(self) -> None:
        self.refresh_footer()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._waiting is not None:
            self._waiting.stop()
        self._asked += 1
        self._waiting = self.set_timer(PAUSE, self._changed)

    def _changed(self) -> None:
        text = self._field.value.strip()
        if text:
            self._search(text, self._asked)
        else:
            recent = recent_searches()
            self._rows.show(recent, empty=_("Type what you look for; ? explains the words."))
            self._say(_("Recent searches") if recent else "")

    @work(exclusive=True, group="search", exit_on_error=False)
    async def _search(self, text: str, asked: int) -> None:
        from supportdesk.desk import search

        desk = await self.console.opened()
        try:
            hits = await asyncio.to_thread(search.search, desk, text, LIMIT, tz=self.console.tz)
        except DeskError as error:
            if asked == self._asked:
                self._say(sentence(error), wrong=True)
            return
        if asked == self._asked:
            self._show(hits)

    def _show(self, hits: "tuple[Hit, ...]") -> None:
        self._marks.clear()
        self._rows.show(hits, empty=_("Nothing has all of these words. Try fewer, or without is: and from:."))
        count = len(hits)
        words = ngettext("{n} message, newest first", "{n} messages, newest first", count).format(n=count)
        self._say(_("the {n} newest messages").format(n=LIMIT) if count == LIMIT else words if count else "")

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self._note.update(Content(text))
        self._note.set_class(wrong, "wrong")

    def targets(self) -> tuple[int, ...]:
        here = self._rows.chosen
        return tuple(self._marks) or (() if here is None or isinstance(here, str) else (here.ticket,))

    def versions(self, numbers: Sequence[int]) -> Mapping[int, int]:
        return {}

    async def show_truth(self, numbers: Sequence[int]) -> None:
        self._marks.clear()
        self._rows.refresh()

    def move_on(self) -> None:
        self._rows.move(1)

    def on_search_field_moved(self, event: SearchField.Moved) -> None:
        self._rows.move(event.by)

    async def on_search_field_accepted(self, event: SearchField.Accepted) -> None:
        event.stop()
        await self.action_open()

    def on_search_field_left(self, event: SearchField.Left) -> None:
        event.stop()
        if self._rows.things and self._field.value.strip():
            self.set_focus(self._rows)
        else:
            self.dismiss()

    async def on_rows_chosen(self, event: "Rows.Chosen[Hit | str]") -> None:  # type: ignore[type-arg]
        event.stop()
        await self.action_open()

    async def action_open(self) -> None:
        here = self._rows.chosen
        if isinstance(here, str):
            self._field.fill(here)
            self.set_focus(self._field)
        elif here is not None:
            await asyncio.to_thread(remember_search, self._field.value)
            hits = [hit for hit in self._rows.things if not isinstance(hit, str)]
            numbers = list(dict.fromkeys(hit.ticket for hit in hits))
            await self.app.push_screen(TicketScreen(here.ticket, numbers, message=here.message))

    def action_search(self) -> None:
        self.set_focus(self._field)

    def action_mark(self) -> None:
        """Mark the ticket of this message: verbs mean all that are marked."""
        for number in self._here():
            if number in self._marks:
                del self._marks[number]
            else:
                self._marks[number] = None
        self._rows.refresh()
        self._rows.move(1)

    def _here(self) -> tuple[int, ...]:
        here = self._rows.chosen
        return () if here is None or isinstance(here, str) else (here.ticket,)

    def action_next(self) -> None:
        self._rows.move(1)

    def action_previous(self) -> None:
        self._rows.move(-1)

    def action_page_down(self) -> None:
        self._rows.page(1)

    def action_page_up(self) -> None:
        self._rows.page(-1)

    def action_first(self) -> None:
        self._rows.first()

    def action_last(self) -> None:
        self._rows.last()

    async def action_reply(self) -> None:
        await self._open_to("reply")

    async def action_reply_sender(self) -> None:
        await self._open_to("reply_sender")

    async def action_note(self) -> None:
        await self._open_to("note")

    async def action_forward(self) -> None:
        await self._open_to("forward")

    async def _open_to(self, verb: str) -> None:
        for number in self._here():
            await self.app.push_screen(TicketScreen(number, begin=verb))

    def _lines(self, thing: "Hit | str", width: int) -> tuple[Content, ...]:
        if isinstance(thing, str):
            return (Content(set_cell_size(thing, width)), Content(""))
        mark = "* " if thing.ticket in self._marks else ""
        left = f"{mark}#{thing.ticket}  {thing.customer}  "
        right = shown_day(thing.at, self.local_now())
        room = max(1, width - cell_len(left) - cell_len(right) - 2)
        first = Content.assemble(
            (left, "$text-muted"), (set_cell_size(thing.subject, room), "bold"), "  ", (right, "$text-muted")
        )  # fmt: skip
        return first, marked(thing.snippet, thing.spans).truncate(width)


def marked(snippet: str, spans: Sequence[tuple[int, int]]) -> Content:
    """A snippet with what was found made visible, underlined as well as coloured."""
    content = Content(snippet)
    for start, end in spans:
        content = content.stylize("bold underline $accent", start, end)
    return content
