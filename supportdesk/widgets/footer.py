"""The last line: the keys that matter here, and what ``u`` would undo."""

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from supportdesk.i18n import _
from supportdesk.keymap import Action, Bound, Keymap
from supportdesk.widgets.keys import shown_key
from supportdesk.widgets.words import small

GAP = "   "

Hint = tuple[str, str]
"""A key and what it does."""


class Footer(Widget):
    """Hints from ACTIONS, as many as fit; while a first stroke waits, what may follow it."""

    hints: tuple[Hint, ...] = ()
    undoable = ""
    continuations: tuple[Hint, ...] = ()

    def show(self, live: Mapping[str, Action], keymap: Keymap, undoable: str = "") -> None:
        """``live``: the actions that work now; ``undoable``: what the undo key would undo, translated."""
        shown = [(keymap.keys_for(id), action) for id, action in live.items() if action.footer]
        hints = tuple((shown_key(keys[0]), _(action.title)) for keys, action in shown if keys)
        undo_keys = keymap.keys_for("ticket.undo")
        key = shown_key(undo_keys[0]) if undo_keys else ""
        text = f"{key} " + _("undo: {verb}").format(verb=undoable) if undoable and key else ""
        if (hints, text) != (self.hints, self.undoable):
            self.hints, self.undoable = hints, text
            self.refresh()

    def show_continuations(self, bounds: tuple[Bound, ...]) -> None:
        """List second strokes; empty: the usual hints again."""
        found = tuple((shown_key(bound.last), _(bound.action.title)) for bound in bounds)
        if found != self.continuations:
            self.continuations = found
            self.refresh()

    def render(self) -> Content:
        width = self.size.width - 2
        right = "" if self.continuations else self.undoable
        room = width - (cell_len(right) + len(GAP) if right else 0)
        parts = [_hint(key, title) for key, title in fitting(self.continuations or self.hints, room)]
        left = Content(GAP).join(parts)
        return Content.assemble(" ", left, " " * max(1, width - left.cell_length - cell_len(right)), (right, "$accent"))


def fitting(hints: Sequence[Hint], room: int) -> list[Hint]:
    """The hints that fit in ``room`` cells. The last one, the help, always stays: it has all the others."""
    shown = list(hints)
    while len(shown) > 1 and sum(_width(hint) + len(GAP) for hint in shown) - len(GAP) > room:
        del shown[-2]
    return shown


def _width(hint: Hint) -> int:
    return cell_len(hint[0]) + 1 + cell_len(hint[1])


def _hint(key: str, title: str) -> Content:
    return Content.assemble((key, "$accent"), " ", (small(title), "$text-muted"))
