"""Store URLs: which of the two stores, where, and how to show it without its password."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from supportdesk.config import shown_url
from supportdesk.domain.errors import Invalid
from supportdesk.i18n import N_


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """A parsed ``sqlite:////abs/desk.db`` or ``postgresql://user@host/db``."""

    url: str
    dialect: str  # "sqlite" or "postgresql"

    @property
    def path(self) -> str:
        """The file of a SQLite store."""
        return unquote(urlsplit(self.url).path)[1:]

    @property
    def shown(self) -> str:
        """The URL without a password: fit for messages and logs."""
        return shown_url(self.url)


def parse_url(url: str) -> StoreUrl:
    """Raise ``Invalid`` for anything but the two stores."""
    scheme, _, rest = url.partition("://")
    if scheme in ("postgresql", "postgres") and _is_whole(url):
        return StoreUrl(f"postgresql://{rest}", "postgresql")
    if scheme == "sqlite" and rest.startswith("//") and len(rest) > 2:
        return StoreUrl(url, "sqlite")
    raise not_a_url(url)


def _is_whole(url: str) -> bool:
    """Whether the login ends before the path: a bare slash in a password would make a host of its beginning, and
    drivers name the host they cannot reach."""
    try:
        return "@" not in urlsplit(url).path
    except ValueError:
        return False


def not_a_url(url: str) -> Invalid:
    return Invalid(
        N_("This is not a store URL: {url}."),
        hint=N_("Use sqlite:////absolute/path/desk.db or postgresql://user@host/database."),
        url=shown_url(url),
    )
