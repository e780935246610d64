"""An account that logs in by access tokens of the stub provider, and its refresh token in a private file."""

from pathlib import Path
from typing import Any

from supportdesk.channels import secrets
from supportdesk.channels.email.oauth import Granted, read
from supportdesk.channels.email.oauth_providers import OAuth
from supportdesk.channels.email.settings import settings
from tests.channels.email.accounts import account
from tests.services.oauth import OAuthStub


class Access:
    """``reference`` leads to the refresh token, which the provider has granted already."""

    def __init__(self, stub: OAuthStub, directory: Path) -> None:
        self.stub = stub
        self.path = directory / "refresh-token"
        self.reference = f"file:{self.path}"
        self.grant_again()

    def grant_again(self) -> None:
        secrets.store(self.reference, self.stub.new_refresh_token())

    @property
    def kept(self) -> Granted:
        return read(self.reference)

    def values(self, imap_port: int = 1, smtp_port: int = 1, **others: Any) -> dict[str, Any]:
        """A channel's settings."""
        return account(imap_port, smtp_port, **self.stub.settings(self.reference), **others)

    @property
    def oauth(self) -> OAuth:
        found = settings(self.values()).imap.oauth
        assert found is not None
        return found
