"""Tickets, their conversation, and what agents keep beside it."""

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from supportdesk.store.tables.columns import id_column, json_column, ref

OPEN = text("closed_at IS NULL")
SNOOZED = text("closed_at IS NULL AND snoozed_until IS NOT NULL")
REST = ("number", "snoozed_until", "closed_at", "merged_into")
"""What a view asks of every ticket: in the index, so that counting and skipping read no tickets."""


def _open_index(name: str, *columns: str, where: str = "") -> Index:
    """An index of the tickets in which work is left: stays small however old the desk is."""
    condition = text(f"closed_at IS NULL AND {where}") if where else OPEN
    return Index(name, *columns, *REST, sqlite_where=condition, postgresql_where=condition)


class Ticket(SQLModel, table=True):
    """The truth about a ticket. ``closed_at`` is set in every state without work left, and when merged.

    ``message_count``, ``preview``, ``last_message_at``, ``waiting_since`` and ``next_due_at`` follow from
    the messages and the state; ``store.derived`` alone writes them.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        _open_index("ix_ticket_open_due", "next_due_at"),
        _open_index("ix_ticket_open_assignee", "assignee_id", "next_due_at"),
        _open_index("ix_ticket_open_unassigned", "next_due_at", where="assignee_id IS NULL"),
        _open_index("ix_ticket_open_team", "team_id", "next_due_at"),
        _open_index("ix_ticket_open_state", "state", "next_due_at"),
        _open_index("ix_ticket_open_state_updated", "state", "updated_at"),
        _open_index("ix_ticket_open_updated", "updated_at"),
        Index(
            "ix_ticket_open_snoozed",
            "snoozed_until",
            "number",
            "closed_at",
            "merged_into",
            sqlite_where=SNOOZED,
            postgresql_where=SNOOZED,
        ),
        Index("ix_ticket_updated", "updated_at", "number"),
        Index("ix_ticket_customer", "customer_id", "number"),
        Index("ix_ticket_due", "next_due_at", "number"),
        Index("ix_ticket_state", "state", "updated_at", "number", "merged_into"),
        Index(
            "ix_ticket_merged",
            "merged_into",
            sqlite_where=text("merged_into IS NOT NULL"),
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},  # a number that was ever used is never given again
    )

    number: int | None = Field(
        default=None, sa_column=Column("number", id_column().type, primary_key=True, autoincrement=True)
    )
    subject: str
    state: str
    priority: str
    customer_id: int = Field(sa_column=ref("customer_id", "customer.id"))
    team_id: int | None = Field(default=None, sa_column=ref("team_id", "team.id", nullable=True))
    assignee_id: int | None = Field(default=None, sa_column=ref("assignee_id", "agent.id", nullable=True))
    channel_id: int | None = Field(default=None, sa_column=ref("channel_id", "channel.id", nullable=True))
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    snoozed_until: datetime | None = None
    merged_into: int | None = Field(default=None, sa_column=ref("merged_into", "ticket.number", nullable=True))
    version: int = 1
    message_count: int = 0
    preview: str = ""
    last_message_at: datetime | None = None
    waiting_since: datetime | None = None
    next_due_at: datetime


class TicketTag(SQLModel, table=True):
    __tablename__ = "ticket_tag"
    __table_args__ = (Index("ix_ticket_tag_tag", "tag", "ticket_number"),)

    ticket_number: int = Field(sa_column=ref("ticket_number", "ticket.number", primary_key=True))
    tag: str = Field(primary_key=True)


class TicketLink(SQLModel, table=True):
    """``from_number`` is the newer: it continues, was split off or relates to ``to_number``."""

    __tablename__ = "ticket_link"
    __table_args__ = (Index("ix_ticket_link_to", "to_number"),)

    from_number: int = Field(sa_column=ref("from_number", "ticket.number", primary_key=True))
    to_number: int = Field(sa_column=ref("to_number", "ticket.number", primary_key=True))
    kind: str


class Message(SQLModel, table=True):
    """A public message or a note. ``rfc_message_id`` is bare, without angle brackets."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_ticket", "ticket_number", "id"),
        Index("ix_message_body_digest", "body_digest"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, sa_column=id_column())
    ticket_number: int = Field(sa_column=ref("ticket_number", "ticket.number"))
    direction: str
    kind: str = "normal"
    author: str
    agent_id: int | None = Field(default=None, sa_column=ref("agent_id", "agent.id", nullable=True))
    customer_id: int | None = Field(default=None, sa_column=ref("customer_id", "customer.id", nullable=True))
    at: datetime
    channel_id: int | None = Field(default=None, sa_column=ref("channel_id", "channel.id", nullable=True))
    subject: str = ""
    text: str
    visible_length: int | None = None  # how much of text is the reply; None: all of it
    reply: str | None = None  # the reply where it is not simply the head of text
    html: bool = False
    to_addresses: list[list[str]] = Field(default_factory=list, sa_column=json_column("to_addresses"))
    cc_addresses: list[list[str]] = Field(default_factory=list, sa_column=json_column("cc_addresses"))
    author_address: str = ""
    reply_to: str = ""
    dmarc: str | None = None  # "host result", as the receiving server wrote it
    rfc_message_id: str = Field(default="", index=True)
    body_digest: str = ""
    joined_by: str = ""
    delivery: str | None = None
    error: str = ""
    inbox_id: int | None = None


