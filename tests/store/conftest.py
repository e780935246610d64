"""An open store of each kind in turn."""

from collections.abc import Iterator

import pytest

from supportdesk.store.engine import Store, open_store


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    yield opened
    opened.close()
