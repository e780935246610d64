"""One line to type in, with what can be chosen below it and what it means as it is typed."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rich.cells import set_cell_size
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from supportdesk.domain.errors import DeskError
from supportdesk.domain.fuzzy import rank
from supportdesk.i18n import _, sentence
from supportdesk.screens.desk_screen import Console
from supportdesk.widgets.keys import Keyed

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk

SHOWN = 8
"""Choices visible at once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to pick. ``value`` is what the prompt answers."""

    value: str
    label: str
    detail: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.label, self.value, self.detail)


Load = Callable[["Desk"], Sequence[Choice]]
Check = Callable[[str], str]


class Prompt(Keyed, ModalScreen[str | None]):
    """Answers the chosen value or, if ``free``, the text; None when left.

    ``load`` fetches choices in a thread. ``check`` says in words what the text means and raises a
    ``DeskError`` for one that cannot be accepted.
    """

    CONTEXT = "prompt"
    CSS_PATH = "../styles/prompt.tcss"

    def __init__(
        self,
        title: str,
        *,
        choices: Sequence[Choice] = (),
        load: Load | None = None,
        check: Check | None = None,
        free: bool = False,
        typed_first: bool = False,
        text: str = "",
        placeholder: str = "",
    ) -> None:
        super().__init__()
        self._question, self._prefilled, self._example = title, text, placeholder
        self._all_choices, self._loader, self._checker, self._free = tuple(choices), load, check, free
        self._typed_first = typed_first
        self._shown_choices: list[Choice] = []
        self._chosen = 0
        self._searched: str | None = None
        self._accept_when_loaded = False

    def compose(self) -> ComposeResult:
        with Vertical(id="prompt"):
            yield Static("", id="choices", markup=False)
            yield Static("", id="meaning", markup=False)
            with Horizontal(id="line"):
                yield Static(self._question, id="question", markup=False)
                yield Input(
                    value=self._prefilled, placeholder=self._example, id="text", select_on_focus=False, compact=True
                )

    def on_mount(self) -> None:
        self._search()
        if self._loader:
            self.run_worker(self._loaded(self._loader), exit_on_error=False)

    async def _loaded(self, load: Load) -> None:
        desk = await cast("Console", self.app).opened()
        try:
            self._all_choices = tuple(await asyncio.to_thread(load, desk))
        except DeskError as error:
            self._say(sentence(error), wrong=True)
            return
        self._loader = None
        self._search()
        if self._accept_when_loaded:
            self.action_accept()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._catch_up()

    def action_next(self) -> None:
        self._catch_up()
        self._step(1)

    def action_previous(self) -> None:
        self._catch_up()
        self._step(-1)

    def action_complete(self) -> None:
        """Put the chosen value into the line."""
        if self._shown_choices:
            field = self.query_one(Input)
            field.value = self._shown_choices[self._chosen].value
            field.cursor_position = len(field.value)

    def action_back(self) -> None:
        self.dismiss(None)

    def action_accept(self) -> None:
        self._catch_up()
        if self._loader:
            self._accept_when_loaded = True
        elif self._shown_choices and not self._means_the_text():
            self.dismiss(self._shown_choices[self._chosen].value)
        elif self._is_complete_text():
            self.dismiss(self.typed)

    def _means_the_text(self) -> bool:
        """Whether Enter takes what was typed rather than the choice it found: it has an argument or is a number."""
        if self._chosen or not self._free:
            return False
        return self._typed_first and (" " in self.typed or self.typed.removeprefix("#").isdecimal())

    @property
    def typed(self) -> str:
        return self.query_one(Input).value.strip()

    def _is_complete_text(self) -> bool:
        if not self._free:
            return False
        try:
            meaning = self._checker(self.typed) if self._checker else ""
        except DeskError as error:
            self._say(sentence(error) if self.typed else "", wrong=bool(self.typed))
            return False
        self._say(meaning)
        return True

    def _catch_up(self) -> None:
        """Search for what is typed: Enter may overtake the news of the letters before it."""
        if self.typed != self._searched:
            self._search()

    def _search(self) -> None:
        self._searched = self.typed
        self._shown_choices = (
            rank(self.typed, self._all_choices, lambda choice: choice.texts) if self.typed else list(self._all_choices)
        )
        self._chosen = 0
        self._show()
        if self._free:
            self._is_complete_text()
        elif self.typed and not self._shown_choices and not self._loader:
            self._say(_("Nothing is called {text}.").format(text=self.typed), wrong=True)
        else:
            self._say("")

    def _step(self, by: int) -> None:
        if self._shown_choices:
            self._chosen = (self._chosen + by) % len(self._shown_choices)
            self._show()

    def _show(self) -> None:
        first = max(0, min(self._chosen - SHOWN // 2, len(self._shown_choices) - SHOWN))
        lines = [self._line(choice, first + n) for n, choice in enumerate(self._shown_choices[first : first + SHOWN])]
        field = self.query_one("#choices", Static)
        field.update(Content("\n").join(lines))
        field.display = bool(lines)

    def _line(self, choice: Choice, at: int) -> Content:
        mark, style = ("> ", "$accent") if at == self._chosen else ("  ", "")
        label = set_cell_size(choice.label, 28)
        return Content.assemble((mark, "$accent"), (label, style), "  ", (choice.detail, "$text-muted"))

    def _say(self, text: str, wrong: bool = False) -> None:
        field = self.query_one("#meaning", Static)
        field.update(Content(text))
        field.set_class(wrong, "wrong")
        field.display = bool(text)
