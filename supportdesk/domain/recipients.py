"""Whom an answer goes to, computed from the last message of the conversation."""

from collections.abc import Iterable, Sequence

from supportdesk.domain.message import Address


def reply_recipients(
    *,
    author: Address,
    reply_to: str,
    to: Sequence[Address],
    cc: Sequence[Address],
    own: Iterable[str],
    everybody: bool,
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """(To, Cc) of an answer: the Reply-To, else the sender; for ``everybody`` also the other recipients, never
    an address of the desk itself."""
    mine = {address.casefold() for address in own}
    first = Address(reply_to, author.name) if reply_to else author
    seen = {first.address.casefold()}
    others: list[Address] = []
    for address in (*to, *cc) if everybody else ():
        key = address.address.casefold()
        if key not in seen and not _is_own(key, mine):
            seen.add(key)
            others.append(address)
    return (first,), tuple(others)


def _is_own(address: str, mine: set[str]) -> bool:
    """Also ``support+tag@…`` is the desk's."""
    local, at, domain = address.rpartition("@")
    return address in mine or f"{local.partition('+')[0]}{at}{domain}" in mine
