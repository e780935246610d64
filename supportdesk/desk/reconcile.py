"""Whether the server has anything the desk knows nothing of: the desk's side of the comparison, which takes nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence

from supportdesk.channels.protocol import Balance, RawItem, Taken
from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import Channel, InboxStatus, Standing
from supportdesk.store import inbox, reconcile

Key = tuple[str, int]  # folder, UIDVALIDITY

DISCARDED = "discarded"


class Comparison:
    """A sink for ``Receiver.reconcile``: remembers which UIDs the server listed, and writes nothing whatever comes.

    ``only``: the UIDs an earlier look listed; what came since is left out, for it may still be on its way.
    """

    def __init__(self, desk: Desk, channel: Channel, only: "Comparison | None" = None) -> None:
        self._desk = desk
        self._channel = channel
        self._only = only.listed if only else {}
        self.listed: dict[Key, set[int]] = {}

    def taken(self, folder: str, uidvalidity: int) -> Taken:
        with self._desk.read() as conn:
            return Taken(inbox.highest_uid(conn, self._channel.id, folder, uidvalidity))

    def unknown(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> Sequence[int]:
        self.listed.setdefault((folder, uidvalidity), set()).update(uids)
        with self._desk.read() as conn:
            return inbox.unknown_uids(conn, self._channel.id, folder, uidvalidity, uids)

    def take(self, items: Sequence[RawItem]) -> None:
        """Nothing: this only looks."""

    def skip(self, folder: str, uidvalidity: int, uids: Sequence[int], reason: str) -> None:
        """Nothing: this only looks."""

    def refuse(
        self, folder: str, uidvalidity: int, uid: int, cause: str, error: str, placeholder: bytes | None
    ) -> None:
        """Nothing: this only looks."""

    def contact(self, error: str = "") -> None:
        """Nothing: the worker's contact is what people are shown."""

    def hold_off(self, first: float, longest: float) -> float:
        """Nothing: this only looks."""
        return 0.0

    def standings(self, balances: Iterable[Balance]) -> tuple[Standing, ...]:
        """Where each folder stands now: the UIDs as the server listed them, the rows as they are at this moment."""
        return tuple(self._standing((balance.folder, balance.uidvalidity)) for balance in balances)

    def _standing(self, key: Key) -> Standing:
        listed = self.listed.get(key, set())
        there = listed & self._only.get(key, listed)
        stored, skipped, quarantined, gone, known = 0, Counter[str](), 0, 0, set[int]()
        with self._desk.read() as conn:
            for entry in reconcile.entries(conn, self._channel.id, *key):
                if entry.uid not in there:
                    gone += entry.uid not in listed
                    continue
                known.add(entry.uid)
                match entry.status:
                    case InboxStatus.QUARANTINE:
                        quarantined += 1
                    case InboxStatus.SKIPPED:
                        skipped[entry.cause] += 1
                    case InboxStatus.DISCARDED:
                        skipped[DISCARDED] += 1
                    case _:
                        stored += 1
        return Standing(
            self._channel.name, *key, len(there), stored, quarantined, dict(skipped), tuple(sorted(there - known)), gone
        )

    def missing(self, standings: Iterable[Standing]) -> int:
        """How many of the unknown have no row even now."""
        return sum(len(self.unknown(each.folder, each.uidvalidity, each.unknown)) for each in standings)

    def may_be_on_its_way(self) -> bool:
        """Whether a worker lives, so that what is not here yet may come at any moment."""
        with self._desk.read() as conn:
            return reconcile.is_served(conn, self._channel.id, self._desk.now())
