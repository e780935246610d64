"""The search index made anew: after a change of the analyzer, ``migrate`` finds everything again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from supportdesk.desk import channels, customers, founding, search
from supportdesk.desk.desk import Desk
from supportdesk.domain.errors import Unreachable
from tests.desk.arrivals import mail, open_ticket, receive
from tests.desk.conftest import MAILBOX


@pytest.fixture
def damaged(store_url: str) -> Iterator[Desk]:
    """A desk whose index was made by an analyzer of long ago: its tokens are of no use."""
    desk = founding.make_desk(store_url)
    channels.add(desk, "email", "support", address="support@desk.example", settings=MAILBOX)
    receive(desk, mail("김민수 <minsu@x.example>", "환불", "환불 부탁드립니다"))
    open_ticket(desk, "Printer", "It prints black")
    emptied = {
        "sqlite": "INSERT INTO {0}({0}) VALUES ('delete-all')",
        "postgresql": "TRUNCATE {0}",
    }[desk.store.dialect]
    with desk.store.write() as conn:
        for name in ("message_search", "customer_search"):
            conn.execute(text(emptied.format(name)))
        conn.execute(text("UPDATE meta SET value = '0' WHERE key = 'analyzer_version'"))
    yield desk
    desk.close()


def test_a_store_of_another_analyzer_is_refused_until_migrated(damaged: Desk, store_url: str) -> None:
    from supportdesk.desk.desk import open_desk

    with pytest.raises(Unreachable, match="migrate"):
        open_desk(store_url)
    founding.make_desk(store_url).close()
    again = open_desk(store_url)
    assert [hit.snippet for hit in search.search(again, "환불")] == ["환불 부탁드립니다"]
    assert [hit.subject for hit in search.search(again, "black")] == ["Printer"]
    assert [customer.name for customer in customers.find(again, "민수")] == ["김민수"]
    again.close()
