"""The reads behind the screens, on the desk's own functions: p95 over many different questions."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from statistics import median
from typing import Any

from benchmarks.desks import AGENT, Generated
from benchmarks.figures import Figure, milliseconds, percentile
from benchmarks.setting import Setting
from supportdesk.desk import customers, queue, search, tickets, views
from supportdesk.desk.desk import Desk, open_desk
from supportdesk.domain.analyzer import is_unspaced, normalise, runs
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import QueueRow
from supportdesk.domain.view import BUILTIN, View

PAGE = 200


def measure(setting: Setting) -> Iterator[Figure]:
    yield from _of(setting, setting.desk, "SQLite")
    if setting.postgres:
        yield from _of(setting, setting.postgres, "Postgres")


def _of(setting: Setting, generated: Generated, store: str) -> Iterator[Figure]:
    desk = open_desk(generated.url).as_agent(AGENT)
    chance = random.Random(1)
    numbers = [chance.randint(1, generated.tickets) for _ in range(setting.times(200, 20))]
    times = setting.times(7, 2)
    try:
        yield _p95(store, "open a ticket", (partial(tickets.ticket, desk, n) for n in numbers), 50)
        yield _p95(store, "customer history", _histories(desk, numbers), 50)
        yield _p95(store, "first page", _first_pages(desk, times), 20)
        yield _p95(store, "page deep in", _deep_pages(desk, numbers[: setting.times(60, 10)], chance), 20)
        yield _p95(store, "last page", _last_pages(desk, times), 20)
        yield _p95(store, "view counts", [partial(views.counts, desk)] * times * 5, 20)
        for name, words in _questions(desk, numbers).items():
            asked = [partial(search.search, desk, word) for word in words] * times
            yield _p95(store, f"search {name}", asked, 50, note=", ".join(words[:3]))
    finally:
        desk.close()


def _p95(store: str, name: str, calls: Iterable[Callable[[], object]], budget: float, note: str = "") -> Figure:
    """``note`` adds to the time this process computed: beside a busy machine, it shows what the machine cost."""
    seconds, computed = [], []
    for call in calls:
        before, before_computing = time.perf_counter(), time.thread_time()
        call()
        seconds.append(time.perf_counter() - before)
        computed.append(time.thread_time() - before_computing)
    times = milliseconds(seconds)
    about = f"median {median(times):.1f}, worst {max(times):.1f}; CPU p95 {percentile(computed, 0.95) * 1000:.1f}"
    about += f"; {note}" if note else ""
    return Figure(f"reads, {store}", f"{name}: p95", percentile(times, 0.95), "ms", budget, note=about)


def _histories(desk: Desk, numbers: Iterable[int]) -> Iterator[Callable[[], object]]:
    rows = queue.rows(desk, list(numbers)).values()
    return (partial(customers.history, desk, row.customer_id) for row in rows)


def _page(desk: Desk, view: View, **where: Any) -> Callable[[], object]:
    return partial(queue.page, desk, parse(view.query), sort=view.sort, limit=PAGE, **where)


def _first_pages(desk: Desk, times: int) -> Iterator[Callable[[], object]]:
    return (_page(desk, view) for _ in range(times) for view in BUILTIN)


def _last_pages(desk: Desk, times: int) -> Iterator[Callable[[], object]]:
    return (_page(desk, view, before=queue.LAST) for _ in range(times) for view in BUILTIN)


def _deep_pages(desk: Desk, numbers: Iterable[int], chance: random.Random) -> Iterator[Callable[[], object]]:
    """Pages after and before any ticket, and in the open queue after tickets anywhere in it."""
    open_view = next(view for view in BUILTIN if view.key == "open")
    held = queue.count(desk, parse(open_view.query), 10_000)
    anchors: list[QueueRow] = []
    for _ in range(10):
        skip = chance.randrange(max(1, held - 1))
        anchors += queue.page(desk, parse(open_view.query), sort=open_view.sort, limit=1, offset=skip).rows
    anywhere = list(queue.rows(desk, list(numbers)).values())
    everything = next(view for view in BUILTIN if view.key == "all")
    for row in anchors:
        yield _page(desk, open_view, after=row)
        yield _page(desk, open_view, before=row)
    for row in anywhere:
        yield _page(desk, everything, after=row)
        yield _page(desk, everything, before=row)


def _questions(desk: Desk, numbers: Iterable[int]) -> dict[str, list[str]]:
    """Words as the messages of these tickets hold them: the most frequent and the rarest of two scripts, and the
    rarest with the most frequent of one message."""
    counted: Counter[str] = Counter()
    said = [message.text for number in numbers for message in tickets.ticket(desk, number).messages]
    for text in said:
        counted.update(set(runs(normalise(text))))
    asian = [word for word, _ in counted.most_common() if is_unspaced(word) and len(word) > 1]
    latin = [word for word, _ in counted.most_common() if not is_unspaced(word) and len(word) > 2 and word.isalpha()]
    pairs = (Counter(runs(normalise(text))).keys() & {*asian, *latin} for text in said)
    together = [" ".join(sorted(pair, key=counted.__getitem__)[:: len(pair) - 1]) for pair in pairs if len(pair) > 1]
    return {
        "frequent, Korean": [word[:2] for word in asian[:4]],
        "frequent, Latin": latin[:4],
        "rare, Korean": asian[-4:],
        "rare, Latin": latin[-4:],
        "two words": together[:8],
        "word in open tickets": [f"{asian[0][:2]} is:open", f"{latin[0]} is:open", f"{asian[-1]} is:open"],
        "word never written": ["쀍쀍쀍", "qzxqzxqzx"],
    }
