"""The one module that owns stdout: tables for people, JSON for programs, and everything else on stderr.

Times are ISO-8601 in UTC everywhere. What customers wrote is shown as it is and never read as markup.
"""

import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from supportdesk.domain.errors import DeskError
from supportdesk.i18n import _

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

FOLDED_WIDTH = 16  # cells; below that a narrow terminal cuts the columns that do not fold
UNFOLDED_WIDTH = 100_000  # cells; a program that reads a table through a pipe gets each row on one line


class ReaderGone(Exception):
    """Whoever read stdout has had enough (``| head``)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the ``key`` in the row, the translated ``title``, and whether long text may fold.

    On a terminal narrower than ``from_width`` cells it is left out; a program that reads the table gets it all.
    """

    key: str
    title: str
    right: bool = False
    folds: bool = False
    from_width: int = 0


def emit(rows: Iterable[Mapping[str, object]], columns: Sequence[Column], as_json: bool, *, empty: str = "") -> None:
    """A list: the ``columns`` as a table, or all keys of every row as a JSON array, one object a line."""
    if as_json:
        _array(rows)
        return
    shown = _fitting(columns)
    table = _table(shown)
    for row in rows:
        table.add_row(*(_cell(row.get(column.key)) for column in shown))
    if table.row_count:
        show(table)
    else:
        say(empty or _("Nothing to list."))


def emit_one(row: Mapping[str, object], titles: Mapping[str, str], as_json: bool) -> None:
    """One thing: its ``titles`` (key to translated title) with their values, or the whole row as JSON."""
    if as_json:
        ndjson([row])
        return
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for key, title in titles.items():
        grid.add_row(Text(title), _cell(row.get(key)))
    show(grid)


def ndjson(values: Iterable[object]) -> None:
    """One JSON object a line, each handed over at once: for streams somebody follows."""
    for value in values:
        _write_json(value, "\n")
        flush()


def show(*parts: "RenderableType") -> None:
    """Rich renderables on stdout. Customer text among them has to be ``Text``, for a string here is read as plain."""
    drawn = io.StringIO()  # rich would write to stdout itself, past what we know about its reader
    console = _console(drawn, watched=sys.stdout.isatty())
    for part in parts:
        console.print(part)
    _write("".join(f"{row.rstrip(' ')}\n" for row in drawn.getvalue().removesuffix("\n").split("\n")))


def line(text: str) -> None:
    """One line of plain text on stdout."""
    _write(f"{text}\n")


def raw(data: bytes) -> None:
    """Bytes on stdout just as they are: a message as received, an attachment."""
    with _reader():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


def is_watched() -> bool:
    """Whether what is written here appears on a terminal."""
    return sys.stdout.isatty()


def flush() -> None:
    with _reader():
        sys.stdout.flush()


def say(text: str) -> None:
    """A line for the person, on stderr: errors, news, progress in words. A closed stderr is no reason to fail."""
    try:
        _encodable(sys.stderr, f"{text}\n")
        sys.stderr.flush()
    except OSError:
        return


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on stderr if that is a terminal; call what it yields with the number of things done since."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console(sys.stderr, watched=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)


def utc(at: datetime) -> str:
    """ISO-8601 in UTC with a Z. ``at`` knows its zone; a time that does not is refused with ValueError."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at!r}")
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _array(rows: Iterable[object]) -> None:
    opening = "["
    for row in rows:
        _write(f"{opening}\n  ")
        _write_json(row, "")
        opening = ","
    _write("[]\n" if opening == "[" else "\n]\n")


def _write_json(value: object, end: str) -> None:
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:  # half a surrogate pair, or a terminal that is not UTF-8
        text = json.dumps(value, default=_plain)
    _write(text + end)


def _plain(value: object) -> object:
    """What JSON can hold for a value of ours."""
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _fitting(columns: Sequence[Column]) -> Sequence[Column]:
    if not sys.stdout.isatty():
        return columns
    width = _console(sys.stdout, watched=True).width
    return [column for column in columns if column.from_width <= width]


def _table(columns: Sequence[Column]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(
            Text(column.title),
            justify="right" if column.right else "left",
            no_wrap=not column.folds,
            min_width=FOLDED_WIDTH if column.folds else None,
            overflow="fold",
        )
    return table


def _cell(value: object) -> "RenderableType":
    from rich.text import Text

    return Text(" ".join(_words(value).split("\n")))


def _words(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return utc(value.replace(microsecond=0))
        case str():
            return value
        case Mapping():
            return ", ".join(f"{key}: {_words(inner)}" for key, inner in value.items())
        case Iterable():
            return ", ".join(_words(inner) for inner in value)
        case _:
            return str(value)


def _console(file: TextIO, *, watched: bool) -> "Console":
    from rich.console import Console

    width = None if watched else UNFOLDED_WIDTH
    return Console(file=file, force_terminal=watched, width=width, markup=False, emoji=False, highlight=False)


def _write(text: str) -> None:
    with _reader():
        _encodable(sys.stdout, text)


def _encodable(file: TextIO, text: str) -> None:
    """Write ``text``; characters the terminal has no code for are shown as escapes rather than failing."""
    try:
        file.write(text)
    except UnicodeEncodeError:
        encoding = file.encoding or "ascii"
        file.write(text.encode(encoding, "backslashreplace").decode(encoding))


@contextmanager
def _reader() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        _discard_the_rest()
        raise ReaderGone from None
    except OSError as error:
        _discard_the_rest()
        raise DeskError(
            "The output cannot be written: {reason}.",
            hint="Make room or write it elsewhere.",
            reason=error.strerror or error,
        ) from None


def _discard_the_rest() -> None:
    """Let Python's own flush at exit go nowhere, or it would complain after us."""
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    except OSError:  # stdout is no file; then there is no flush at exit either
        return
