"""What a verb answers on the command line: a line for people, or what it changed as JSON."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from supportdesk.commands import forms, output
from supportdesk.i18n import _, ngettext

if TYPE_CHECKING:
    from supportdesk.domain.event import Receipt


def told(done: "Receipt | Sequence[Receipt]", as_json: bool) -> None:
    """``{"number"?, "message"?, "tickets": [{"number", "version"}], "events"}``; a new ticket's number as ``#1042``."""
    receipts = done if isinstance(done, Sequence) else (done,)
    if as_json:
        output.ndjson([_together(receipts)])
        return
    created = [receipt.created for receipt in receipts if receipt.created]
    changed = {number for receipt in receipts for number in receipt.versions}
    if created:
        output.line("\n".join(f"#{number}" for number in created))
    elif changed:
        count = len(changed)
        output.say(ngettext("{count} ticket changed.", "{count} tickets changed.", count).format(count=count))
    elif any(receipt.events for receipt in receipts):
        output.say(_("Done."))
    else:
        output.say(_("Nothing changed: it was so already."))


def _together(receipts: Sequence["Receipt"]) -> forms.Json:
    """Several verbs' receipts as one; the last version of each ticket counts."""
    versions = {number: version for receipt in receipts for number, version in receipt.versions.items()}
    told: dict[str, object] = {}
    for receipt in receipts:
        told |= {"number": receipt.created} if receipt.created else {}
        told |= {"message": receipt.message} if receipt.message else {}
    changed = [{"number": number, "version": version} for number, version in sorted(versions.items())]
    return {**told, "tickets": changed, "events": [each for receipt in receipts for each in receipt.events]}
