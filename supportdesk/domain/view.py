"""A view: a saved query with a name, and the views every desk begins with."""

from dataclasses import dataclass

from supportdesk.domain.condition import Sort, SortKey
from supportdesk.domain.msgid import N_
from supportdesk.domain.query import parse


@dataclass(frozen=True, slots=True)
class View:
    """``query`` is in the query language. The name of a built-in view is a msgid."""

    key: str
    name: str
    query: str
    builtin: bool
    sort: Sort


_BY_DUE = Sort(SortKey.DUE)
_NEWEST = Sort(SortKey.UPDATED, descending=True)

BUILTIN = (
    View("mine", N_("Mine"), "assignee:me is:open -is:snoozed", True, _BY_DUE),
    View("unassigned", N_("Unassigned"), "assignee:none is:open -is:snoozed", True, _BY_DUE),
    View("open", N_("All open"), "is:open -is:snoozed", True, _BY_DUE),
    View("due", N_("Due soon"), "is:due -is:snoozed", True, _BY_DUE),
    View("overdue", N_("Overdue"), "is:overdue -is:snoozed", True, _BY_DUE),
    View("pending", N_("Waiting"), "state:pending", True, _NEWEST),
    View("snoozed", N_("Snoozed"), "is:snoozed", True, Sort(SortKey.UPDATED)),
    View("spam", N_("Spam"), "state:spam", True, _NEWEST),
    View("all", N_("All"), "", True, _NEWEST),
)
"""In the order they are shown."""


def saved(key: str, name: str, query: str) -> View:
    """A view somebody saved; its order is the query's own, else by due time."""
    return View(key, name, query, False, parse(query).sort or _BY_DUE)
