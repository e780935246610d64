"""From a key press to the action that runs: every screen asks the keymap, in the order keys were pressed.

A screen, or a widget with keys of its own, names its keymap context in ``CONTEXT`` and has a method
``action_<word>`` for each verb it can do. Textual's ``Binding`` is not used: it drops a key silently on a clash,
knows no second stroke, and runs after keys of the same burst have gone to the widget that had the focus before.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from textual.dom import DOMNode
from textual.events import Key

from supportdesk.keymap import ACTIONS, Action, Bound, Keymap, is_typed_into, strokes

if TYPE_CHECKING:
    from textual.timer import Timer

HINT_AFTER = 0.3
"""Seconds after a first stroke until its second ones are listed: a practised hand never sees the list."""

_DEFAULTS = Keymap()
_NAMES = {"escape": "Esc", "enter": "Enter", "pagedown": "PgDn", "pageup": "PgUp", "space": "Space", "tab": "Tab"}
_NAMES |= {"up": "Up", "down": "Down", "left": "Left", "right": "Right", "home": "Home", "end": "End"}


class HasKeymap(Protocol):
    """What the app gives to everything with keys."""

    keymap: Keymap


def keymap_of(node: DOMNode) -> Keymap:
    """The keymap in force; the default one in an app without any (a test of one widget)."""
    return cast("HasKeymap", node.app).keymap if hasattr(node.app, "keymap") else _DEFAULTS


def shown_key(key: str) -> str:
    """A key as the footer and help write it."""
    if " " in key:
        return "".join(shown_key(part) for part in key.split(" "))
    if key.startswith("ctrl+"):
        return f"Ctrl+{key[5:].upper()}"
    return _NAMES.get(key, key.upper() if len(key) > 1 else key)


def stroke(event: Key) -> str:
    """The key of an event as the keymap writes it."""
    character = event.character
    return character if character and character.isprintable() and character != " " else event.key


class Keyed(DOMNode):
    """Mix into a Screen, before ``Screen``. Keys go to the focused widget first; what it leaves is looked up here.

    Where text is typed (composer, prompt) only that context's own keys and named global ones are verbs.
    """

    CONTEXT: ClassVar[str] = ""
    first_stroke = ""
    _hint_timer: "Timer | None" = None

    def show_continuations(self, bounds: tuple[Bound, ...]) -> None:
        """Show what the second stroke may be; an empty tuple takes the list away. The screen says how."""

    def key_chain(self) -> tuple[DOMNode, ...]:
        """Whoever has keys now: from the focused widget to the screen; where text is typed it ends."""
        focused = self.screen.focused
        chain: list[DOMNode] = []
        for node in focused.ancestors_with_self if focused else [self.screen]:
            if _context(node):
                chain.append(node)
            if is_typed_into(_context(node)):
                break
        return tuple(chain)

    def runner(self, action: Action) -> DOMNode | None:
        """Whoever has the method: the focused widget, the screen or the app; None: the verb does not work here."""
        nodes = (*self.key_chain(), self.app)
        return next((node for node in nodes if hasattr(node, f"action_{action.word}")), None)

    async def run_verb(self, action: Action) -> bool:
        """Run an action of the table where it belongs; False where it does not work."""
        node = self.runner(action)
        return node is not None and await self.app.run_action(action.word, node)

    def live_actions(self) -> Mapping[str, Action]:
        """Actions that work here now, by id, in the order of the table: for help, footer and palette."""
        wanted = {context for node in self.key_chain() for context in (_context(node), "global")}
        return {
            action.id: action
            for action in ACTIONS
            if wanted.intersection(action.contexts) and self.runner(action) is not None
        }

    async def on_key(self, event: Key) -> None:
        if self.app.screen is not self.screen:
            self._aim_again(event)
        elif event.character and len(keys := strokes(event.character)) > 1:
            event.stop()
            for key in keys:
                await self._press_key(key)
        elif await self._press_key(stroke(event)):
            event.stop()
            event.prevent_default()

    def _aim_again(self, event: Key) -> None:
        """A key of the same burst opened another screen, after this one had been sent here."""
        event.stop()
        event.prevent_default()
        self.app.post_message(Key(event.key, event.character))

    async def _press_key(self, key: str) -> bool:
        first, self.first_stroke = self.first_stroke, ""
        if first:
            self._forget_hint()
            await self._run_key(f"{first} {key}")
            return True
        if await self._run_key(key):
            return True
        bounds = self._continuations_of(key)
        if bounds:
            self.first_stroke = key
            self._hint_timer = self.set_timer(HINT_AFTER, lambda: self.show_continuations(bounds))
        return bool(bounds)

    async def _run_key(self, key: str) -> bool:
        action = next(filter(None, (self._action_at(node, key) for node in self.key_chain())), None)
        return action is not None and await self.run_verb(action)

    def _action_at(self, node: DOMNode, key: str) -> Action | None:
        keymap, context = keymap_of(self), _context(node)
        if is_typed_into(context) and len(key) > 1 and " " not in key:
            return keymap.action(context, key) or keymap.action("global", key)
        return keymap.action(context, key)

    def _continuations_of(self, key: str) -> tuple[Bound, ...]:
        found = {
            bound.key: bound
            for node in self.key_chain()
            for bound in keymap_of(self).continuations(_context(node), key)
            if self.runner(bound.action) is not None
        }
        return tuple(found.values())

    def _forget_hint(self) -> None:
        if self._hint_timer:
            self._hint_timer.stop()
        self.show_continuations(())


def _context(node: DOMNode) -> str:
    return str(getattr(node, "CONTEXT", ""))
