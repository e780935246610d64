"""The command ``supportdesk``: the table of its subcommands, and the console when none is named."""

import click

from supportdesk import __version__
from supportdesk.commands.group import Entry, LazyGroup
from supportdesk.commands.options import SHARED_OPTIONS
from supportdesk.i18n import N_, _

PROGRAM = "supportdesk"
COMMANDS = {
    "demo": Entry("supportdesk.commands.demo:demo", N_("Try it: a desk with invented customers.")),
    "init": Entry("supportdesk.commands.init:init", N_("Make a desk.")),
    "migrate": Entry("supportdesk.commands.migrate:migrate", N_("Bring the store up to date.")),
    "generate": Entry("supportdesk.commands.generate:generate", N_("Fill a store for load tests.")),
    "agent": Entry("supportdesk.commands.agent:agent", N_("Agents.")),
    "team": Entry("supportdesk.commands.team:team", N_("Teams.")),
    "view": Entry("supportdesk.commands.view:view", N_("Saved queries.")),
    "canned": Entry("supportdesk.commands.canned:canned", N_("Canned replies.")),
    "channel": Entry("supportdesk.commands.channel:channel", N_("Mailboxes and other channels.")),
    "worker": Entry("supportdesk.commands.worker:worker", N_("Take in and deliver, until stopped.")),
    "serve": Entry("supportdesk.commands.serve:serve", N_("Answer webhooks and the portal.")),
    "mail": Entry("supportdesk.commands.mail:group", N_("Look at mails the way the desk does.")),
    "intake": Entry("supportdesk.commands.intake:intake", N_("What came in, and what became of it.")),
    "ticket": Entry("supportdesk.commands.ticket:ticket", N_("Tickets.")),
    "customer": Entry("supportdesk.commands.customer:customer", N_("Customers.")),
    "search": Entry("supportdesk.commands.search:search", N_("Find messages.")),
    "outbox": Entry("supportdesk.commands.outbox:outbox", N_("What is still to be sent.")),
    "events": Entry("supportdesk.commands.events:events", N_("Every change, as it happens.")),
    "stats": Entry("supportdesk.commands.stats:stats", N_("Counts, workers and what is unsent.")),
    "webhook": Entry("supportdesk.commands.webhook:webhook", N_("Try captured webhook deliveries.")),
    "doctor": Entry("supportdesk.commands.doctor:doctor", N_("Look for what is wrong.")),
    "keys": Entry("supportdesk.commands.keys:keys", N_("The keys of the console.")),
    "paths": Entry("supportdesk.commands.paths:paths", N_("Where things are kept.")),
    "completion": Entry("supportdesk.commands.completion:completion", N_("A completion script for a shell.")),
}


def _without_command(ctx: click.Context) -> object:
    if ctx.invoked_subcommand is None:
        return ctx.obj()  # the console, which is above this floor; the program hands it in
    return None


root = LazyGroup(
    name=PROGRAM,
    table=COMMANDS,
    callback=click.pass_context(_without_command),
    invoke_without_command=True,
    params=[*SHARED_OPTIONS],
    help=_("The shared support inbox that lives in the terminal. Without a command, the console opens."),
    context_settings={"help_option_names": ["-h", "--help"]},
)
click.version_option(__version__, prog_name=PROGRAM, message="%(prog)s %(version)s")(root)
