"""Where an answer is written. While it has the focus every letter is text and no verb is live.

What it is going to be (reply, note, forward) stands above the text in words; the text itself belongs to the
draft keeper, which is told of every change.
"""

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as Report
from textual.reactive import reactive
from textual.widgets import Static, TextArea

from supportdesk.domain.draft import DraftKind
from supportdesk.domain.message import Address
from supportdesk.domain.safe import safe_text
from supportdesk.i18n import N_, _

CANNED_SIGNS = ("::", "/")
"""Typed at the start of a line they open the canned replies, and are taken away when one is inserted."""

TITLES = {
    DraftKind.REPLY: N_("REPLY"),
    DraftKind.NOTE: N_("NOTE # only the team sees this"),
    DraftKind.FORWARD: N_("FORWARD"),
    DraftKind.NEW: N_("NEW TICKET"),
}


@dataclass(frozen=True, slots=True)
class Mode:
    """What the text will become. ``all``: a reply to everybody, not to the sender alone."""

    kind: DraftKind
    all: bool = True


class ComposerText(TextArea):
    """The text. Pasted text is as hostile as a customer's."""

    class CannedAsked(Report):
        """The sign for canned replies was typed at the start of a line."""

    async def _on_key(self, event: events.Key) -> None:
        await super()._on_key(event)
        self._look_for_sign(event.character or "")

    def type_text(self, text: str) -> None:
        """As if it had been typed here."""
        self.insert(text)
        self._look_for_sign(text)

    def _look_for_sign(self, typed: str) -> None:
        if typed and typed in "".join(CANNED_SIGNS) and self._line_before_cursor in CANNED_SIGNS:
            self.post_message(self.CannedAsked())

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.insert(safe_text(event.text))

    def on_resize(self) -> None:
        """The text moved under a waiting input method: tell the terminal where the next syllable is composed."""
        self.call_after_refresh(self._place_cursor)

    def _place_cursor(self) -> None:
        if self.has_focus:
            self.app.cursor_position = self.cursor_screen_offset

    def take_sign_away(self) -> None:
        """Remove the sign before the cursor, if it is there."""
        row, column = self.cursor_location
        sign = self._line_before_cursor
        if sign in CANNED_SIGNS:
            self.delete((row, column - len(sign)), (row, column))

    @property
    def _line_before_cursor(self) -> str:
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]


class Composer(Vertical):
    """A text with its mode and recipients above it."""

    CONTEXT = "composer"
    DEFAULT_CSS = """
    Composer { height: 2; display: none; }
    Composer.-open { height: 35%; min-height: 7; max-height: 18; }
    Composer ComposerText { height: 1fr; }
    Composer ComposerText, Composer ComposerText:focus { border: none; padding: 0 1; }
    Composer .composer--head { height: 1; }
    """

    mode: reactive[Mode] = reactive(Mode(DraftKind.REPLY), init=False)
    status: reactive[str] = reactive("", init=False)

    class Edited(Report):
        """The text is not what it was. Look at what it is now: more may have been typed."""

    class Left(Report):
        """The cursor left the text."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._head = Static(classes="composer--head", markup=False)
        self._area = ComposerText(soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        self._to: tuple[Address, ...] = ()
        self._cc: tuple[Address, ...] = ()

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._area

    @property
    def area(self) -> ComposerText:
        return self._area

    @property
    def text(self) -> str:
        return self._area.text

    @property
    def is_open(self) -> bool:
        """Whether the text can be seen and written."""
        return bool(self.display and self._area.display)

    def open(self, mode: Mode, text: str) -> None:
        """Show it with a text and take the keys, now: the next key pressed is already text."""
        self.mode = mode
        if text != self.text:
            self._area.load_text(text)
            self._area.move_cursor(self._area.document.end)
        self.display = True
        self._area.display = True
        self.add_class("-open")
        self.screen.set_focus(self._area)
        self._draw_head()

    def rest(self, mode: Mode, status: str) -> None:
        """One line that says a draft is kept."""
        self.mode = mode
        self.display = True
        self._area.display = False
        self.remove_class("-open")
        self.status = status

    def close(self) -> None:
        self.display = False
        self._area.display = False
        self.remove_class("-open")

    def fill(self, text: str) -> None:
        """Replace the whole text, undoably."""
        self._area.replace(text, (0, 0), self._area.document.end)
        self._area.move_cursor(self._area.document.end)

    def insert(self, text: str) -> None:
        """Insert at the cursor, in the place of a canned sign."""
        self._area.take_sign_away()
        self._area.insert(text)

    def show_recipients(self, to: tuple[Address, ...], cc: tuple[Address, ...]) -> None:
        self._to, self._cc = to, cc
        self._draw_head()

    def watch_mode(self) -> None:
        self.set_class(self.mode.kind is DraftKind.NOTE, "-note")
        self._draw_head()

    def watch_status(self) -> None:
        self._draw_head()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(self.Edited())

    def on_descendant_blur(self) -> None:
        self.post_message(self.Left())

    def _draw_head(self) -> None:
        if not self._head.is_attached:
            return
        note = self.mode.kind is DraftKind.NOTE
        head = Content.styled(_(TITLES[self.mode.kind]), "bold reverse" if note else "bold")
        if self.mode.kind is DraftKind.REPLY:
            head = Content.assemble(head, "  ", _("to all") if self.mode.all else _("to the sender only"))
        names = ", ".join(address.name or address.address for address in self._to)
        if names and not note:
            copies = ", ".join(address.name or address.address for address in self._cc)
            people = names + (f"  {_('Cc')} {copies}" if copies else "")
            head = Content.assemble(head, (f": {people}", "$text-muted"))
        if self.status:
            head = Content.assemble(head, (f"   {self.status}", "$text-muted"))
        self._head.update(head)
