"""A desk on each store with an agent, and the password of the test servers."""

from collections.abc import Iterator

import pytest

from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk, staff
from tests.services.dovecot import PASSWORD


@pytest.fixture
def desk(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("SUPPORT_SECRET", PASSWORD)
    made = make_desk(store_url, "Acme Support")
    staff(made, "alice", "Alice Kim", "alice@desk.example", [])
    yield made
    made.close()
