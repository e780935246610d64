"""Whom a new ticket is for, and what of it is kept until it is one."""

import pytest

from supportdesk.desk import drafts, undo
from supportdesk.domain.customer import Customer, Identity
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Invalid
from supportdesk.domain.message import Address, Direction
from supportdesk.screens.new_ticket_draft import Written, created, keep_draft, kept_draft, known_as, shown
from tests.screens.ticket_desk import NOW, Seeded

CALLED = Written("+82 10-1234", "Call", "wants an invoice", None)


def customer(*identities: Identity) -> Customer:
    return Customer(1, "김민수", "", "", "", identities, {}, (), NOW, 0)


def test_a_draft_stays_until_its_ticket_does(seeded: Seeded) -> None:
    keep_draft(seeded.alice, CALLED)
    assert created(seeded.alice, CALLED, Direction.IN)
    undo.undo(seeded.alice)
    draft = kept_draft(seeded.alice)
    assert draft is not None and (draft.subject, draft.text) == ("Call", "wants an invoice")
    assert created(seeded.alice, CALLED, Direction.IN)
    assert kept_draft(seeded.alice) is None
    assert drafts.load(seeded.alice, 0, DraftKind.NEW) is None


@pytest.mark.parametrize(
    "written", [CALLED, Written("Kim", "Call", "text", customer(Identity("phone", "+82 10-1234")))]
)
def test_whoever_has_no_address_cannot_be_written_to(seeded: Seeded, written: Written) -> None:
    with pytest.raises(Invalid, match="no e-mail address"):
        created(seeded.alice, written, Direction.OUT)


def test_a_known_customer_is_shown_with_what_they_are_known_by() -> None:
    assert shown(customer(Identity("kakao", "k1"), Identity("email", "a@x.example"))) == "김민수 <a@x.example>"
    assert shown(customer(Identity("kakao", "k1"))) == "김민수"


@pytest.mark.parametrize(
    ("who", "kind", "address"),
    [
        ("kim@x.example", "email", Address("kim@x.example")),
        ("Kim <kim@x.example>", "email", Address("kim@x.example", "Kim")),
        ("+82 10-1234", "phone", Address("+82 10-1234")),
        ("김민수 <010-1234>", "phone", Address("010-1234", "김민수")),
    ],
)
def test_people_are_known_by_what_can_be_written_to_or_called(who: str, kind: str, address: Address) -> None:
    assert known_as(who) == (kind, address)


@pytest.mark.parametrize("who", ["Kim", "kim@", "<>", "12 o'clock"])
def test_anything_else_is_refused(who: str) -> None:
    with pytest.raises(Invalid):
        known_as(who)
