"""What nobody foresaw: the traceback goes to the log, one sentence to the person."""

import os
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path

from supportdesk.config import shown_url
from supportdesk.i18n import _
from supportdesk.paths import paths, private_directory

URL = re.compile(r"[a-z][a-z0-9+.\-]*://[^\s'\"<>]+")
SECRET = re.compile(r"(?i)(\b[\w\-]*(?:password|passwd|secret|token|api_?key|authorization)\b['\"]?\s*[:=]\s*)\S[^\n]*")
KEPT_BYTES = 2_000_000  # then the log starts anew, with the old one beside it


def report(error: BaseException) -> str:
    """Log ``error`` with its traceback and without secrets; answer the sentence to show."""
    log = paths().log
    try:
        _append(log, f"{datetime.now(UTC).isoformat()} {without_secrets(_traceback(error))}\n")
    except OSError as refusal:
        text = _("Something went wrong that should not have ({error}), and {log} cannot be written: {reason}.")
        return text.format(error=type(error).__name__, log=log, reason=refusal.strerror or refusal)
    return _("Something went wrong that should not have ({error}). The details are in {log}.").format(
        error=type(error).__name__, log=log
    )


def without_secrets(text: str) -> str:
    """``text`` with passwords in URLs and values called password, token and the like blotted out."""
    return SECRET.sub(r"\1***", URL.sub(lambda found: shown_url(found[0]), text))


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def _append(log: Path, text: str) -> None:
    private_directory(log.parent)
    if log.exists() and log.stat().st_size > KEPT_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.write(text)
