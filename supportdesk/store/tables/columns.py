"""Column shapes shared by the tables, so that SQLite and Postgres agree."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

Id: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit on both: only a column declared INTEGER is SQLite's rowid."""

Json: TypeEngine[Any] = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""Assigned whole, never changed in place: neither store would notice."""


def id_column() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def json_column(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Json, nullable=nullable)


def ref(name: str, target: str, *, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    """A foreign key to ``table.column``."""
    return Column(name, Id, ForeignKey(target), nullable=nullable and not primary_key, primary_key=primary_key)
