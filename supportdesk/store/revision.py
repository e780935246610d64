"""The schema revision this program needs. Kept apart so that the console can compare it without Alembic."""

from supportdesk.domain import analyzer
from supportdesk.domain.errors import Unreachable
from supportdesk.i18n import N_

HEAD = "0001"


def check_revision(found: str | None, shown_url: str) -> None:
    """Raise ``Unreachable`` unless the store is at exactly ``HEAD``; ``found`` is None for an empty store."""
    if found == HEAD:
        return
    if found is None:
        raise Unreachable(
            N_("There is no desk in {url} yet."), hint=N_("Make one with: supportdesk init"), url=shown_url
        )
    if found < HEAD:
        raise Unreachable(
            N_("The store {url} is at schema {found}, this program needs {head}."),
            hint=N_("Bring it up to date with: supportdesk migrate"),
            url=shown_url, found=found, head=HEAD,
        )  # fmt: skip
    raise Unreachable(
        "The store {url} was made by a newer supportdesk (schema {found}, this program knows {head}).",
        hint=N_("Upgrade supportdesk on this machine."),
        url=shown_url, found=found, head=HEAD,
    )  # fmt: skip


def check_analyzer(version: str | None) -> None:
    """Refuse to touch an index made by another analyzer: wrong tokens would damage it silently."""
    if version is not None and version != str(analyzer.ANALYZER_VERSION):
        raise Unreachable(
            N_("The search index was made by another version of supportdesk."),
            hint=N_("Make it anew with: supportdesk migrate"),
        )
