"""Every verb of the console with its keys, once: bindings, footer, help, palette and the manual read this table.

A verb has the same key wherever it works. ``keys.toml`` moves keys by action id; what it asks that cannot be
is reported as a sentence and left at its default, so a bad file never stops the console.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from supportdesk.i18n import N_, _

TRIAGE = ("queue", "ticket", "search")
LISTS = ("queue", "ticket", "search", "outbox", "quarantine", "customers", "history", "help", "views")
MARKED = ("queue", "search")
EVERYWHERE = ("global",)

CONTEXTS: Mapping[str, tuple[str, ...]] = {
    "global": (),
    **dict.fromkeys(LISTS, ("global",)),
    "composer": (),
    "sheet": (),
    "canned": (),
    "prompt": (),
}
"""Each context with those whose keys work in it too. Where text is typed, single keys are text."""


class Action(NamedTuple):
    """A verb. ``keys``: a character or a key name each; "g i" is two strokes. ``id`` ends in its word for ``:``."""

    id: str
    keys: tuple[str, ...]
    title: str  # msgid
    contexts: tuple[str, ...]
    group: str  # msgid
    footer: bool = False
    palette: bool = True

    @property
    def word(self) -> str:
        """How it is called after ``:`` and, with ``action_`` before it, in a screen or widget."""
        return self.id.rpartition(".")[2]


_MOVE, _ANSWER, _TRIAGE, _SHAPE = N_("Move"), N_("Answer"), N_("Triage"), N_("Structure")
_MARKS, _FIND, _GO, _DESK, _WRITE = N_("Marks"), N_("Look up"), N_("Go to"), N_("Desk"), N_("While writing")

ACTIONS: tuple[Action, ...] = (
    Action("ticket.reply", ("r",), N_("Reply"), TRIAGE, _ANSWER, footer=True),
    Action("ticket.reply_sender", ("R",), N_("Reply to the sender only"), TRIAGE, _ANSWER),
    Action("ticket.note", ("n",), N_("Note"), TRIAGE, _ANSWER, footer=True),
    Action("ticket.forward", ("f",), N_("Forward"), TRIAGE, _ANSWER),
    Action("ticket.canned", ("i",), N_("Insert a canned reply"), ("ticket",), _ANSWER),
    Action("ticket.new", ("c",), N_("New ticket"), EVERYWHERE, _ANSWER),
    Action("ticket.assign", ("a",), N_("Assign"), TRIAGE, _TRIAGE, footer=True),
    Action("ticket.take", ("m",), N_("Assign to me"), TRIAGE, _TRIAGE, footer=True),
    Action("ticket.solve", ("e",), N_("Solve"), TRIAGE, _TRIAGE, footer=True),
    Action("ticket.state", ("s",), N_("State"), TRIAGE, _TRIAGE),
    Action("ticket.snooze", ("b",), N_("Snooze"), TRIAGE, _TRIAGE, footer=True),
    Action("ticket.priority", ("p",), N_("Priority"), TRIAGE, _TRIAGE),
    Action("ticket.tags", ("t",), N_("Tags"), TRIAGE, _TRIAGE),
    Action("ticket.team", ("v",), N_("Team"), TRIAGE, _TRIAGE),
    Action("ticket.follow", ("w",), N_("Follow"), TRIAGE, _TRIAGE),
    Action("ticket.spam", ("!",), N_("Spam"), TRIAGE, _TRIAGE),
    Action("ticket.undo", ("u",), N_("Undo"), (*TRIAGE, "quarantine"), _TRIAGE),
    Action("ticket.repeat", (".",), N_("Repeat the last verb"), TRIAGE, _TRIAGE),
    Action("ticket.macro", ("; ;",), N_("Run a macro"), TRIAGE, _TRIAGE),
    Action("ticket.merge", ("M",), N_("Merge"), TRIAGE, _SHAPE),
    Action("ticket.join", ("&",), N_("Join the suggested ticket instead"), ("ticket",), _SHAPE),
    Action("ticket.split", ("S",), N_("Split"), ("ticket",), _SHAPE),
    Action("ticket.link", ("L",), N_("Link"), TRIAGE, _SHAPE),
    Action("ticket.unmerge", (), N_("Undo a merge"), TRIAGE, _SHAPE),
    Action("ticket.unlink", (), N_("Remove a link"), TRIAGE, _SHAPE),
    Action("ticket.rename", (), N_("Change the subject"), TRIAGE, _SHAPE),
    Action("ticket.pipe", ("|",), N_("Pipe to a command, output as note"), TRIAGE, _SHAPE),
    Action("ticket.copy", ("y",), N_("Copy"), TRIAGE, _FIND),
    Action("ticket.history", ("h",), N_("Customer history"), TRIAGE, _FIND),
    Action("ticket.headers", ("H",), N_("Raw, as received"), ("ticket", "quarantine"), _FIND),
    Action(
        "ticket.unfold", ("enter", "o", "space"), N_("Fold or unfold quoted text"), ("ticket",), _FIND, palette=False
    ),
    Action("ticket.attachments", ("A",), N_("Attachments"), ("ticket",), _FIND),
    Action("ticket.next_ticket", ("J",), N_("Next ticket"), ("ticket",), _MOVE, palette=False),
    Action("ticket.previous_ticket", ("K",), N_("Previous ticket"), ("ticket",), _MOVE, palette=False),
    Action(
        "list.open",
        ("enter", "o"),
        N_("Open"),
        ("queue", "search", "outbox", "quarantine", "customers", "history", "views"),
        _MOVE,
        palette=False,
    ),
    Action("list.next", ("j", "down"), N_("Next"), LISTS, _MOVE, palette=False),
    Action("list.previous", ("k", "up"), N_("Previous"), LISTS, _MOVE, palette=False),
    Action("list.page_down", ("pagedown", "ctrl+f"), N_("Page down"), LISTS, _MOVE, palette=False),
    Action("list.page_up", ("pageup", "ctrl+b"), N_("Page up"), LISTS, _MOVE, palette=False),
    Action("list.first", ("home", "g g"), N_("First"), LISTS, _MOVE, palette=False),
    Action("list.last", ("end", "G"), N_("Last"), LISTS, _MOVE, palette=False),
    Action("mark.mark", ("x",), N_("Mark"), MARKED, _MARKS, palette=False),
    Action("mark.mark_range", ("X",), N_("Mark up to here"), MARKED, _MARKS, palette=False),
    Action("mark.mark_query", ("*",), N_("Mark by query"), MARKED, _MARKS),
    Action("queue.narrow", ("l",), N_("Narrow this view"), ("queue",), _FIND),
    Action("queue.sort", (), N_("Sort"), ("queue",), _FIND),
    Action("queue.next_view", ("]",), N_("Next view"), ("queue",), _GO, palette=False),
    Action("queue.previous_view", ("[",), N_("Previous view"), ("queue",), _GO, palette=False),
    Action("queue.clear", ("escape",), N_("Clear marks and narrowing"), ("queue",), _MARKS, palette=False),
    Action("outbox.recall", ("u",), N_("Recall"), ("outbox",), _DESK, footer=True),
    Action("inbound.retry", ("T",), N_("Try again"), ("outbox", "quarantine"), _DESK, footer=True),
    Action("inbound.ticket", ("t",), N_("Make a ticket of it"), ("quarantine",), _DESK, footer=True),
    Action("inbound.discard", ("D",), N_("Discard"), ("quarantine",), _DESK, footer=True),
    Action("desk.search", ("/",), N_("Search"), EVERYWHERE, _FIND, footer=True),
    Action("go.mine", ("g i",), N_("My tickets"), EVERYWHERE, _GO),
    Action("go.unassigned", ("g u",), N_("Unassigned"), EVERYWHERE, _GO),
    Action("go.open_tickets", ("g a",), N_("All open"), EVERYWHERE, _GO),
    Action("go.due", ("g d",), N_("Due soon"), EVERYWHERE, _GO),
    Action("go.snoozed", ("g s",), N_("Snoozed"), EVERYWHERE, _GO),
    Action("go.mentions", ("g @",), N_("Mentions"), EVERYWHERE, _GO),
    Action("go.outbox", ("g o",), N_("Outbox"), EVERYWHERE, _GO),
    Action("go.quarantine", ("g f",), N_("Quarantine"), EVERYWHERE, _GO),
    Action("go.customers", ("g c",), N_("Customers"), EVERYWHERE, _GO),
    Action("go.knowledge", ("g k",), N_("Knowledge"), EVERYWHERE, _GO),
    Action("go.reports", ("g r",), N_("Reports"), EVERYWHERE, _GO),
    Action("go.view", ("g v",), N_("Any view, by name"), EVERYWHERE, _GO),
    Action(
        "go.back",
        ("q", "escape"),
        N_("Back"),
        ("ticket", "search", "outbox", "quarantine", "customers", "history", "help", "views"),
        _MOVE,
        palette=False,
    ),
    Action("desk.help", ("?", "f1"), N_("Help"), EVERYWHERE, _DESK, footer=True),
    Action("desk.command", (":",), N_("Command line"), EVERYWHERE, _DESK, palette=False),
    Action("desk.palette", ("ctrl+p",), N_("Command palette"), EVERYWHERE, _DESK, palette=False),
    Action("desk.reload", ("ctrl+l",), N_("Load and draw again"), EVERYWHERE, _DESK),
    Action("desk.theme", (), N_("Theme"), EVERYWHERE, _DESK),
    Action("queue.leave", ("q",), N_("Leave"), ("queue",), _DESK, palette=False),
    Action("desk.quit", ("ctrl+q",), N_("Leave"), EVERYWHERE, _DESK),
    Action("composer.send_sheet", ("ctrl+s",), N_("Send sheet"), ("composer",), _WRITE, footer=True, palette=False),
    Action("composer.editor", ("ctrl+o",), N_("Write in $EDITOR"), ("composer",), _WRITE, footer=True, palette=False),
    Action("composer.canned", ("ctrl+r",), N_("Canned replies"), ("composer",), _WRITE, footer=True, palette=False),
    Action("composer.attach", ("ctrl+t",), N_("Attach a file"), ("composer",), _WRITE, palette=False),
    Action("composer.quote", ("ctrl+g",), N_("Quote the message"), ("composer",), _WRITE, palette=False),
    Action("composer.recipients", ("ctrl+n",), N_("Recipients"), ("composer",), _WRITE, palette=False),
    Action("composer.keep", ("escape",), N_("Keep the draft and leave"), ("composer",), _WRITE, True, palette=False),
    Action("composer.switch", ("f9",), N_("Make it a note or a reply"), ("composer",), _WRITE, palette=False),
    Action("composer.discard", ("f8",), N_("Throw the draft away"), ("composer",), _WRITE, palette=False),
    Action("sheet.send", ("enter",), N_("Send"), ("sheet",), _WRITE, footer=True, palette=False),
    Action("sheet.send_solve", ("e",), N_("Send and solve"), ("sheet",), _WRITE, footer=True, palette=False),
    Action("sheet.send_pend", ("p",), N_("Send and wait for the customer"), ("sheet",), _WRITE, True, palette=False),
    Action("sheet.send_snooze", ("b",), N_("Send and snooze"), ("sheet",), _WRITE, footer=True, palette=False),
    Action("sheet.send_later", ("l",), N_("Send later"), ("sheet",), _WRITE, footer=True, palette=False),
    Action("sheet.back", ("q", "escape"), N_("Back to the text"), ("sheet",), _WRITE, footer=True, palette=False),
    Action("canned.insert", ("enter",), N_("Insert"), ("canned",), _WRITE, footer=True, palette=False),
    Action("canned.next", ("down", "ctrl+n"), N_("Next"), ("canned",), _MOVE, palette=False),
    Action("canned.previous", ("up", "ctrl+p"), N_("Previous"), ("canned",), _MOVE, palette=False),
    Action("canned.back", ("escape",), N_("Back"), ("canned",), _MOVE, footer=True, palette=False),
    Action("prompt.accept", ("enter",), N_("Accept"), ("prompt",), _MOVE, footer=True, palette=False),
    Action("prompt.next", ("down", "ctrl+n"), N_("Next"), ("prompt",), _MOVE, palette=False),
    Action("prompt.previous", ("up", "ctrl+p"), N_("Previous"), ("prompt",), _MOVE, palette=False),
    Action("prompt.complete", ("tab",), N_("Complete"), ("prompt",), _MOVE, palette=False),
    Action("prompt.back", ("escape",), N_("Back"), ("prompt",), _MOVE, footer=True, palette=False),
)

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

_JAMO = dict(zip("qwertyuiopasdfghjklzxcvbnm", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ", strict=True))
_SHIFTED_JAMO = dict(zip("QWERTOP", "ㅃㅉㄸㄲㅆㅒㅖ", strict=True))
_KEY_OF_JAMO = {jamo: key for key, jamo in (_JAMO | _SHIFTED_JAMO).items()}
_KEY_OF_JAMO |= {
    compound: _KEY_OF_JAMO[first] + _KEY_OF_JAMO[second]
    for compound, first, second in zip(
        "ㅘㅙㅚㅝㅞㅟㅢㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
        "ㅗㅗㅗㅜㅜㅜㅡㄱㄴㄴㄹㄹㄹㄹㄹㄹㄹㅂ",
        "ㅏㅐㅣㅓㅔㅣㅣㅅㅈㅎㄱㅁㅂㅅㅌㅍㅎㅅ",
        strict=True,
    )
}
_LEADS, _VOWELS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_TAILS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"  # one less than there are: a syllable may have none
_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3


def twins(key: str) -> tuple[str, ...]:
    """The dubeolsik jamo a Hangul IME sends for a letter key.

    Shift makes another jamo for ``Q W E R T O P`` alone; for any other capital the IME sends that of the
    small letter, so it has no twin: ``shift_is_lost`` says so.
    """
    jamo = _JAMO.get(key) or _SHIFTED_JAMO.get(key)
    return (jamo,) if jamo else ()


def shift_is_lost(key: str) -> bool:
    """Whether a capital cannot be told from its small letter while a Hangul IME is on."""
    return key.isascii() and key.isupper() and key not in _SHIFTED_JAMO


def strokes(character: str) -> str:
    """The letter keys that made a Hangul character: an IME joins quick strokes, ``g i`` arrives as 햐."""
    if not _FIRST_SYLLABLE <= ord(character) <= _LAST_SYLLABLE:
        return _KEY_OF_JAMO.get(character, character)
    rest, tail = divmod(ord(character) - _FIRST_SYLLABLE, len(_TAILS) + 1)
    lead, vowel = divmod(rest, len(_VOWELS))
    jamo = _LEADS[lead] + _VOWELS[vowel] + (_TAILS[tail - 1] if tail else "")
    return "".join(_KEY_OF_JAMO[part] for part in jamo)


def _typed(key: str) -> str:
    return " ".join(strokes(part) if len(part) == 1 else part for part in key.split(" "))


@dataclass(frozen=True, slots=True)
class Bound:
    """A key, or two strokes with a space between, and the verb it runs."""

    key: str
    action: Action

    @property
    def prefix(self) -> str:
        """The first of two strokes, "" when there is one."""
        return self.key.rpartition(" ")[0]

    @property
    def last(self) -> str:
        return self.key.rpartition(" ")[2]


@dataclass(frozen=True)
class Keymap:
    """The keys in force. ``moved`` holds the actions whose keys are not the default ones."""

    moved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    _tables: dict[str, Mapping[str, Action]] = field(default_factory=dict, repr=False, compare=False)

    def keys_for(self, action_id: str) -> tuple[str, ...]:
        """Keys of an action as a person would write them, best first; empty when it has none."""
        return self.moved.get(action_id, BY_ID[action_id].keys)

    def bindings(self, context: str) -> tuple[Bound, ...]:
        """Keys of exactly this context, without those it inherits and without twins."""
        here = (action for action in ACTIONS if context in action.contexts)
        return tuple(Bound(key, action) for action in here for key in self.keys_for(action.id))

    def live(self, context: str) -> tuple[Bound, ...]:
        """Keys that work in a context: its own, then the inherited ones."""
        return tuple(bound for name in (context, *CONTEXTS[context]) for bound in self.bindings(name))

    def action(self, context: str, key: str) -> Action | None:
        """What a key, or two strokes, does in a context. A jamo is the letter key that types it."""
        table = self._table(context)
        return table.get(key) or table.get(_typed(key))

    def continuations(self, context: str, prefix: str) -> tuple[Bound, ...]:
        """What may follow a first stroke; empty when it is none."""
        return tuple(bound for bound in self.live(context) if bound.prefix == _typed(prefix))

    def _table(self, context: str) -> Mapping[str, Action]:
        if context not in self._tables:
            self._tables[context] = {bound.key: bound.action for bound in reversed(self.live(context))}
        return self._tables[context]


def is_typed_into(context: str) -> bool:
    """Whether letters are text there, so that only named keys can be verbs."""
    return context in ("composer", "canned", "prompt")


_NAMED = re.compile(
    r"(?:ctrl\+[a-z@\\\]^_]|(?:ctrl\+|shift\+|ctrl\+shift\+)?"
    r"(?:enter|escape|tab|space|backspace|delete|insert|home|end|pageup|pagedown|up|down|left|right|f(?:1\d|2[0-4]|[1-9])))"
)
_SAME_IN_A_TERMINAL = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace"}


def load(path: Path) -> Keymap:
    """The keymap of a ``keys.toml``: table ``[ticket]`` of ``reply = "r"`` or ``reply = ["r", "f5"]``; "" is no key."""
    if not path.exists():
        return Keymap()
    import tomllib

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Keymap(problems=(_("{path} was not read: {error}.").format(path=path, error=error),))
    return remapped(dict(_flat(data)))


def remapped(wishes: Mapping[str, object]) -> Keymap:
    """A keymap with the ``wishes`` that can be: action id to a key or a list of keys."""
    moved: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for action_id, wish in wishes.items():
        keys = (wish,) if isinstance(wish, str) else wish
        if action_id not in BY_ID:
            problems.append(_("There is no action {id}; `supportdesk keys` lists them.").format(id=action_id))
        elif not isinstance(keys, list | tuple) or not all(isinstance(key, str) for key in keys):
            problems.append(_('{id}: a key is a text such as "r", or a list of them.').format(id=action_id))
        elif refusal := next(filter(None, (_refusal(BY_ID[action_id], key) for key in keys if key)), ""):
            problems.append(refusal)
        elif first := next((key for key in keys if any(other.startswith(f"{key} ") for other in keys if key)), ""):
            problems.append(
                _("{id}: {key} cannot be a key and the first of two strokes.").format(id=action_id, key=first)
            )
        else:
            moved[action_id] = tuple(key for key in keys if key)
    return _without_clashes(moved, problems)


def _flat(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _refusal(action: Action, key: str) -> str:
    """Why ``key`` cannot be a key of ``action``, "" if it can."""
    parts = key.split(" ")
    if len(parts) > 2 or not all((len(part) == 1 and part.isprintable()) or _NAMED.fullmatch(part) for part in parts):
        return _('{id}: {key} is no key; write "r", "ctrl+r", "f5" or "g r".').format(id=action.id, key=repr(key))
    if same := next((part for part in parts if part in _SAME_IN_A_TERMINAL), ""):
        other = _SAME_IN_A_TERMINAL[same]
        return _("{id}: a terminal cannot tell {key} from {other}.").format(id=action.id, key=same, other=other)
    typed = next((context for context in action.contexts if is_typed_into(context)), "")
    if typed and (len(parts[0]) == 1 or len(parts) > 1 or key == "space"):
        return _("{id}: {key} is text while writing; use a ctrl or function key.").format(id=action.id, key=repr(key))
    return ""


def _without_clashes(moved: dict[str, tuple[str, ...]], problems: list[str]) -> Keymap:
    """Put moved actions back, last one first, until no context has a key twice."""
    while clash := _first_clash(Keymap(moved)):
        context, one, other = clash
        loser, winner = (one, other) if _order(moved, one) > _order(moved, other) else (other, one)
        text = _("{id} keeps its default: {key} is already {other} in {context}. Move that one as well.")
        problems.append(text.format(id=loser.action.id, key=repr(loser.key), other=winner.action.id, context=context))
        del moved[loser.action.id]
    return Keymap(moved, problems=tuple(problems))


def _order(moved: Mapping[str, tuple[str, ...]], bound: Bound) -> int:
    return list(moved).index(bound.action.id) if bound.action.id in moved else -1


def _first_clash(keymap: Keymap) -> tuple[str, Bound, Bound] | None:
    """Two verbs on one key, or a key that is also the first of two strokes."""
    for context in CONTEXTS:
        seen: dict[str, Bound] = {}
        for bound in keymap.live(context):
            other = seen.get(bound.key) or seen.get(bound.prefix) or _longer(seen, bound.key)
            if other and other.action != bound.action:
                return context, other, bound
            seen[bound.key] = bound
    return None


def _longer(seen: Mapping[str, Bound], key: str) -> Bound | None:
    return next((bound for bound in seen.values() if bound.prefix == key), None)


def markdown(keymap: Keymap | None = None) -> str:
    """The key table of the manual, in the language in force."""
    keymap = keymap or Keymap()
    lines: list[str] = []
    for group, actions in grouped(ACTIONS):
        lines += [f"## {_(group)}", "", f"| {_('key')} | {_('verb')} | id | {_('where')} |", "|---|---|---|---|"]
        for action in actions:
            keys = " ".join(f"`{key}`" for key in keymap.keys_for(action.id)).replace("|", "\\|")
            lines.append(f"| {keys} | {_(action.title)} | `{action.id}` | {', '.join(action.contexts)} |")
        lines.append("")
    lost = " ".join(sorted({key for action in ACTIONS for key in keymap.keys_for(action.id) if shift_is_lost(key)}))
    text = _(
        "With a Hangul IME on, every letter works as the jamo it types. Shift is lost for {keys}: switch the IME off."
    )
    return "\n".join([*lines, text.format(keys=lost), ""])


def grouped(actions: Iterable[Action]) -> tuple[tuple[str, tuple[Action, ...]], ...]:
    """Actions by group (msgid), both in the order of the table."""
    groups: dict[str, list[Action]] = {}
    for action in actions:
        groups.setdefault(action.group, []).append(action)
    return tuple((group, tuple(members)) for group, members in groups.items())
