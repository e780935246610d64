"""An open desk as one actor sees it: the only thing screens, commands and workers hold."""

import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from supportdesk.domain import analyzer
from supportdesk.domain.event import SYSTEM, Actor, ActorKind
from supportdesk.store import people
from supportdesk.store import tables as t
from supportdesk.store.engine import Store, open_store
from supportdesk.store.revision import check_analyzer
from supportdesk.store.unit import Unit

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Identification:
    """What makes this desk this desk. ``key`` signs Message-IDs and addresses; it never leaves the store."""

    name: str
    instance: str
    key: bytes


class Desk:
    """A store, an actor and a clock. Cheap to make; desks of one store share its connections."""

    def __init__(self, store: Store, actor: Actor, clock: Clock) -> None:
        self.store = store
        self.actor = actor
        self.now = clock

    def acting(self, actor: Actor) -> "Desk":
        made = Desk(self.store, actor, self.now)
        made.__dict__["about"] = self.about
        return made

    def as_agent(self, login: str) -> "Desk":
        """The same desk with an agent at it; raises ``NotFound``."""
        with self.store.read() as conn:
            agent = people.agent(conn, login)
        return self.acting(Actor(ActorKind.AGENT, agent.login, agent.id))

    @property
    def name(self) -> str:
        return self.about.name

    @cached_property
    def about(self) -> Identification:
        with self.store.read() as conn:
            meta = {row.key: row.value for row in conn.execute(select(t.meta.c.key, t.meta.c.value))}
        check_analyzer(meta.get("analyzer_version"))
        return Identification(meta.get("name", ""), meta.get("instance", ""), bytes.fromhex(meta.get("key", "")))

    @contextmanager
    def unit(self, *, batch: bool = False) -> Iterator[Unit]:
        """One write transaction for one verb; ``batch``: its events are undone together."""
        with self.store.write() as conn:
            yield Unit(conn, self.actor, self.now(), batch=uuid.uuid4().hex if batch else "")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.store.read() as conn:
            yield conn

    def close(self) -> None:
        self.store.close()


def open_desk(url: str, *, actor: Actor = SYSTEM, clock: Clock = utc_now) -> Desk:
    """Open the desk in a store; raises ``Invalid`` or ``Unreachable`` with what to do."""
    desk = Desk(open_store(url), actor, clock)
    try:
        desk.about  # noqa: B018 - refuses a store with another analyzer now, not at the first search
    except BaseException:
        desk.close()
        raise
    return desk


def found_desk(desk: Desk, name: str) -> None:
    """Give a new store its name, its instance id and its signing key. Does nothing where they exist."""
    facts = {
        "name": name,
        "instance": uuid.uuid4().hex,
        "key": secrets.token_hex(32),
        "analyzer_version": str(analyzer.ANALYZER_VERSION),
    }
    with desk.store.write() as conn:
        dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
        rows = [{"key": key, "value": value} for key, value in facts.items()]
        conn.execute(dialect.insert(t.meta).on_conflict_do_nothing(index_elements=["key"]), rows)
    desk.__dict__.pop("about", None)
