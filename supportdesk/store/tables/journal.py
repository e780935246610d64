"""The append-only journal of changes, and the desk's own few facts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from supportdesk.store.tables.columns import Id, id_column, json_column


class Event(SQLModel, table=True):
    """One change. ``ops`` are the row changes it made, from which undo is computed.

    ``xid`` is Postgres' transaction id (0 on SQLite, where ids are given in commit order): together with
    ``id`` it lets a reader of the feed miss nothing although transactions commit out of order.
    There is no foreign key to the ticket: the record outlives an undone creation.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_feed", "xid", "id"),
        Index("ix_event_ticket", "ticket_number", "id"),
        Index("ix_event_actor", "actor_kind", "actor_id", "id"),
        Index("ix_event_batch", "batch", sqlite_where=text("batch <> ''"), postgresql_where=text("batch <> ''")),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, sa_column=id_column())
    xid: int = Field(default=0, sa_column=Column("xid", Id, nullable=False))
    at: datetime
    actor_kind: str
    actor_name: str
    actor_id: int | None = Field(default=None, sa_column=Column("actor_id", Id, nullable=True))
    kind: str
    ticket_number: int | None = Field(default=None, sa_column=Column("ticket_number", Id, nullable=True))
    version: int = 0  # of the ticket after the change
    data: dict[str, Any] = Field(default_factory=dict, sa_column=json_column("data"))
    ops: list[Any] | None = Field(default=None, sa_column=json_column("ops", nullable=True))
    batch: str = ""
    undone_by: int | None = Field(default=None, sa_column=Column("undone_by", Id, nullable=True))


class Meta(SQLModel, table=True):
    """name, instance id, signing key, analyzer version."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str
