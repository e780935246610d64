"""Stored mail read anew, and what that changes: as a difference to read, or as JSON."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from supportdesk.commands import output
from supportdesk.commands.options import chosen_config, json_option, with_system_desk
from supportdesk.commands.times import past, zone
from supportdesk.domain.errors import DeskError
from supportdesk.i18n import _, ngettext

if TYPE_CHECKING:
    from rich.text import Text

    from supportdesk.desk.desk import Desk
    from supportdesk.desk.reparse import Difference, Reread

LONGEST = 300
"""Characters of a value in the JSON; they begin shortly before the first that differs."""
LEAD = 40
MOST_LINES = 400
"""Lines of a text that are compared, from shortly before the first that differs."""
CONTEXT = 2
STYLES = {"+": "green", "-": "red", "@": "cyan"}

Json = dict[str, object]


@click.command(
    help=_(
        "Read the stored mails that came in since WHEN (2026-11-01, 7d, all) anew, and show what differs: texts, "
        "subjects, kinds and files of messages. Tickets, their states and who wrote stay as they are."
    )
)
@click.option("--since", metavar="WHEN", required=True, help=_("From then on: 2026-11-01, yesterday, 7d or all."))
@click.option("--channel", metavar="NAME", default="", help=_("Only of this channel."))
@click.option("--dry-run", is_flag=True, help=_("Only show what would differ."))
@json_option
@with_system_desk
def reparse(desk: "Desk", since: str, channel: str, dry_run: bool, as_json: bool) -> None:
    from supportdesk.desk import channels

    if channel:
        channels.channel(desk, channel)
    tz = zone(chosen_config().timezone)
    start = datetime.fromtimestamp(0, UTC) if since.strip().lower() == "all" else past(since, desk.now(), tz)
    run = _Run(desk, start, channel, dry_run)
    if as_json:
        output.emit((row for found in run.found() for row in rows(found)), (), True)
    else:
        for found in run.found():
            output.show(*drawn(found))
    run.sum_up()


class _Run:
    """One run: its findings as they come, counted."""

    def __init__(self, desk: "Desk", since: datetime, channel: str, dry_run: bool) -> None:
        self._desk, self._since, self._channel, self._dry_run = desk, since, channel, dry_run
        self._looked = self._differ = self._unreadable = 0

    def found(self) -> "Iterator[Reread]":
        from supportdesk.desk import reparse as verb

        with _progress() as done:
            for batch in verb.reparse(self._desk, self._since, channel=self._channel, dry_run=self._dry_run):
                self._looked += batch.looked
                self._differ += sum(1 for found in batch.found if not found.error)
                self._unreadable += sum(1 for found in batch.found if found.error)
                done(batch.looked)
                yield from batch.found

    def sum_up(self) -> None:
        """In words; raises DeskError where a message could not be read."""
        looked = ngettext("{count} message was read anew", "{count} messages were read anew", self._looked)
        would = ngettext("{count} would change.", "{count} would change.", self._differ)
        did = ngettext("{count} changed.", "{count} changed.", self._differ)
        told = f"{looked.format(count=self._looked)}, {(would if self._dry_run else did).format(count=self._differ)}"
        output.say(told)
        if self._unreadable:
            raise DeskError(
                ngettext(
                    "{count} message cannot be read any more and stays as it is.",
                    "{count} messages cannot be read any more and stay as they are.",
                    self._unreadable,
                ),
                hint="The log says why.",
                count=self._unreadable,
            )


def _progress() -> AbstractContextManager[Callable[[int], None]]:
    """None where the differences themselves appear on the same terminal."""
    return nullcontext(lambda _done: None) if output.is_watched() else output.progress(_("Reading anew"))


def rows(found: "Reread") -> Iterator[Json]:
    """One object for each thing that differs."""
    told: Json = {"ticket": found.ticket, "message": found.message, "inbox": found.inbox}
    if found.error:
        yield {**told, "field": None, "before": None, "after": None, "error": found.error}
    for each in found.differences:
        before, after = shortened(each.before, each.after)
        yield {**told, "field": each.field, "before": before, "after": after}


def shortened(before: str, after: str) -> tuple[str, str]:
    """Both from shortly before where they part, cut to ``LONGEST``."""
    same = _parting(before, after)
    start = max(0, same - LEAD) if max(len(before), len(after)) > LONGEST else 0
    return _cut(before, start), _cut(after, start)


def _parting(before: Sequence[str], after: Sequence[str]) -> int:
    """Where two texts, or two lists of lines, begin to differ."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))


def _cut(text: str, start: int) -> str:
    part = text[start : start + LONGEST]
    return ("…" if start else "") + part + ("…" if start + LONGEST < len(text) else "")


def drawn(found: "Reread") -> "list[Text]":
    """A head line, then each difference; colour only where somebody watches."""
    from rich.text import Text

    head = _("#{ticket} message {message}").format(ticket=found.ticket, message=found.message)
    lines = [Text(head, style="bold")]
    if found.error:
        lines.append(Text(f"  {found.error}", style="red"))
    for each in _told_once(found.differences):
        lines.append(Text(f"  {each.field}", style="dim"))
        lines += _difference(each)
    return lines


def _told_once(differences: "Sequence[Difference]") -> "list[Difference]":
    """Without the reply of a text that is all reply."""
    text = next(((each.before, each.after) for each in differences if each.field == "text"), None)
    return [each for each in differences if each.field != "reply_text" or (each.before, each.after) != text]


def _difference(each: "Difference") -> "list[Text]":
    from rich.text import Text

    before, after = each.before.split("\n"), each.after.split("\n")
    start = max(0, _parting(before, after) - CONTEXT)
    before, after = (lines[start : start + MOST_LINES] for lines in (before, after))
    shown = list(difflib.unified_diff(before, after, n=CONTEXT, lineterm=""))[2:]  # without the names of two files
    return [Text(f"    {line}", style=STYLES.get(line[:1], "")) for line in shown]
