"""What people write after a command: ticket numbers, states, times, addresses, files, and text that may be piped in."""

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from supportdesk.domain.errors import DeskError, Invalid
from supportdesk.domain.message import Address
from supportdesk.domain.ticket import LinkKind, Priority, State
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.store.messages import File

F = TypeVar("F", bound=Callable[..., object])
PIPED = "-"
LARGEST = 2**63 - 1  # what a store can hold as a number


def number(text: str) -> int:
    """``#1042`` or ``1042``; raises Invalid."""
    digits = text.strip().removeprefix("#")
    if digits.isascii() and digits.isdecimal() and 0 < int(digits) <= LARGEST:
        return int(digits)
    raise Invalid('"{text}" is not a number.', hint="Write 1042 or #1042.", text=text)


def numbers(text: str) -> tuple[int, ...]:
    """``1042``, or several with commas between."""
    return tuple(number(part) for part in text.split(",") if part.strip()) or (number(text),)


def is_numbers(text: str) -> bool:
    try:
        return bool(numbers(text))
    except Invalid:
        return False


class NumberType(click.ParamType[int]):
    """A ticket number, or the id of something."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        return value if isinstance(value, int) else number(str(value))


class NumbersType(click.ParamType[tuple[int, ...]]):
    """One number or several with commas between."""

    name = "numbers"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        return value if isinstance(value, tuple) else numbers(str(value))


class Word(click.ParamType[StrEnum]):
    """One of the values of an enum, as it is written in JSON."""

    def __init__(self, values: type[StrEnum]) -> None:
        self.values = values
        self.name = values.__name__.lower()

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "|".join(self.values)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> StrEnum:
        try:
            return self.values(str(value).strip().lower().replace("-", "_"))
        except ValueError:
            allowed = ", ".join(self.values)
            raise Invalid(
                'It cannot be "{value}".', hint="Use one of {allowed}.", value=value, allowed=allowed
            ) from None


NUMBER, NUMBERS = NumberType(), NumbersType()
STATE, PRIORITY, LINK = Word(State), Word(Priority), Word(LinkKind)

ticket_argument = click.argument("ticket", metavar="N", type=NUMBER)
text_argument = click.argument("text", metavar="[TEXT]", required=False)
attach_option = click.option(
    "--attach",
    "attached",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help=_("A file to attach; may be repeated."),
)


def tickets_argument(command: F) -> F:
    """``N…``: tickets, with blanks or commas between."""
    return click.argument("tickets", metavar="N…", nargs=-1, required=True, type=NUMBERS)(command)


def flat(groups: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Every number once, as they were written."""
    return tuple(dict.fromkeys(each for group in groups for each in group))


def leading_numbers(words: Sequence[str]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The tickets that words begin with, and what follows. Raises Invalid where they begin with none."""
    count = next((index for index, word in enumerate(words) if not is_numbers(word)), len(words))
    return flat([numbers(word) for word in words[: max(count, 1)]]), tuple(words[max(count, 1) :])


def said(text: str | None) -> str:
    """The text itself, or what is piped in where there is none or it is ``-``. Raises Invalid at a terminal."""
    if text is not None and text != PIPED:
        return text
    if text is None and sys.stdin.isatty():
        raise Invalid("There is no text.", hint="Write it after the command in quotes, or pipe it in.")
    try:
        return piped().decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("The text piped in is not UTF-8.", hint="Convert it, for example with iconv.") from None


def piped() -> bytes:
    """All of stdin."""
    return sys.stdin.buffer.read()


def recipients(values: Sequence[str]) -> tuple[Address, ...]:
    """Addresses as in a mail's head: ``Kim <kim@example.com>``, several with commas between. Raises Invalid."""
    from supportdesk.domain.mail.addresses import parse_addresses

    found: list[Address] = []
    for value in values:
        parsed = parse_addresses(value.encode())
        if not parsed:
            raise Invalid('"{value}" is not an address.', hint="Write kim@example.com.", value=value)
        found += parsed
    return tuple(found)


def files(paths: Sequence[Path]) -> "tuple[File, ...]":
    """Files with their bytes; raises DeskError naming one that cannot be read."""
    from supportdesk.store.messages import File

    return tuple(File(path.name, content_type(path), bytes_of(path)) for path in paths)


def content_type(path: Path) -> str:
    from mimetypes import guess_type

    guessed, compressed = guess_type(path.name)
    return guessed if guessed and not compressed else "application/octet-stream"


def bytes_of(path: Path) -> bytes:
    """Raises DeskError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeskError(
            "The file {file} cannot be read: {reason}.", file=path, reason=error.strerror or error
        ) from None
