from datetime import UTC, datetime

import pytest
from rich.cells import cell_len

from supportdesk.domain.customer import Customer, Identity
from supportdesk.widgets.customer_card import MAX_IDENTITIES, card_lines

CUSTOMER = Customer(
    id=1, name="김민수 [bold]", grade="VIP", organization="민수무역", language="ko",
    identities=tuple(Identity("email", f"minsu{n}@example.com") for n in range(7)), attributes={"birthday": "3월 1일"},
    orders=({"number": "A-1029", "total": "₩48,000", "note": ""},),
    created_at=datetime(2021, 3, 1, tzinfo=UTC), tickets=4,
)  # fmt: skip


def test_the_card_has_everything_and_counts_what_it_leaves_out() -> None:
    lines = [line.plain for line in card_lines(CUSTOMER, 40)]
    assert lines[0].startswith("김민수 [bold]  VIP") and lines[0].endswith("since 2021")
    assert sum("example.com" in line for line in lines) == MAX_IDENTITIES
    assert "3 more addresses" in lines
    assert "birthday  3월 1일" in lines
    assert lines[-2:] == ["1 order", "  A-1029  ₩48,000"]


@pytest.mark.parametrize("width", [16, 24, 40])
def test_no_line_is_wider_than_the_pane(width: int) -> None:
    assert max(cell_len(line.plain) for line in card_lines(CUSTOMER, width)) <= width
