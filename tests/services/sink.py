"""A sink that keeps everything in memory and commits like a store: wholly, or not and with an error."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from supportdesk.channels import backoff
from supportdesk.channels.protocol import RawItem, Taken
from supportdesk.domain.errors import Unreachable

Place = tuple[str, int, int]


@dataclass
class MemorySink:
    """``rows`` holds one entry per (folder, uidvalidity, uid): the item, or why there is none."""

    items: dict[Place, RawItem] = field(default_factory=dict)
    skipped: dict[Place, str] = field(default_factory=dict)
    refused: dict[Place, tuple[str, str, bytes | None]] = field(default_factory=dict)
    contacts: list[str] = field(default_factory=list)
    commits: list[tuple[int, ...]] = field(default_factory=list)
    repeated: list[Place] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    failures: int = 0
    failing: bool = False
    before_take: Callable[[Sequence[RawItem]], None] | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def raws(self) -> Counter[bytes]:
        return Counter(item.raw for item in self.items.values())

    @property
    def uids(self) -> list[int]:
        return [item.uid for item in self.items.values()]

    def wait_for(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, seconds):
                raise TimeoutError(f"not within {seconds} s: {len(self.items)} items, {self.contacts[-3:]}")

    def taken(self, folder: str, uidvalidity: int) -> Taken:
        places = {**self.items, **self.skipped, **self.refused}
        return Taken(max((uid for f, v, uid in places if (f, v) == (folder, uidvalidity)), default=0))

    def unknown(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> Sequence[int]:
        places = self.items.keys() | self.skipped.keys() | self.refused.keys()
        return [uid for uid in uids if (folder, uidvalidity, uid) not in places]

    def take(self, items: Sequence[RawItem]) -> None:
        if self.before_take:
            self.before_take(items)
        self._check()
        with self._changed:
            for item in items:
                place = (item.folder, item.uidvalidity, item.uid)
                if place in self.items:
                    self.repeated.append(place)
                self.items[place] = item
            self.commits.append(tuple(item.uid for item in items))
            self._changed.notify_all()

    def skip(self, folder: str, uidvalidity: int, uids: Sequence[int], reason: str) -> None:
        self._check()
        with self._changed:
            self.skipped.update({(folder, uidvalidity, uid): reason for uid in uids})
            self._changed.notify_all()

    def refuse(
        self, folder: str, uidvalidity: int, uid: int, cause: str, error: str, placeholder: bytes | None
    ) -> None:
        self._check()
        with self._changed:
            self.refused[folder, uidvalidity, uid] = (cause, error, placeholder)
            self._changed.notify_all()

    def contact(self, error: str = "") -> None:
        with self._changed:
            self.contacts.append(error)
            self.failures = self.failures if error else 0
            self._changed.notify_all()

    def hold_off(self, first: float, longest: float) -> float:
        with self._changed:
            self.failures += 1
            self.pauses.append(backoff.seconds(self.failures, first, longest))
            self._changed.notify_all()
            return self.pauses[-1]

    def _check(self) -> None:
        if self.failing:
            raise Unreachable("The store is away.")
