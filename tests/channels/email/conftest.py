"""Fixtures of the e-mail channel's tests."""

from pathlib import Path

import pytest

from supportdesk.channels.email import oauth
from tests.channels.email.access import Access
from tests.services.oauth import OAuthStub


@pytest.fixture
def access(oauth_stub: OAuthStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Access:
    """Granted by the stub provider; a token that a server refuses counts as old at once."""
    monkeypatch.setattr(oauth, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(oauth, "SETTLE_SECONDS", 0.0)
    return Access(oauth_stub, tmp_path)
