"""Canned replies: found by a few letters, read as this customer would get them, inserted with one key."""

from collections.abc import Awaitable, Callable, Sequence

from rich.cells import cell_len, set_cell_size
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as Report
from textual.widgets import Input, Static

from supportdesk.domain.canned import CannedReply
from supportdesk.domain.errors import DeskError
from supportdesk.domain.fuzzy import rank
from supportdesk.i18n import _, sentence
from supportdesk.widgets.rows import Rows

Render = Callable[[CannedReply], Awaitable[str]]
"""Fills a reply's placeholders for the customer on screen."""

SHORTCUT_WIDTH = 14


class CannedPane(Vertical):
    """A line to type in, what it finds, and what the found one says."""

    CONTEXT = "canned"
    DEFAULT_CSS = """
    CannedPane { display: none; height: 1fr; }
    CannedPane .pane--title { height: 1; }
    CannedPane Input { height: 1; }
    CannedPane Rows { height: auto; max-height: 50%; min-height: 1; }
    CannedPane .canned--preview { height: 1fr; }
    """

    class Inserted(Report):
        """A reply goes into the text, its placeholders filled."""

        def __init__(self, reply: CannedReply, text: str) -> None:
            super().__init__()
            self.reply, self.text = reply, text

    class Left(Report):
        """Nothing was chosen."""

    def __init__(self, render: Render, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._render_for_customer = render
        self._replies: tuple[CannedReply, ...] = ()
        self._rendered: dict[int, str] = {}
        self._input = Input(placeholder=_("shortcut, title or text"), compact=True, select_on_focus=False)
        self.rows: Rows[CannedReply] = Rows(_line, driven=True)
        self._preview = Static(classes="canned--preview", markup=False)

    def compose(self) -> ComposeResult:
        yield Static(_("CANNED REPLIES"), classes="pane--title", markup=False)
        yield self._input
        yield self.rows
        yield self._preview

    def on_mount(self) -> None:
        self.rows.can_focus = False

    def open(self) -> None:
        """Show it with an empty search and take the keys, now."""
        self.display = True
        self._input.value = ""
        self.screen.set_focus(self._input)
        self._search()

    def close(self) -> None:
        self.display = False

    def show(self, replies: Sequence[CannedReply], language: str = "") -> None:
        """Those this agent may use; those in the customer's language first, then the most used."""
        self._replies = tuple(
            sorted(replies, key=lambda reply: (bool(language) and reply.language != language, -reply.used))
        )
        self._rendered.clear()
        self._search()

    def action_next(self) -> None:
        self.rows.move(1)

    def action_previous(self) -> None:
        self.rows.move(-1)

    def action_back(self) -> None:
        self.post_message(self.Left())

    async def action_insert(self) -> None:
        reply = self.rows.chosen
        if reply is None:
            return
        try:
            text = await self._text_of(reply)
        except DeskError as error:
            self._preview.update(Content.styled(sentence(error), "$text-error"))
            return
        self.post_message(self.Inserted(reply, text))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search()

    def on_rows_moved(self, event: "Rows.Moved[CannedReply]") -> None:  # type: ignore[type-arg]
        event.stop()
        self._show_preview()

    async def on_rows_chosen(self, event: "Rows.Chosen[CannedReply]") -> None:  # type: ignore[type-arg]
        event.stop()
        await self.action_insert()

    def _search(self) -> None:
        found = rank(self._input.value, self._replies, _searched)
        empty = _("No canned reply has this.") if self._replies else _("There are no canned replies yet.")
        self.rows.show(found, empty=empty)

    @work(exclusive=True, group="preview", exit_on_error=False)
    async def _show_preview(self) -> None:
        reply = self.rows.chosen
        if reply is None:
            self._preview.update("")
            return
        try:
            self._preview.update(Content(await self._text_of(reply)))
        except DeskError as error:
            self._preview.update(Content.styled(sentence(error), "$text-error"))

    async def _text_of(self, reply: CannedReply) -> str:
        if reply.id not in self._rendered:
            self._rendered[reply.id] = await self._render_for_customer(reply)
        return self._rendered[reply.id]


def _searched(reply: CannedReply) -> tuple[str, str, str]:
    return reply.shortcut, reply.title, reply.text


def _line(reply: CannedReply, width: int) -> tuple[Content, ...]:
    whose = " ".join(filter(None, (reply.team or (reply.owner and _("mine")), reply.language)))
    shortcut = set_cell_size(reply.shortcut, SHORTCUT_WIDTH)
    room = max(1, width - SHORTCUT_WIDTH - cell_len(whose) - 2)
    title = set_cell_size(reply.title, room)
    return (Content.assemble((shortcut, "bold"), " ", title, " ", (whose, "$text-muted")),)
