"""Fixtures of the channel tests."""

import pytest

from tests.services.dovecot import PASSWORD
from tests.services.sink import MemorySink


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch, clean_environment: object) -> None:
    """What ``env:SUPPORT_SECRET`` leads to: the password of every test server."""
    monkeypatch.setenv("SUPPORT_SECRET", PASSWORD)


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()
