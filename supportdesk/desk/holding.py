"""Leases and signs of life, for workers."""

from collections.abc import Callable

from supportdesk.desk.desk import Desk
from supportdesk.store import leases, outbox
from supportdesk.store.leases import Held
from supportdesk.store.unit import wake

__all__ = ["Held", "acquire", "alive", "gone", "release", "release_dead", "renew"]

IsDead = Callable[[str], bool]


def acquire(desk: Desk, name: str, holder: str, is_dead: IsDead) -> Held | None:
    """Take a lease that is free, run out, or whose holder is known to be dead; None where it is held."""
    with desk.store.write() as conn:
        found = leases.holder_of(conn, name)
        if found is not None and found.holder != holder and is_dead(found.holder):
            leases.release(conn, found)
        return leases.acquire(conn, name, holder, desk.now())


def renew(desk: Desk, held: Held) -> bool:
    """False where it was lost."""
    with desk.store.write() as conn:
        return leases.renew(conn, held, desk.now())


def release(desk: Desk, held: Held) -> None:
    with desk.store.write() as conn:
        leases.release(conn, held)


def release_dead(desk: Desk, is_dead: IsDead) -> None:
    """Give back the messages that killed workers had begun to send: they go again, with the same Message-ID."""
    with desk.store.write() as conn:
        for holder in outbox.holders(conn):
            if is_dead(holder):
                outbox.release(conn, holder)


def alive(desk: Desk, worker: str, host: str) -> None:
    with desk.store.write() as conn:
        leases.seen(conn, worker, host, desk.now())
        wake(conn)


def gone(desk: Desk, worker: str) -> None:
    with desk.store.write() as conn:
        leases.gone(conn, worker)
        wake(conn)
