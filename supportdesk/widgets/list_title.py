"""The line above the queue: which view, how many, in what order, and what arrived since."""

from dataclasses import dataclass, replace

from textual.content import Content
from textual.message import Message as Report
from textual.widget import Widget

from supportdesk.i18n import _, ngettext


@dataclass(frozen=True, slots=True)
class Title:
    """All of it translated."""

    view: str = ""
    count: str = ""
    narrowed: str = ""
    sort: str = ""
    marked: int = 0
    arrived: int = 0


class ListTitle(Widget):
    """One calm line; what arrived is its only accent."""

    class NewsClicked(Report):
        """Show what arrived, please."""

    title_facts = Title()

    def show(self, **facts: object) -> None:
        """Change some of the facts."""
        title = replace(self.title_facts, **facts)  # type: ignore[arg-type]
        if title != self.title_facts:
            self.title_facts = title
            self.refresh()

    def render(self) -> Content:
        title = self.title_facts
        left = Content.assemble(" ", (title.view.upper(), "bold"), "  ", (title.count, "$text-muted"))
        if title.narrowed:
            left = Content.assemble(left, "  ", (f"+ {title.narrowed}", "$accent"))
        right = []
        if title.marked:
            right.append(
                Content.styled(ngettext("{n} marked", "{n} marked", title.marked).format(n=title.marked), "$accent")
            )
        if title.arrived:
            news = ngettext("{n} new ^", "{n} new ^", title.arrived).format(n=title.arrived)
            right.append(Content.styled(news, "bold $accent"))
        right.append(Content.styled(_("sort: {key}").format(key=title.sort), "$text-muted"))
        end = Content("   ").join(right)
        room = self.size.width - end.cell_length - left.cell_length - 1
        return Content.assemble(left, " " * max(1, room), end)

    def on_click(self) -> None:
        if self.title_facts.arrived:
            self.post_message(self.NewsClicked())
