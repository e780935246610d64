"""A line of the send sheet to type in: it takes every letter as text, and says what is wrong with it."""

import shlex
from email.utils import getaddresses
from pathlib import Path

from textual.message import Message as Report
from textual.widgets import Input

from supportdesk.domain.errors import Invalid
from supportdesk.domain.message import Address
from supportdesk.domain.safe import safe_line
from supportdesk.i18n import N_, _
from supportdesk.widgets.words import shown_size

MAX_FILE = 25_000_000
"""Bytes of one attachment: most mail servers refuse more."""


class SheetField(Input):
    """Enter and Escape give the keys back to the sheet; nothing is sent from inside a field."""

    CONTEXT = "prompt"

    class Accepted(Report):
        """The line is as the author wants it."""

        def __init__(self, field: "SheetField") -> None:
            super().__init__()
            self.field = field

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, compact=True, select_on_focus=False)
        self._before = ""

    def fill(self, text: str) -> None:
        self.value = self._before = text
        self.cursor_position = len(text)

    def action_accept(self) -> None:
        self._before = self.value
        self.post_message(self.Accepted(self))

    def action_back(self) -> None:
        self.value = self._before
        self.post_message(self.Accepted(self))


def shown_addresses(addresses: tuple[Address, ...]) -> str:
    return ", ".join(str(address) for address in addresses)


def parse_addresses(text: str, *, mail: bool) -> tuple[Address, ...]:
    """Addresses as written, separated by commas; raises ``Invalid``. ``mail``: each needs an ``@``."""
    if not text.strip():
        return ()
    if not mail:
        return tuple(Address(safe_line(part)) for part in text.split(",") if part.strip())
    found = tuple(Address(safe_line(address), safe_line(name)) for name, address in getaddresses([text]))
    for address in found:
        name, at, host = address.address.rpartition("@")
        if not (name and at and host) or " " in address.address:
            raise Invalid(
                N_("{text} is not an address."), hint=N_("Write name@example.com."), text=address.address or text
            )
    return found


def shown_paths(paths: tuple[Path, ...]) -> str:
    return shlex.join(str(path) for path in paths)


def parse_paths(text: str) -> tuple[Path, ...]:
    """Files to attach, quoted as in a shell; raises ``Invalid`` for one that cannot be attached."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise Invalid(N_("A quotation mark is missing its other one.")) from error
    return tuple(_attachable(Path(word).expanduser()) for word in words)


def _attachable(path: Path) -> Path:
    try:
        size = path.stat().st_size
    except OSError as error:
        reason = error.strerror or str(error)
        raise Invalid(N_("{path} cannot be attached: {reason}."), path=path, reason=reason) from error
    if not path.is_file():
        raise Invalid(N_("{path} is not a file."), path=path)
    if size > MAX_FILE:
        raise Invalid(
            N_("{path} has {size}: most mail servers refuse more than {limit}."),
            path=path, size=shown_size(size), limit=shown_size(MAX_FILE),
        )  # fmt: skip
    return path


def described(paths: tuple[Path, ...]) -> str:
    """Files with their sizes, for one line."""
    return ", ".join(f"{path.name} ({shown_size(path.stat().st_size)})" for path in paths) or _("no files")
