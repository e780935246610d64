"""A line that is searched as it is typed: every letter is text, the arrows move in what was found."""

from textual.message import Message as Report
from textual.widgets import Input


class SearchField(Input):
    """Says what the author wants; the screen around it knows what that means."""

    CONTEXT = "prompt"

    class Moved(Report):
        """The cursor in the list shall move."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Accepted(Report):
        """What the cursor in the list is on, please."""

    class Left(Report):
        """The agent is through with typing."""

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, id=id, compact=True, select_on_focus=False)

    def fill(self, text: str) -> None:
        """Put a text there, the cursor behind it."""
        self.value = text
        self.cursor_position = len(text)

    def action_next(self) -> None:
        self.post_message(self.Moved(1))

    def action_previous(self) -> None:
        self.post_message(self.Moved(-1))

    def action_accept(self) -> None:
        self.post_message(self.Accepted())

    def action_complete(self) -> None:
        self.post_message(self.Left())

    def action_back(self) -> None:
        self.post_message(self.Left())
