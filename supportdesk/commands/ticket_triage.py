"""``supportdesk ticket assign|take|state|priority|tag|team|snooze|spam|rename``."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from supportdesk.commands import times
from supportdesk.commands.arguments import PRIORITY, STATE, flat, leading_numbers, ticket_argument, tickets_argument
from supportdesk.commands.options import chosen_config, json_option, with_desk
from supportdesk.commands.receipts import told
from supportdesk.domain.errors import Invalid
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.ticket import Priority, State

F = TypeVar("F", bound=Callable[..., object])
Groups = tuple[tuple[int, ...], ...]

NOBODY = ("none", "-", "")
ME = "me"
NOW = ("now", "none", "wake")

expect_option = click.option(
    "--expect",
    metavar="VERSION",
    type=click.IntRange(min=0),
    help=_("Change it only if nobody changed the same since this version of the ticket (exit code 4)."),
)


def expected(numbers: Sequence[int], version: int | None) -> Mapping[int, int] | None:
    """The version seen of the one ticket it can be about; raises Invalid for several."""
    if version is None:
        return None
    if len(numbers) != 1:
        raise Invalid("A version belongs to one ticket.", hint="Name one ticket with --expect.")
    return {numbers[0]: version}


@click.command(help=_("Give tickets to the agent LOGIN; “none” takes them away, “me” is yourself."))
@tickets_argument
@click.argument("login")
@expect_option
@json_option
@with_desk
def assign(desk: "Desk", tickets: Groups, login: str, expect: int | None, as_json: bool) -> None:
    from supportdesk.desk import triage

    numbers = flat(tickets)
    who = "" if login in NOBODY else desk.actor.name if login == ME else login
    told(triage.assign(desk, numbers, who, expect=expected(numbers, expect)), as_json)


@click.command(help=_("Assign tickets to yourself."))
@tickets_argument
@expect_option
@json_option
@with_desk
def take(desk: "Desk", tickets: Groups, expect: int | None, as_json: bool) -> None:
    from supportdesk.desk import triage

    numbers = flat(tickets)
    told(triage.take(desk, numbers, expect=expected(numbers, expect)), as_json)


@click.command(help=_("Set the state of tickets."))
@tickets_argument
@click.argument("state", type=STATE)
@expect_option
@json_option
@with_desk
def state(desk: "Desk", tickets: Groups, state: "State", expect: int | None, as_json: bool) -> None:
    from supportdesk.desk import triage

    numbers = flat(tickets)
    told(triage.set_state(desk, numbers, state, expect=expected(numbers, expect)), as_json)


@click.command(help=_("Set the priority of tickets."))
@tickets_argument
@click.argument("priority", type=PRIORITY)
@expect_option
@json_option
@with_desk
def priority(desk: "Desk", tickets: Groups, priority: "Priority", expect: int | None, as_json: bool) -> None:
    from supportdesk.desk import triage

    numbers = flat(tickets)
    told(triage.set_priority(desk, numbers, priority, expect=expected(numbers, expect)), as_json)


@click.command(help=_("Route tickets to TEAM; “none” to no team."))
@tickets_argument
@click.argument("team")
@expect_option
@json_option
@with_desk
def team(desk: "Desk", tickets: Groups, team: str, expect: int | None, as_json: bool) -> None:
    from supportdesk.desk import triage

    numbers = flat(tickets)
    name = "" if team in NOBODY else team
    told(triage.set_team(desk, numbers, name, expect=expected(numbers, expect)), as_json)


@click.command(
    help=_("Add tags to tickets: supportdesk ticket tag 1042 refund vip. A tag after a minus is removed."),
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@click.argument("words", metavar="N… TAG…", nargs=-1, required=True)
@click.option("--remove", metavar="TAG", multiple=True, help=_("A tag to remove; may be repeated."))
@click.option("--set", "replace", is_flag=True, help=_("The tags given replace all there are."))
@json_option
@with_desk
def tag(desk: "Desk", words: tuple[str, ...], remove: tuple[str, ...], replace: bool, as_json: bool) -> None:
    from supportdesk.desk import triage

    numbers, tags = leading_numbers(words)
    added = [each.removeprefix("+") for each in tags if not each.startswith("-")]
    removed = [*remove, *(each[1:] for each in tags if each.startswith("-"))]
    if replace:
        told(triage.set_tags(desk, numbers, added), as_json)
    elif added or removed:
        told(triage.retag(desk, numbers, add=added, remove=removed), as_json)
    else:
        raise Invalid("There is no tag.", hint="Write it after the number; a tag of digits as +2026.")


@click.command(help=_("Hide tickets until WHEN: 2h, tomorrow 9, mon 9, 2026-12-01T09:00:00Z; “now” wakes them."))
@click.argument("words", metavar="N… WHEN", nargs=-1, required=True)
@expect_option
@json_option
@with_desk
def snooze(desk: "Desk", words: tuple[str, ...], expect: int | None, as_json: bool) -> None:
    from supportdesk.desk import triage

    numbers, rest = leading_numbers(words)
    if not rest:
        raise Invalid("Until when?", hint="Write 2h, tomorrow 9 or mon 9 after the number; “now” wakes it.")
    when = " ".join(rest)
    until = None if when in NOW else times.moment(when, desk.now(), times.zone(chosen_config().timezone))
    told(triage.snooze(desk, numbers, until, expect=expected(numbers, expect)), as_json)


@click.command(help=_("Mark tickets as spam."))
@tickets_argument
@click.option("--not", "not_spam", is_flag=True, help=_("They are not spam: open them again."))
@json_option
@with_desk
def spam(desk: "Desk", tickets: Groups, not_spam: bool, as_json: bool) -> None:
    from supportdesk.desk import triage

    verb = triage.not_spam if not_spam else triage.spam
    told(verb(desk, flat(tickets)), as_json)


@click.command(help=_("Change the subject of a ticket."))
@ticket_argument
@click.argument("subject")
@expect_option
@json_option
@with_desk
def rename(desk: "Desk", ticket: int, subject: str, expect: int | None, as_json: bool) -> None:
    from supportdesk.desk import triage

    told(triage.rename(desk, ticket, subject, expect=expected([ticket], expect)), as_json)
