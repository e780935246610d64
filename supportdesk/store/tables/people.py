"""Agents, teams, customers and how they are known."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from supportdesk.store.tables.columns import id_column, json_column, ref


class Agent(SQLModel, table=True):
    __tablename__ = "agent"

    id: int | None = Field(default=None, sa_column=id_column())
    login: str = Field(unique=True)
    name: str
    email: str = ""
    active: bool = True
    signature: str = ""
    created_at: datetime


class Team(SQLModel, table=True):
    """``from_name`` and ``from_address``: who its mail is from, where that is not the agent and the channel."""

    __tablename__ = "team"

    id: int | None = Field(default=None, sa_column=id_column())
    name: str = Field(unique=True)
    from_name: str = ""
    from_address: str = ""


class Membership(SQLModel, table=True):
    __tablename__ = "membership"

    team_id: int = Field(sa_column=ref("team_id", "team.id", primary_key=True))
    agent_id: int = Field(sa_column=ref("agent_id", "agent.id", primary_key=True))


class Organization(SQLModel, table=True):
    __tablename__ = "organization"

    id: int | None = Field(default=None, sa_column=id_column())
    name: str = Field(unique=True)
    domain: str = Field(default="", index=True)  # mail domain whose people belong to it


class Customer(SQLModel, table=True):
    """One person. A merged one points to the customer it became part of."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_organization_id", "organization_id"),)

    id: int | None = Field(default=None, sa_column=id_column())
    name: str
    grade: str = ""
    language: str = ""
    organization_id: int | None = Field(
        default=None, sa_column=ref("organization_id", "organization.id", nullable=True)
    )
    attributes: dict[str, Any] = Field(default_factory=dict, sa_column=json_column("attributes"))
    orders: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column("orders"))
    created_at: datetime
    merged_into: int | None = Field(default=None, sa_column=ref("merged_into", "customer.id", nullable=True))


class Identity(SQLModel, table=True):
    """How a customer is known on a kind of channel: one person per (kind, value)."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("kind", "value", name="uq_identity_kind_value"),
        Index("ix_identity_customer_id", "customer_id"),
    )

    id: int | None = Field(default=None, sa_column=id_column())
    customer_id: int = Field(sa_column=ref("customer_id", "customer.id"))
    kind: str
    value: str
