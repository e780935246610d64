"""The command line and the palette: one list of verbs, from ACTIONS, for both."""

from supportdesk.domain.errors import Invalid
from supportdesk.domain.fuzzy import rank
from supportdesk.i18n import N_, _
from supportdesk.keymap import Action
from supportdesk.screens.desk_screen import DeskScreen
from supportdesk.screens.prompts import Choice, Prompt
from supportdesk.widgets.keys import shown_key


def command_prompt(screen: DeskScreen[object], *, everything: bool) -> Prompt:
    """Ask for a verb: the palette lists all that work here at once, the command line what fits the typed word."""
    keymap = screen.console.keymap
    choices = [
        Choice(action.word, _(action.title), "  ".join([*map(shown_key, keymap.keys_for(action.id)), action.word]))
        for action in screen.live_actions().values()
        if action.palette
    ]
    title = _("What to do?") if everything else ":"
    return Prompt(
        title, choices=choices, free=True, typed_first=not everything, placeholder=_("assign bob, snooze 2h, 1042")
    )


def found_action(screen: DeskScreen[object], word: str) -> Action:
    """The verb a word names: exactly, else the best that works here. Raises ``Invalid``."""
    live = [action for action in screen.live_actions().values() if action.palette]
    wanted = word.casefold().replace("-", "_")
    exact = next((action for action in live if action.word == wanted), None)
    found = exact or next(iter(rank(word, live, lambda action: (_(action.title), action.word))), None)
    if found is None:
        raise Invalid(N_("There is no verb {word} here."), hint=N_("Ctrl+P lists them."), word=word)
    return found
