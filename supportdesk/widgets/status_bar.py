"""The first line, always there: which desk, who I am, whether the workers live, what is unsent, what time it is."""

from dataclasses import dataclass, replace

from textual.content import Content
from textual.widget import Widget

from supportdesk.i18n import _


@dataclass(frozen=True, slots=True)
class Status:
    """What the first line says. ``workers`` None: not known yet."""

    desk: str = ""
    agent: str = ""
    workers: int | None = None
    failing: tuple[str, ...] = ()  # channels whose last contact ended in an error
    lost: bool = False  # the store does not answer
    unsent: int = 0
    failed: int = 0
    clock: str = ""


class StatusBar(Widget):
    """Says what is wrong in the accent of a warning, and nothing loudly otherwise."""

    status = Status()

    def show(self, **facts: object) -> None:
        """Change some of the facts."""
        status = replace(self.status, **facts)  # type: ignore[arg-type]
        if status != self.status:
            self.status = status
            self.refresh()

    def render(self) -> Content:
        status, gap = self.status, "   "
        right: list[Content] = [Content.styled(status.agent, "$text-muted")] if status.agent else []
        right += [part for part in (_workers(status), _unsent(status)) if part is not None]
        right.append(Content.styled(status.clock, "$text-muted"))
        end = Content(gap).join(right)
        left = Content.assemble(" ", ("supportdesk", "$accent"), "  ", status.desk)
        room = self.size.width - 1 - end.cell_length
        if left.cell_length + 2 > room:
            left = Content(f" {status.desk}")
        return Content.assemble(left, " " * max(1, room - left.cell_length), end)


def _workers(status: Status) -> Content | None:
    if status.lost:
        return Content.styled(_("the store does not answer"), "bold $error")
    if status.workers is None:
        return None
    if status.failing:
        names = ", ".join(status.failing)
        return Content.styled(_("{channels} stopped").format(channels=names), "bold $error")
    if not status.workers:
        return Content.styled(_("no worker"), "bold $warning")
    return Content.styled(_("workers {n} ok").format(n=status.workers), "$text-muted")


def _unsent(status: Status) -> Content | None:
    if status.workers is None:
        return None
    text = _("unsent {n}").format(n=status.unsent)
    if status.failed:
        return Content.styled(f"{text}, " + _("{n} failed").format(n=status.failed), "bold $error")
    return Content.styled(text, "$accent" if status.unsent else "$text-muted")
