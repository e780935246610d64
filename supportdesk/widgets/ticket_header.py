"""Two lines above a conversation: which ticket, where it stands, until when, and who else is on it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from textual.content import Content
from textual.widgets import Static

from supportdesk.domain.people import Presence
from supportdesk.domain.ticket import NEVER, Priority, Ticket
from supportdesk.domain.when import short_span
from supportdesk.i18n import _
from supportdesk.widgets.words import priority_name, shown_time, state_name

URGENT = (Priority.URGENT, Priority.HIGH)


class TicketHeader(Static):
    """What is known of the ticket; before it is loaded, its number alone."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._lines: tuple[tuple[Content, Content], ...] = ()

    def show_number(self, number: int) -> None:
        self._lines = ((Content.styled(f"#{number}", "bold"), Content("")),)
        self._draw()

    def show(self, ticket: Ticket, present: Sequence[Presence], begun: Sequence[str], now: datetime) -> None:
        """``begun``: colleagues with a draft on this ticket."""
        subject = Content.assemble((f"#{ticket.number}", "bold $accent"), "  ", (ticket.subject, "bold"))
        self._lines = (
            (subject, Content.styled(present_words(present, begun), "bold $warning")),
            (facts(ticket), due_words(ticket, now)),
        )
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if width:
            self.update(Content("\n").join(_spread(left, right, width) for left, right in self._lines))


def facts(ticket: Ticket) -> Content:
    """State, priority, team, assignee, tags; what is not set is not said."""
    urgent = "bold" if ticket.priority in URGENT else ""
    parts: list[Content] = [Content(state_name(ticket.state)), Content.styled(priority_name(ticket.priority), urgent)]
    parts += [Content(name) for name in (ticket.team, ticket.assignee or _("nobody's")) if name]
    parts += [Content.styled(f"+{tag}", "$text-muted") for tag in ticket.tags]
    parts += [Content.styled(words, "$text-muted") for words in _elsewhere(ticket)]
    return Content(", ").join(parts)


def _elsewhere(ticket: Ticket) -> Iterable[str]:
    if ticket.merged_into is not None:
        yield _("merged into #{number}").format(number=ticket.merged_into)
    if ticket.links:
        yield " ".join(f"#{link.number}" for link in ticket.links)


def due_words(ticket: Ticket, now: datetime) -> Content:
    if ticket.snoozed_until is not None and ticket.snoozed_until > now:
        return Content.styled(
            _("snoozed until {time}").format(time=shown_time(ticket.snoozed_until, now)), "$text-muted"
        )
    if ticket.next_due_at >= NEVER:
        return Content("")
    left = ticket.next_due_at - now
    if left.total_seconds() < 0:
        return Content.styled(_("late by {span}").format(span=short_span(-left)), "bold $error")
    return Content.styled(_("due in {span}").format(span=short_span(left)), "$text-muted")


def present_words(present: Sequence[Presence], begun: Sequence[str] = ()) -> str:
    """ "bob is replying", the most urgent first; last whoever has begun something and went away."""
    words = {"replying": _("{agent} is replying"), "reading": _("{agent} is reading")}
    ordered = sorted(present, key=lambda one: one.doing != "replying")
    said = [words.get(one.doing, words["reading"]).format(agent=one.agent) for one in ordered]
    away = sorted(set(begun) - {one.agent for one in present})
    return ", ".join([*said, *(_("{agent} has a draft").format(agent=agent) for agent in away)])


def _spread(left: Content, right: Content, width: int) -> Content:
    """``left`` and ``right`` at the two ends of a line; where both do not fit, the left one is cut."""
    room = width - (right.cell_length + 2 if right else 0)
    if left.cell_length > room:
        left = left.truncate(max(1, room), ellipsis=False)
    return Content.assemble(left, " " * (width - left.cell_length - right.cell_length), right)
