"""Everything a person may be told went wrong, as one sentence and the next step.

The message is a gettext msgid with ``{name}`` placeholders; the facts fill it. ``str()`` gives English,
the console and the CLI translate it before filling it in.
"""

from typing import ClassVar


class DeskError(Exception):
    """A failure with a sentence for the user. ``exit_code`` is the one of CLI.md."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, /, hint: str = "", **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.facts = facts

    def __str__(self) -> str:
        sentence = self.message.format(**self.facts)
        return f"{sentence} {self.hint.format(**self.facts)}" if self.hint else sentence


class Invalid(DeskError):
    """The input cannot mean anything: usage."""

    exit_code = 2


class NotFound(DeskError):
    """What was named does not exist."""

    exit_code = 3


class Conflict(DeskError):
    """Someone else changed the same thing first, or the state forbids the change."""

    exit_code = 4


class Unreachable(DeskError):
    """The store or a server cannot be reached, or is not at the schema this program needs."""

    exit_code = 5


class TemporaryFailure(DeskError):
    """Intake could not take a message now; the sender should try again (EX_TEMPFAIL)."""

    exit_code = 75
