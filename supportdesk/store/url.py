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
    if scheme in ("postgresql", "postgres") and _is_port(url):
        return StoreUrl(f"postgresql://{rest}", "postgresql")
    if scheme == "sqlite" and rest.startswith("//") and len(rest) > 2:
        return StoreUrl(url, "sqlite")
    raise not_a_url(url)


def _is_port(url: str) -> bool:
    """Whether a port is none or a number: of a password with a slash in it, a part would be taken for one."""
    try:
        urlsplit(url).port  # noqa: B018 - looking at it is the check
    except ValueError:
        return False
    return True


def not_a_url(url: str) -> Invalid:
    return Invalid(
        N_("This is not a store URL: {url}."),
        hint=N_("Use sqlite:////absolute/path/desk.db or postgresql://user@host/database."),
        url=shown_url(url),
    )
