"""Tests of the log of what nobody foresaw."""

from pathlib import Path

import pytest

from supportdesk.commands import crash
from supportdesk.paths import paths


def _raised(text: str) -> RuntimeError:
    try:
        raise RuntimeError(text)
    except RuntimeError as error:
        return error


def test_the_log_is_for_its_owner_alone_and_grows() -> None:
    for text in ("first", "second"):
        assert str(paths().log) in crash.report(_raised(text))
    log = paths().log
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700
    assert log.read_text().index("first") < log.read_text().index("second")


def test_a_long_log_starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash, "KEPT_BYTES", 10)
    crash.report(_raised("first"))
    crash.report(_raised("second"))
    assert "first" not in paths().log.read_text()
    assert "first" in paths().log.with_suffix(".log.1").read_text()


def test_a_log_that_cannot_be_written_is_told(clean_environment: Path) -> None:
    (clean_environment / ".local").write_text("in the way")
    said = crash.report(_raised("lost"))
    assert "cannot be written" in said and "RuntimeError" in said


@pytest.mark.parametrize(
    "text",
    [
        "connect postgresql://kim:geheim@db/desk failed",
        "password=geheim",
        "{'smtp_password': 'geheim', 'user': 'kim'}",
        "Authorization: Bearer geheim",
        "api_key: geheim",
        "imap_secret = geheim with blanks geheim",
    ],
)
def test_no_secret_is_logged(text: str) -> None:
    assert "geheim" in text
    assert "geheim" not in crash.without_secrets(f"before\n{text}\nafter")
    assert crash.without_secrets(f"before\n{text}\nafter").startswith("before\n")
    assert crash.without_secrets(f"before\n{text}\nafter").endswith("\nafter")
