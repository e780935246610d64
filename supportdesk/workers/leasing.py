"""One worker per channel: held by a lease that is renewed while the work goes on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from supportdesk.desk.desk import Desk
from supportdesk.desk.holding import Held, acquire, release, renew
from supportdesk.domain.errors import Unreachable
from supportdesk.workers.process import WorkerProcess, is_dead

RENEW_EVERY = 10.0
"""Seconds; a lease lasts three times as long."""


@contextmanager
def leased(desk: Desk, name: str, me: WorkerProcess, stop: threading.Event) -> Iterator[Held | None]:
    """Hold a lease while the block runs, None where a living worker has it. Losing it sets ``stop``."""
    held = acquire(desk, name, me.name, is_dead)
    if held is None:
        yield None
        return
    done = threading.Event()
    renewer = threading.Thread(target=_keep, args=(desk, held, done, stop), name=f"lease {name}", daemon=True)
    renewer.start()
    try:
        yield held
    finally:
        done.set()
        renewer.join()
        release(desk, held)


def _keep(desk: Desk, held: Held, done: threading.Event, stop: threading.Event) -> None:
    while not done.wait(RENEW_EVERY):
        try:
            if renew(desk, held):
                continue
        except Unreachable:
            continue  # the sink would not get through either; the lease may still be ours when the store is back
        stop.set()
        return
