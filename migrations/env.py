"""Alembic's way into the store: run through ``supportdesk migrate`` or ``alembic -x store=URL``."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from supportdesk.store.engine import Store
from supportdesk.store.tables import metadata
from supportdesk.store.url import parse_url

SEARCH_TABLES = ("message_search", "customer_search")


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """The search indexes differ by store and are made in SQL; FTS5 also keeps shadow tables beside them."""
    return not (kind == "table" and name is not None and name.startswith(SEARCH_TABLES))


def run(conn: Connection) -> None:
    context.configure(connection=conn, target_metadata=metadata, include_name=include_name, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    store = Store(parse_url(context.get_x_argument(as_dictionary=True)["store"]))
    with store.write() as own:
        run(own)
    store.close()
