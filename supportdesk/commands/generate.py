"""``supportdesk generate``: a large synthetic desk, for load tests."""

import click

from supportdesk.commands import output
from supportdesk.commands.options import chosen_config
from supportdesk.i18n import _, ngettext


@click.command(
    "generate", help=_("Add synthetic tickets to the store, for load tests; makes a desk where there is none.")
)
@click.option("--tickets", metavar="N", type=click.IntRange(min=1), required=True, help=_("How many."))
@click.option(
    "--messages-per-ticket", "messages", metavar="N", type=click.IntRange(min=1), default=3, show_default=True,
    help=_("How many messages a ticket has on average."),
)  # fmt: skip
@click.option("--seed", metavar="N", type=int, default=1, show_default=True, help=_("Another number, other tickets."))
def generate(tickets: int, messages: int, seed: int) -> None:
    from supportdesk.desk.demo import account, synthetic
    from supportdesk.desk.founding import make_desk

    desk = make_desk(chosen_config().store, "Acme Support")
    try:
        if account.is_empty(desk):
            account.call_invented(desk)
        with output.progress(_("Tickets"), tickets) as done:
            written = synthetic.generate(desk, tickets, messages=messages, seed=seed, done=done)
    finally:
        desk.close()
    output.say(
        ngettext("{tickets} ticket with {messages} messages.", "{tickets} tickets with {messages} messages.", tickets)
        .format(tickets=tickets, messages=written)
    )  # fmt: skip
