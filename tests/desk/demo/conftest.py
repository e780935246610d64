"""A small demonstration desk."""

from collections.abc import Iterator

import pytest

from supportdesk.channels.simulated import post
from supportdesk.desk.demo.seeding import seed
from supportdesk.desk.demo.staff import CHANNELS
from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk


@pytest.fixture
def lively(store_url: str) -> Iterator[Desk]:
    """48 tickets, and nothing left over in the post."""
    for medium in CHANNELS:
        box = post(medium)
        while not box.delivered.empty():
            box.delivered.get()
        while not box.written.empty():
            box.written.get()
    desk = make_desk(store_url, "Acme Support")
    seed(desk, 48)
    yield desk
    desk.close()
