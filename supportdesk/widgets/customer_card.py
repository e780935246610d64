"""Who the customer is, in a few calm lines: name, grade, identities, orders."""

from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from supportdesk.domain.customer import Customer
from supportdesk.i18n import _, ngettext
from supportdesk.widgets.words import channel_name

MAX_IDENTITIES = 4
MAX_ORDERS = 3
MAX_ATTRIBUTES = 4


class CustomerCard(Widget):
    """A customer's profile. Everything in it came from outside and is shown as plain text."""

    DEFAULT_CSS = """
    CustomerCard { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._customer: Customer | None = None

    def show(self, customer: Customer) -> None:
        self._customer = customer
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there is to say: known before it is drawn, so nothing below jumps."""
        return sum(1 for _line in self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> Iterator[Content]:
        if self._customer is not None and width:
            yield from card_lines(self._customer, width)


def card_lines(customer: Customer, width: int) -> Iterator[Content]:
    """The card, a line at a time, none wider than ``width`` cells."""
    yield _title(customer, width)
    if customer.organization:
        yield _dim(customer.organization, width)
    for identity in customer.identities[:MAX_IDENTITIES]:
        yield _pair(channel_name(identity.kind), identity.value, width)
    if (more := len(customer.identities) - MAX_IDENTITIES) > 0:
        yield _dim(ngettext("{n} more address", "{n} more addresses", more).format(n=more), width)
    for name, value in tuple(customer.attributes.items())[:MAX_ATTRIBUTES]:
        yield _pair(name, value, width)
    if customer.orders:
        count = len(customer.orders)
        yield _dim(ngettext("{n} order", "{n} orders", count).format(n=count), width)
        for order in customer.orders[:MAX_ORDERS]:
            yield Content(_cut("  " + "  ".join(filter(None, map(str, order.values()))), width))


def _title(customer: Customer, width: int) -> Content:
    grade = f"  {customer.grade}" if customer.grade else ""
    since = _("since {year}").format(year=customer.created_at.year)
    name = _cut(customer.name or _("unknown"), max(4, width - cell_len(grade)))
    room = width - cell_len(name) - cell_len(grade) - cell_len(since)
    tail = f"{' ' * room}{since}" if room >= 2 else ""
    return Content.assemble((name, "bold"), (grade, "bold $accent"), (tail, "$text-muted"))


def _pair(name: str, value: str, width: int) -> Content:
    label = set_cell_size(_cut(name, 9), 10)
    return Content.assemble((label, "$text-muted"), _cut(value, max(4, width - 10)))


def _dim(text: str, width: int) -> Content:
    return Content.styled(_cut(text, width), "$text-muted")


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width)
