"""What connects the desk with the world: channels, the raw inbox, the outbox, leases."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from supportdesk.store.tables.columns import Id, id_column, json_column, ref


class Channel(SQLModel, table=True):
    """An account. ``settings`` hold references to secrets, never secrets."""

    __tablename__ = "channel"

    id: int | None = Field(default=None, sa_column=id_column())
    kind: str
    name: str = Field(unique=True)
    address: str = Field(default="", index=True)
    team_id: int | None = Field(default=None, sa_column=ref("team_id", "team.id", nullable=True))
    settings: dict[str, Any] = Field(default_factory=dict, sa_column=json_column("settings"))
    paused: bool = False
    removed: bool = False  # its history stays
    created_at: datetime
    last_contact: datetime | None = None
    error: str = ""
    error_at: datetime | None = None
    failures: int = 0  # in a row; drives the back-off
    retry_at: datetime | None = None


class Inbox(SQLModel, table=True):
    """One thing received, as received. The row is for ever: it is also what makes receiving idempotent."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel_id", "folder", "uidvalidity", "uid", "external_id", name="uq_inbox_source"),
        Index(
            "ix_inbox_due",
            "id",  # first: the oldest few of however many wait
            "retry_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_inbox_status",
            "status",
            "id",
            sqlite_where=text("status NOT IN ('done', 'pending')"),
            postgresql_where=text("status NOT IN ('done', 'pending')"),
        ),
        Index("ix_inbox_sha256", "sha256"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, sa_column=id_column())
    channel_id: int = Field(sa_column=ref("channel_id", "channel.id"))
    external_id: str
    folder: str = ""
    uidvalidity: int = Field(default=0, sa_type=Id)
    uid: int = Field(default=0, sa_type=Id)
    sha256: str | None = Field(default=None, foreign_key="blob.sha256")
    size: int = 0
    received_at: datetime
    status: str = "pending"
    cause: str = ""
    error: str = ""
    attempts: int = 0
    retry_at: datetime | None = None
    lease_until: datetime | None = None
    ticket_number: int | None = Field(default=None, sa_column=ref("ticket_number", "ticket.number", nullable=True))
    sender: str = ""
    subject: str = ""


class Outbox(SQLModel, table=True):
    """One message to be sent. Its Message-ID is fixed in the message, so a repeat is recognisable.

    ``remaining``: the recipients a server put off while it took others; None: all of the message's.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "not_before",
            "id",
            sqlite_where=text("status IN ('queued', 'sending')"),
            postgresql_where=text("status IN ('queued', 'sending')"),
        ),
        Index("ix_outbox_message", "message_id"),
        Index("ix_outbox_status", "status", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, sa_column=id_column())
    message_id: int = Field(sa_column=ref("message_id", "message.id"))
    channel_id: int = Field(sa_column=ref("channel_id", "channel.id"))
    status: str = "queued"
    bcc_addresses: list[list[str]] = Field(default_factory=list, sa_column=json_column("bcc_addresses"))
    remaining: list[str] | None = Field(default=None, sa_column=json_column("remaining", nullable=True))
    not_before: datetime
    tries: int = 0
    error: str = ""
    lease_until: datetime | None = None
    holder: str = ""
    fence: int = 0  # grows with each claim: a late worker's answer for an older claim is ignored


class Lease(SQLModel, table=True):
    """Who may do one thing at a time. ``fence`` grows with every new holder."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    fence: int = 1
    until: datetime


class Worker(SQLModel, table=True):
    """A worker process and when it last said it lives."""

    __tablename__ = "worker"

    name: str = Field(primary_key=True)
    host: str
    last_seen: datetime
