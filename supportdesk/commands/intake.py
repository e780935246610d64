"""``supportdesk intake``: the inbox as received, what became of it, and a door for a mail server's pipe."""

from supportdesk.commands.group import Entry, LazyGroup
from supportdesk.i18n import N_, _

_READ = "supportdesk.commands.intake_read"
_HELD = "supportdesk.commands.intake_held"

COMMANDS = {
    "list": Entry(f"{_READ}:list_received", N_("What was received, newest first.")),
    "show": Entry(f"{_READ}:show", N_("What became of something received.")),
    "raw": Entry(f"{_READ}:raw", N_("It as received, byte for byte.")),
    "retry": Entry(f"{_HELD}:retry", N_("Try what is in quarantine once more.")),
    "discard": Entry(f"{_HELD}:discard", N_("Take it out of quarantine without a ticket.")),
    "ticket": Entry(f"{_HELD}:ticket", N_("Make a ticket of what is in quarantine.")),
    "reconcile": Entry("supportdesk.commands.intake_reconcile:reconcile", N_("Compare the desk with the mailboxes.")),
    "reparse": Entry("supportdesk.commands.intake_reparse:reparse", N_("Read stored mails anew.")),
    "deliver": Entry("supportdesk.commands.intake_deliver:deliver", N_("Take in one message from stdin.")),
}

intake = LazyGroup(name="intake", table=COMMANDS, help=_("Look at what came in, and at what became of it."))