class MessageReference(SQLModel, table=True):
    """Every id in References and In-Reply-To, so that siblings of an unseen ancestor meet."""

    __tablename__ = "message_reference"
    __table_args__ = (Index("ix_message_reference_ref", "ref"),)

    message_id: int = Field(sa_column=ref("message_id", "message.id", primary_key=True))
    position: int = Field(primary_key=True)
    ref: str


class Blob(SQLModel, table=True):
    """Bytes, kept once under their SHA-256 (hex)."""

    __tablename__ = "blob"

    sha256: str = Field(primary_key=True)
    size: int
    data: bytes = Field(sa_column=Column("data", LargeBinary, nullable=False))


class Attachment(SQLModel, table=True):
    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_message", "message_id"),)

    id: int | None = Field(default=None, sa_column=id_column())
    message_id: int = Field(sa_column=ref("message_id", "message.id"))
    sha256: str = Field(foreign_key="blob.sha256")
    filename: str
    content_type: str
    size: int
    inline: bool = False
    content_id: str = ""


class CannedReply(SQLModel, table=True):
    __tablename__ = "canned_reply"
    __table_args__ = (UniqueConstraint("shortcut", "language", "owner_id", name="uq_canned_reply_shortcut"),)

    id: int | None = Field(default=None, sa_column=id_column())
    shortcut: str
    title: str
    text: str
    language: str = ""
    team_id: int | None = Field(default=None, sa_column=ref("team_id", "team.id", nullable=True))
    owner_id: int | None = Field(default=None, sa_column=ref("owner_id", "agent.id", nullable=True))
    used: int = 0


class View(SQLModel, table=True):
    """A saved query. Without an owner it is everybody's."""

    __tablename__ = "view"

    id: int | None = Field(default=None, sa_column=id_column())
    key: str = Field(unique=True)
    name: str
    query: str
    owner_id: int | None = Field(default=None, sa_column=ref("owner_id", "agent.id", nullable=True))


class Draft(SQLModel, table=True):
    """One per (ticket, agent, kind); ticket 0 is a ticket not yet created."""

    __tablename__ = "draft"

    ticket_number: int = Field(sa_column=Column("ticket_number", id_column().type, primary_key=True))
    agent_id: int = Field(sa_column=ref("agent_id", "agent.id", primary_key=True))
    kind: str = Field(primary_key=True)
    subject: str = ""
    text: str
    to_addresses: list[list[str]] = Field(default_factory=list, sa_column=json_column("to_addresses"))
    cc_addresses: list[list[str]] = Field(default_factory=list, sa_column=json_column("cc_addresses"))
    seen: int = 0
    updated_at: datetime


class Presence(SQLModel, table=True):
    __tablename__ = "presence"

    ticket_number: int = Field(sa_column=ref("ticket_number", "ticket.number", primary_key=True))
    agent_id: int = Field(sa_column=ref("agent_id", "agent.id", primary_key=True))
    doing: str
    since: datetime
    seen_at: datetime
