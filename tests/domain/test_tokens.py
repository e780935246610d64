"""Only what this desk has signed brings a mail into a ticket."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportdesk.domain.tokens import (
    MAX_LOCAL_PART,
    OwnMessage,
    body_ids,
    body_token,
    message_id,
    own_message,
    plus_address,
    plus_ticket,
)

KEY = b"0123456789abcdef0123456789abcdef"
OTHER = b"another desk's key"
NUMBERS = st.integers(1, 2**53)
MINE = message_id(KEY, 1042, 7, "desk.example")
PLUS = plus_address(KEY, 1042, "support@desk.example")


@settings(max_examples=100)
@given(ticket=NUMBERS, message=NUMBERS)
def test_a_message_id_names_its_message(ticket: int, message: int) -> None:
    made = message_id(KEY, ticket, message, "desk.example")
    assert own_message(KEY, made) == own_message(KEY, f" <{made}> ") == OwnMessage(ticket, message)
    assert own_message(OTHER, made) is None


@settings(max_examples=100)
@given(NUMBERS)
def test_a_plus_address_names_its_ticket(ticket: int) -> None:
    made = plus_address(KEY, ticket, "support@desk.example")
    assert plus_ticket(KEY, made) == plus_ticket(KEY, made.upper()) == ticket
    assert plus_ticket(OTHER, made) is None
    assert made.startswith("support+t")


@settings(max_examples=200)
@given(at=st.integers(0, 200), letter=st.sampled_from("0123456789abcdefghijklmnopqrstuvwxyz.+-@ "))
def test_no_changed_letter_passes(at: int, letter: str) -> None:
    token, domain = MINE.split("@")
    at %= len(token)
    forged = f"{token[:at]}{letter}{token[at + 1 :]}@{domain}"
    assert forged == MINE or own_message(KEY, forged) is None
    local, domain = PLUS.split("@")
    at = at % (len(local) - len("support")) + len("support")
    forged = f"{local[:at]}{letter}{local[at + 1 :]}@{domain}"
    assert forged == PLUS or plus_ticket(KEY, forged) is None


@pytest.mark.parametrize("length", range(len(MINE)))
def test_no_cut_message_id_passes(length: int) -> None:
    cut = MINE[:length]
    assert own_message(KEY, cut) in (None, OwnMessage(1042, 7))
    assert (own_message(KEY, cut) is not None) is ("@" in cut[:-1])


@pytest.mark.parametrize(
    "text",
    ["", "<>", "t.1042.m.7@desk.example", MINE.replace("1042", "01042"), f"x{MINE}", f"{MINE} {MINE}", f"{MINE}@x"],
)
def test_what_only_looks_like_one_of_ours(text: str) -> None:
    assert own_message(KEY, text) is None


def test_one_kind_is_not_made_of_the_other() -> None:
    signature = MINE.split("@")[0].split(".")[-1]
    assert plus_ticket(KEY, f"support+t1042.{signature}@desk.example") is None


@pytest.mark.parametrize(
    "address", ["support@desk.example", "support+de@desk.example", "고객센터@desk.example", f"{'x' * 40}@desk.example"]
)
def test_a_local_part_is_never_too_long(address: str) -> None:
    made = plus_address(KEY, 1042, address)
    assert len(made.rpartition("@")[0].encode()) <= MAX_LOCAL_PART
    assert plus_ticket(KEY, made) == 1042


@pytest.mark.parametrize("address", [f"{'x' * 50}@desk.example", "no address", "@desk.example"])
def test_where_no_plus_address_is_possible_the_address_stays(address: str) -> None:
    assert plus_address(KEY, 1042, address) == address


def test_body_tokens_are_found_in_quoted_text() -> None:
    text = f"> thanks\n> {body_token(MINE)}\n>> Ref-Mid: {MINE.upper()}\nRef-Mid: <x@y>"
    assert [own_message(KEY, found) for found in body_ids(text)] == [OwnMessage(1042, 7)] * 2


def test_body_tokens_are_limited() -> None:
    assert len(body_ids(f"{body_token(MINE)}\n" * 100)) == 5
