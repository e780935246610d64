"""Whether a desk is invented, and an account of what happened on it."""

from dataclasses import asdict, dataclass

from sqlalchemy import func, insert, select

from supportdesk.desk.desk import Desk
from supportdesk.store import events
from supportdesk.store import tables as t

INVENTED = "invented"
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Account:
    """``received`` counts what customers wrote, ``joined`` what of it found its ticket; ``sent`` what was delivered."""

    tickets: int
    received: int
    replied: int
    sent: int
    joined: int
    open: int

    def shown(self) -> dict[str, int]:
        return asdict(self)


def is_empty(desk: Desk) -> bool:
    with desk.read() as conn:
        return conn.scalar(select(t.ticket.c.number).limit(1)) is None


def is_invented(desk: Desk) -> bool:
    """Whether everybody on this desk is: then simulated customers may write to it."""
    with desk.read() as conn:
        return conn.scalar(select(t.meta.c.value).where(t.meta.c.key == INVENTED)) is not None


def call_invented(desk: Desk) -> None:
    """To be said of a desk before anything real is on it."""
    if not is_invented(desk):
        with desk.store.write() as conn:
            conn.execute(insert(t.meta).values(key=INVENTED, value="yes"))


def cursor(desk: Desk) -> str:
    """Where ``account`` may begin."""
    with desk.read() as conn:
        return events.now(conn)


def account(desk: Desk, since: str) -> Account:
    """What happened since, and how many tickets there are now."""
    kinds: dict[str, int] = {}
    with desk.read() as conn:
        while found := events.since(conn, since, BATCH):
            since = found[-1].cursor
            for event in found:
                key = f"{event.actor.kind} {event.kind}"
                kinds[key] = kinds.get(key, 0) + 1
        tickets = conn.scalar(select(func.count()).select_from(t.ticket)) or 0
        left = conn.scalar(select(func.count()).where(t.ticket.c.closed_at.is_(None))) or 0
    joined = kinds.get("customer received", 0)
    return Account(
        tickets=tickets, received=kinds.get("customer created", 0) + joined, replied=kinds.get("agent replied", 0),
        sent=kinds.get("system sent", 0), joined=joined, open=left,
    )  # fmt: skip
