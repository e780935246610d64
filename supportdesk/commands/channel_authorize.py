"""``supportdesk channel authorize`` and ``test``: a person grants access to a mailbox, and sees whether it works."""

import os
import select
import sys
from typing import TYPE_CHECKING

import click

from supportdesk.commands import output
from supportdesk.commands.options import json_option, system_desk
from supportdesk.commands.output import Column
from supportdesk.domain.errors import Unreachable
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.domain.channel import Channel


@click.command(help=_("Sign in at the provider of a mailbox, so that it may be used without a password; then try it."))
@click.argument("name")
@json_option
@click.pass_context
def authorize(ctx: click.Context, name: str, as_json: bool) -> None:
    from supportdesk.channels import kinds

    found = _channel(name)
    kinds.authorize(found.kind, found.settings, Terminal())
    output.say(_("Access is granted and kept. A running worker uses it at its next try, within 15 minutes."))
    _try_out(ctx, found, as_json)


@click.command(help=_("Try a channel step by step, without changing anything; exit code 5 if a step fails."))
@click.argument("name")
@json_option
@click.pass_context
def test(ctx: click.Context, name: str, as_json: bool) -> None:
    _try_out(ctx, _channel(name), as_json)


def _channel(name: str) -> "Channel":
    """The desk is not kept open while people and servers take their time."""
    from supportdesk.desk import channels

    with system_desk() as desk:
        return channels.channel(desk, name)


def _try_out(ctx: click.Context, found: "Channel", as_json: bool) -> None:
    from supportdesk.channels import kinds

    steps = kinds.test(found.kind, found.settings)
    columns = [Column("step", _("Step")), Column("ok", _("Works")), Column("detail", _("Answer"), folds=True)]
    rows = [{"step": _(step.name), "ok": step.ok, "detail": step.detail} for step in steps]
    output.emit(rows, columns, as_json, empty=_("There is nothing to try for this kind of channel."))
    if not all(step.ok for step in steps):
        ctx.exit(Unreachable.exit_code)


class Terminal:
    """See ``protocol.Terminal``. stdin is read only when there is something, so that a browser may answer first."""

    def __init__(self) -> None:
        self._unfinished = b""
        self._input = _descriptor()

    def say(self, text: str) -> None:
        output.say(text)

    def typed(self) -> str:
        while b"\n" not in self._unfinished and self._input is not None:
            if not select.select([self._input], [], [], 0)[0]:
                return ""
            more = os.read(self._input, 65536)
            self._unfinished += more or b"\n"
            if not more:
                self._input = None
        line, _newline, self._unfinished = self._unfinished.partition(b"\n")
        return line.decode("utf-8", "replace").strip()


def _descriptor() -> int | None:
    """None where there is no stdin to wait on: then only the browser can answer."""
    try:
        descriptor = sys.stdin.fileno()
        select.select([descriptor], [], [], 0)
    except (AttributeError, OSError, ValueError):  # none; Windows waits only on sockets; a test's
        return None
    return descriptor
