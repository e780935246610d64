"""``supportdesk demo``: a desk with invented customers who write and answer, gone when the console is left."""

from contextlib import nullcontext

import click

from supportdesk.commands import output
from supportdesk.commands.options import AGENT, STORE
from supportdesk.i18n import _

WHO = "alice"
TICKETS = 300
NEEDED = ("received", "replied", "sent", "joined")


@click.command("demo", help=_("Try the console on a desk with invented customers; it is removed when you leave."))
@click.option(
    "--tickets",
    metavar="N",
    type=click.IntRange(min=1),
    default=TICKETS,
    show_default=True,
    help=_("How many to begin with."),
)
@click.option(
    "--headless",
    metavar="SECONDS",
    type=click.FloatRange(min=0.1),
    help=_("Without a terminal: print what happened as JSON."),
)
@click.option("--behind", is_flag=True, hidden=True, help=_("Be what runs behind the console."))
@click.pass_context
def demo(ctx: click.Context, tickets: int, headless: float | None, behind: bool) -> int:
    from supportdesk.commands import demo_scene

    url = str(ctx.meta.get(STORE, ""))
    if behind:
        demo_scene.run_behind(url, tickets)
        return 0
    if headless is not None:
        happened = demo_scene.run_for(headless, url, tickets)
        output.ndjson([happened])
        return int(bool(happened["errors"]) or not all(happened[name] for name in NEEDED))
    with demo_scene.behind(url, tickets) as child:
        with output.progress(_("Tickets"), tickets) if tickets > TICKETS else nullcontext(None) as done:
            made = demo_scene.desk_of(child, done)
        ctx.meta[STORE], ctx.meta[AGENT] = made, ctx.meta.get(AGENT, WHO)
        ctx.obj()  # the console, which is above this floor
    return 0
