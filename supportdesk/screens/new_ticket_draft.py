"""What a new ticket is made of, its draft until then, and whom it is for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from supportdesk.domain.customer import Customer
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Invalid, NotFound
from supportdesk.domain.message import Address, Direction
from supportdesk.domain.safe import safe_line
from supportdesk.i18n import N_
from supportdesk.widgets.recipients import parse_addresses

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.draft import Draft

EMAIL, PHONE = "email", "phone"


@dataclass(frozen=True, slots=True)
class Written:
    """All there is of the ticket so far. ``customer``: the known one it is for, else ``who`` says."""

    who: str
    subject: str
    text: str
    customer: Customer | None


EMPTY = Written("", "", "", None)


def shown(customer: Customer) -> str:
    """A known customer in the line: the name, and where they are reached."""
    value = next((identity.value for identity in customer.identities if identity.kind in (EMAIL, PHONE)), "")
    return str(Address(value, customer.name)) if value else customer.name


def known_as(who: str) -> tuple[str, Address]:
    """The kind of an identity and the address; what has no ``@`` is a phone number if it can be one. ``Invalid``."""
    if "@" in who:
        return EMAIL, parse_addresses(who, mail=True)[0]
    name, _bracket, number = who.removesuffix(">").rpartition("<")
    if any(c.isdigit() for c in number) and all(c.isdigit() or c in "+-() ./" for c in number):
        return PHONE, Address(number.strip(), safe_line(name).strip())
    raise Invalid(
        N_("Nobody is known as “{who}”."), hint=N_("Choose a customer, or write an address or a phone number."), who=who
    )


def created(desk: "Desk", written: Written, direction: Direction) -> int:
    """Open the ticket; its number. The draft stays for the case that it is taken back."""
    from supportdesk.desk import conversation

    kind, address = _addressed(written, direction)
    new = conversation.NewTicket(
        written.subject, written.text, customer=written.customer.id if written.customer else None, address=address,
        identity_kind=kind, direction=direction,
    )  # fmt: skip
    number = conversation.create(desk, new).created
    assert number is not None
    keep_draft(desk, written, became=number)
    return number


def _addressed(written: Written, direction: Direction) -> tuple[str, Address | None]:
    kind, address = _reached(written.customer) if written.customer else known_as(written.who)
    if direction is Direction.OUT and (kind != EMAIL or address is None):
        raise Invalid(N_("There is no e-mail address to send it to."), hint=N_("Take it down, or write an address."))
    return kind, address


def _reached(customer: Customer) -> tuple[str, Address | None]:
    value = next((identity.value for identity in customer.identities if identity.kind == EMAIL), "")
    return EMAIL, Address(value, customer.name) if value else None


def keep_draft(desk: "Desk", written: Written, became: int = 0) -> None:
    """``became``: the ticket that was made of it."""
    from supportdesk.desk import drafts

    to = (Address(written.who),) if written.who else ()
    drafts.save(desk, 0, DraftKind.NEW, written.text, subject=written.subject, to=to, seen=became)


def kept_draft(desk: "Desk") -> "Draft | None":
    """What was begun and never became a ticket, or became one that was taken back."""
    from supportdesk.desk import drafts, tickets

    draft = drafts.load(desk, 0, DraftKind.NEW)
    if draft is None or not draft.seen:
        return draft
    try:
        tickets.ticket(desk, draft.seen)
    except NotFound:
        return draft
    drafts.discard(desk, 0, DraftKind.NEW)
    return None
