"""Bringing a store to the schema this program needs. The only module that imports Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, select, text, update

from supportdesk.domain.analyzer import ANALYZER_VERSION
from supportdesk.domain.errors import Unreachable
from supportdesk.store import search_index
from supportdesk.store import tables as t
from supportdesk.store.engine import Store, revision
from supportdesk.store.revision import HEAD, check_revision, is_older, of_another_program
from supportdesk.store.url import parse_url

ADVISORY_LOCK = 0x5D_E5_C0_DE


def scripts() -> Path:
    """The folder with the migrations: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parent / "migrations"


def config(conn: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(scripts()))
    made.attributes["connection"] = conn
    return made


def migrate(url: str) -> tuple[str | None, str]:
    """Bring the store to HEAD in one transaction; returns (revision before, after). Makes a new SQLite file."""
    parsed = parse_url(url)
    if parsed.dialect == "sqlite":
        _make_room(Path(parsed.path))
    store = Store(parsed)
    try:
        with store.write() as conn:
            if parsed.dialect == "postgresql":  # two operators at once
                conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            before = revision(conn)
            _refuse_foreign(conn, before, parsed.shown)
            command.upgrade(config(conn), "head")
            _renew_search(conn)
        return before, HEAD
    finally:
        store.close()


def _renew_search(conn: Connection) -> None:
    """Make the search index anew where another analyzer made it: its tokens would not be found, nor taken out."""
    version = t.meta.c.key == "analyzer_version"
    made_by = conn.scalar(select(t.meta.c.value).where(version))
    if made_by not in (None, str(ANALYZER_VERSION)):
        search_index.rebuild(conn)
        conn.execute(update(t.meta).where(version).values(value=str(ANALYZER_VERSION)))


def _refuse_foreign(conn: Connection, found: str | None, shown_url: str) -> None:
    """Touch neither what a newer supportdesk made nor what was never a desk."""
    if found is None and not t.metadata.tables.keys().isdisjoint(inspect(conn).get_table_names()):
        raise of_another_program(shown_url)
    if found is not None and not is_older(found):
        check_revision(found, shown_url)


def _make_room(path: Path) -> None:
    """The file is made readable to its owner alone: it holds what customers wrote."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise Unreachable(
            "The store {path} cannot be made: {reason}.",
            hint="Choose another place with --store.",
            path=path, reason=error.strerror or error,
        ) from None  # fmt: skip
