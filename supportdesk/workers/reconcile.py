"""A look at what a channel's server has, beside a worker or without one: for commands that ask whether all is here."""

import time

from supportdesk.channels import kinds
from supportdesk.channels.protocol import RawItem, Receiver
from supportdesk.desk import quarantine
from supportdesk.desk.desk import Desk
from supportdesk.desk.reconcile import Comparison
from supportdesk.domain.channel import Channel, InboxRow, Standing
from supportdesk.domain.errors import Invalid, NotFound
from supportdesk.domain.event import Receipt
from supportdesk.i18n import N_

LOOK_EVERY = 0.2
"""Seconds between looks at what a worker brings meanwhile."""
STANDSTILL = 6.0
"""Seconds without anything new after which a worker is not waited for; to notice a channel it takes up to five."""
PATIENCE = 20.0
"""Seconds after which it is not waited for in any case: a mailbox may be new and large."""


def reconcile(desk: Desk, channel: Channel) -> tuple[Standing, ...]:
    """Each folder compared with the desk; () where there is nothing to compare.

    Unknown is only what two looks at the server list and what a worker at the channel had time to take. Raises
    ``ServerTrouble`` or ``SecretMissing``.
    """
    receiver = kinds.receiver(channel.kind, channel.settings)
    if receiver is None:
        return ()
    try:
        first = Comparison(desk, channel)
        found = first.standings(receiver.reconcile(first))
        if not any(each.unknown for each in found):
            return found
        _wait_for_the_worker(first, found)
        return _again(desk, channel, receiver, first)
    finally:
        receiver.close()


def _again(desk: Desk, channel: Channel, receiver: Receiver, first: Comparison) -> tuple[Standing, ...]:
    """What went away meanwhile is not missing, and what came meanwhile is not either."""
    again = Comparison(desk, channel, only=first)
    return again.standings(receiver.reconcile(again))


def _wait_for_the_worker(comparison: Comparison, found: tuple[Standing, ...]) -> None:
    missing = comparison.missing(found)
    begun = moved = time.monotonic()
    while missing and comparison.may_be_on_its_way():
        now = time.monotonic()
        if now - moved > STANDSTILL or now - begun > PATIENCE:
            return
        time.sleep(LOOK_EVERY)
        left = comparison.missing(found)
        moved = now if left < missing else moved
        missing = left


def fetch_again(desk: Desk, channel: Channel, row: InboxRow) -> Receipt:
    """Fetch a mail that could not be fetched, and let a worker make a ticket of it.

    Raises ``NotFound`` where the server has it no more, ``ServerTrouble`` with its words where it still cannot be.
    """
    item = _from_server(desk, channel, row)
    if item is None:
        raise _gone(row, N_("Make a ticket of what is known: supportdesk intake ticket {id}"))
    return quarantine.fetched(desk, row.id, item)


def whole(desk: Desk, channel: Channel, row: InboxRow) -> bytes:
    """A mail of which only a part was kept, as the server has it; nothing is kept of it. Raises as ``fetch_again``."""
    item = _from_server(desk, channel, row)
    if item is None:
        raise _gone(row, N_("What was kept of it: supportdesk intake raw {id}"))
    return item.raw


def _from_server(desk: Desk, channel: Channel, row: InboxRow) -> RawItem | None:
    receiver = kinds.receiver(channel.kind, channel.settings)
    if receiver is None:
        raise Invalid(N_("The channel {name} fetches nothing."), name=channel.name)
    try:
        return receiver.fetch_again(*quarantine.place(desk, row.id))
    finally:
        receiver.close()


def _gone(row: InboxRow, hint: str) -> NotFound:
    return NotFound(N_("The server no longer has {id} ({there})."), hint=hint, id=row.id, there=row.external_id)
