"""``supportdesk ticket``: everything the console does with tickets, for scripts and for who likes a prompt."""

from supportdesk.commands.group import Entry, LazyGroup
from supportdesk.i18n import N_, _

_TRIAGE = "supportdesk.commands.ticket_triage"
_TALK = "supportdesk.commands.ticket_talk"
_SHAPE = "supportdesk.commands.ticket_shape"
_READ = "supportdesk.commands.ticket_read"

COMMANDS = {
    "list": Entry(f"{_READ}:list_tickets", N_("Tickets of a view, or that meet a query.")),
    "show": Entry(f"{_READ}:show", N_("A ticket with its conversation.")),
    "create": Entry(f"{_TALK}:create", N_("Open a ticket.")),
    "reply": Entry(f"{_TALK}:reply", N_("Answer the customer.")),
    "note": Entry(f"{_TALK}:note", N_("Write for the team alone.")),
    "forward": Entry(f"{_TALK}:forward", N_("Send to somebody outside the conversation.")),
    "assign": Entry(f"{_TRIAGE}:assign", N_("Give to an agent.")),
    "take": Entry(f"{_TRIAGE}:take", N_("Assign to yourself.")),
    "state": Entry(f"{_TRIAGE}:state", N_("Set the state.")),
    "priority": Entry(f"{_TRIAGE}:priority", N_("Set the priority.")),
    "tag": Entry(f"{_TRIAGE}:tag", N_("Add or remove tags.")),
    "team": Entry(f"{_TRIAGE}:team", N_("Route to a team.")),
    "snooze": Entry(f"{_TRIAGE}:snooze", N_("Hide until a time.")),
    "spam": Entry(f"{_TRIAGE}:spam", N_("Mark as spam.")),
    "rename": Entry(f"{_TRIAGE}:rename", N_("Change the subject.")),
    "merge": Entry(f"{_SHAPE}:merge", N_("Put conversations together.")),
    "unmerge": Entry(f"{_SHAPE}:unmerge", N_("Take a merge back.")),
    "split": Entry(f"{_SHAPE}:split", N_("Move messages into a ticket of their own.")),
    "link": Entry(f"{_SHAPE}:link", N_("Link two tickets.")),
    "unlink": Entry(f"{_SHAPE}:unlink", N_("Remove a link.")),
    "undo": Entry(f"{_SHAPE}:undo", N_("Take back your last change.")),
}

ticket = LazyGroup(name="ticket", table=COMMANDS, help=_("Look at tickets and work on them."))
