"""The schema revision this program needs. Kept apart so that the console can compare it without Alembic."""

import re

from supportdesk.domain import analyzer
from supportdesk.domain.errors import Unreachable
from supportdesk.i18n import N_

HEAD = "0001"
_OURS = re.compile(r"[0-9]{4}")


def check_revision(found: str | None, shown_url: str) -> None:
    """Raise ``Unreachable`` unless the store is at exactly ``HEAD``; ``found`` is None for an empty store."""
    if found == HEAD:
        return
    if found is None:
        raise _no_desk(shown_url)
    if not _OURS.fullmatch(found):
        raise of_another_program(shown_url)
    if is_older(found):
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


def is_older(found: str) -> bool:
    """Whether ``supportdesk migrate`` can help."""
    return _OURS.fullmatch(found) is not None and found < HEAD


def check_analyzer(version: str | None) -> None:
    """Refuse to touch an index made by another analyzer: wrong tokens would damage it silently."""
    if version is not None and version != str(analyzer.ANALYZER_VERSION):
        raise Unreachable(
            N_("The search index was made by another version of supportdesk."),
            hint=N_("Make it anew with: supportdesk migrate"),
        )


def check_founded(instance: str, shown_url: str) -> None:
    """Refuse a store whose making stopped half-way: without its key and its name nothing could be signed."""
    if not instance:
        raise _no_desk(shown_url)


def of_another_program(shown_url: str) -> Unreachable:
    return Unreachable(
        N_("{url} is the database of another program."), hint=N_("Choose another place with --store."), url=shown_url
    )


def _no_desk(shown_url: str) -> Unreachable:
    return Unreachable(N_("There is no desk in {url} yet."), hint=N_("Make one with: supportdesk init"), url=shown_url)
