"""Every rung of the ladder, and who is kept out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from supportdesk.domain.threading import (
    MAX_IDS,
    TOPIC_LASTS,
    Candidate,
    Decision,
    Known,
    MailFacts,
    Rule,
    decide,
    lookups,
)
from supportdesk.domain.tokens import body_token, message_id, plus_address

KEY = b"key of this desk"
NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
DESK = "support@desk.example"
OWN = message_id(KEY, 7, 70, "desk.example")
MAIL = MailFacts("new@a", "", (), (DESK,), "Printer", "kim@a.example")
KIM, LEE = frozenset({"kim@a.example"}), frozenset({"lee@b.example"})
ALIAS = frozenset({"help@alias.example"})
SEVEN = Candidate(7, ("Printer",), None, NOW - timedelta(hours=1), KIM | ALIAS, writers=KIM)
EIGHT = replace(SEVEN, number=8, subjects=("Invoice",), participants=LEE, writers=LEE)
KNOWN = Known(tickets={7: SEVEN, 8: EIGHT})


def decided(mail: MailFacts, known: Known = KNOWN) -> Decision:
    return decide(mail, lookups(mail, KEY), known, NOW)


@pytest.mark.parametrize(
    ("mail", "known", "rule"),
    [
        (replace(MAIL, in_reply_to=OWN), KNOWN, Rule.TOKEN),
        (replace(MAIL, references=("a@b", OWN, "c@d")), KNOWN, Rule.TOKEN),
        (replace(MAIL, recipients=("x@y", plus_address(KEY, 7, DESK))), KNOWN, Rule.PLUS_ADDRESS),
        (replace(MAIL, in_reply_to="a@b"), replace(KNOWN, by_message_id={"a@b": 7}), Rule.MESSAGE_ID),
        (replace(MAIL, references=("a@b",)), replace(KNOWN, by_message_id={"a@b": 7}), Rule.REFERENCES),
        (replace(MAIL, subject="Re: [#7] Printer"), KNOWN, Rule.SUBJECT),
        (replace(MAIL, text=f"> {body_token(OWN)}"), KNOWN, Rule.BODY_TOKEN),
        (replace(MAIL, references=("a@b",)), replace(KNOWN, by_reference={"a@b": 7}), Rule.SIBLING),
        (MAIL, replace(KNOWN, by_reference={"new@a": 7}), Rule.SIBLING),
    ],
)
def test_each_rule_joins(mail: MailFacts, known: Known, rule: Rule) -> None:
    assert decided(mail, known) == Decision(7, rule)


def test_without_any_sign_it_is_new() -> None:
    assert decided(MAIL) == Decision(None, Rule.NEW)


def test_stronger_rules_come_first() -> None:
    everything = replace(
        MAIL,
        in_reply_to="a@b",
        references=(OWN,),
        recipients=(plus_address(KEY, 8, DESK),),
        subject="[#8] Printer",
    )
    known = replace(KNOWN, by_message_id={"a@b": 8}, by_reference={"a@b": 8})
    assert decided(everything, known) == Decision(7, Rule.TOKEN)
    assert decided(replace(everything, references=()), known).rule is Rule.PLUS_ADDRESS
    assert decided(replace(everything, references=(), recipients=()), known).rule is Rule.MESSAGE_ID


def test_the_newest_reference_wins() -> None:
    mail = replace(MAIL, references=("old@b", "new@b"))
    known = replace(KNOWN, by_message_id={"old@b": 8, "new@b": 7})
    assert decided(mail, known).ticket == 7


def test_a_message_that_moved_is_followed() -> None:
    moved = replace(KNOWN, by_message_id={OWN: 8}, tickets={8: replace(EIGHT, subjects=("Printer",))})
    assert decided(replace(MAIL, in_reply_to=OWN), moved) == Decision(8, Rule.TOKEN)


def test_a_merged_ticket_leads_to_its_target() -> None:
    merged = Known(tickets={7: replace(SEVEN, number=9)})
    assert decided(replace(MAIL, in_reply_to=OWN), merged) == Decision(9, Rule.TOKEN)


def test_a_ticket_that_is_gone_is_passed_over() -> None:
    assert decided(replace(MAIL, in_reply_to=OWN, subject="[#7] x"), Known()) == Decision(None, Rule.NEW)


def test_a_forged_token_proves_nothing() -> None:
    forged = message_id(b"guess", 8, 70, "desk.example")
    mail = replace(MAIL, in_reply_to=forged, recipients=(plus_address(b"guess", 8, DESK),), text=body_token(forged))
    assert lookups(mail, KEY).numbers == frozenset()
    assert decided(mail) == Decision(None, Rule.NEW)


STRANGER = replace(MAIL, sender="eve@evil.example", subject="Re: [#7] Printer")


def test_a_stranger_with_a_number_is_only_suggested() -> None:
    assert decided(STRANGER) == Decision(None, Rule.NEW, suggestion=7)


@pytest.mark.parametrize(
    ("mail", "known"),
    [
        (replace(STRANGER, sender="KIM@a.example"), KNOWN),
        (STRANGER, replace(KNOWN, sender_is_agent=True)),
        (
            STRANGER,
            replace(KNOWN, sender_organization="Acme", tickets={7: replace(SEVEN, organization="Acme")}),
        ),
    ],
)
def test_who_has_to_do_with_the_ticket_joins_by_number(mail: MailFacts, known: Known) -> None:
    assert decided(mail, known) == Decision(7, Rule.SUBJECT)


def test_no_organization_is_not_the_same_organization() -> None:
    assert decided(STRANGER, replace(KNOWN, sender_organization="")).ticket is None


def test_a_sender_without_address_is_nobody() -> None:
    nobody = replace(KNOWN, tickets={7: replace(SEVEN, participants=frozenset({""}))})
    assert decided(replace(STRANGER, sender=""), nobody) == Decision(None, Rule.NEW, suggestion=7)


def test_strangers_who_answer_the_same_newsletter_do_not_meet() -> None:
    known = replace(KNOWN, by_reference={"news@shop": 7})
    mail = replace(MAIL, sender="park@c.example", recipients=(DESK, *ALIAS), in_reply_to="news@shop")
    assert decided(mail, known) == Decision(None, Rule.NEW)
    assert decided(replace(mail, recipients=(DESK, "Kim@a.example")), known) == Decision(7, Rule.SIBLING)


@pytest.mark.parametrize(
    "mail",
    [
        replace(MAIL, in_reply_to=OWN, subject="Re: Something else"),
        replace(MAIL, recipients=(plus_address(KEY, 7, DESK),), subject="Something else"),
    ],
)
@pytest.mark.parametrize(
    ("ticket", "joins"),
    [
        (SEVEN, True),
        (replace(SEVEN, closed_at=NOW), False),
        (replace(SEVEN, last_message_at=NOW - TOPIC_LASTS), True),
        (replace(SEVEN, last_message_at=NOW - TOPIC_LASTS - timedelta(seconds=1)), False),
        (replace(SEVEN, closed_at=NOW, subjects=("Printer", "Re:")), False),
        (replace(SEVEN, closed_at=NOW, subjects=("",)), True),
        (replace(SEVEN, closed_at=NOW, subjects=("renamed by an agent", "something ELSE")), True),
    ],
)
def test_another_topic_after_the_end_continues_the_old_ticket(mail: MailFacts, ticket: Candidate, joins: bool) -> None:
    decision = decided(mail, Known(tickets={7: ticket}))
    assert decision.ticket == (7 if joins else None)
    assert decision.continues == (None if joins else 7)


@pytest.mark.parametrize("subject", ["Re: Printer", "AW: PRINTER", ""])
def test_the_same_topic_reopens_however_late(subject: str) -> None:
    old = Known(tickets={7: replace(SEVEN, closed_at=NOW, last_message_at=NOW - timedelta(days=400))})
    assert decided(replace(MAIL, in_reply_to=OWN, subject=subject), old) == Decision(7, Rule.TOKEN)


def test_lookups_are_complete_unique_and_newest_first() -> None:
    mail = replace(MAIL, in_reply_to="c@x", references=("a@x", "", OWN, "c@x"), text=body_token(OWN))
    looked = lookups(mail, KEY)
    assert looked.header_ids == looked.message_ids == ("c@x", OWN, "a@x")
    assert looked.references == ("new@a", "c@x", OWN, "a@x")
    assert looked.numbers == {7}


def test_lookups_are_limited() -> None:
    many = tuple(f"{n}@x" for n in range(10_000))
    looked = lookups(replace(MAIL, references=("x" * 10_000, *many)), KEY)
    assert len(looked.header_ids) == MAX_IDS
    assert looked.header_ids[0] == "9999@x"
