"""A ticket to a command and its output back: the agent's own tools, without a shell in between."""

import dataclasses
import json
import shlex
import subprocess
from datetime import datetime
from typing import TYPE_CHECKING

from supportdesk.domain.errors import Invalid
from supportdesk.domain.safe import safe_text
from supportdesk.i18n import N_

if TYPE_CHECKING:
    from supportdesk.desk.tickets import TicketPage

TIME_LIMIT = 30.0
MAX_OUTPUT = 100_000
"""Bytes of output that become a note."""


def as_json(page: "TicketPage") -> str:
    """Ticket, customer and messages; times are ISO-8601 UTC."""
    return json.dumps(
        {
            "ticket": dataclasses.asdict(page.ticket),
            "customer": {**dataclasses.asdict(page.customer)},
            "messages": [dataclasses.asdict(message) for message in page.messages],
        },
        ensure_ascii=False,
        default=_plain,
    )


def run_command(command: str, data: bytes) -> str:
    """What ``command`` answers to ``data`` on its standard input, with how it ended. Raises ``Invalid``."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise Invalid(N_("A quotation mark is missing its other one.")) from error
    if not words:
        raise Invalid(N_("There is no command."))
    try:
        done = subprocess.run(  # noqa: S603 - the agent's own command, split without a shell
            words, input=data, capture_output=True, timeout=TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Invalid(N_("{command} took longer than {n} s."), command=words[0], n=int(TIME_LIMIT)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise Invalid(N_("{command} cannot be run: {reason}."), command=words[0], reason=reason) from error
    said = (done.stdout + done.stderr)[:MAX_OUTPUT].decode("utf-8", "replace")
    output = safe_text(said).strip("\n")
    return f"$ {command.strip()}\n{output}\n[{done.returncode}]"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
