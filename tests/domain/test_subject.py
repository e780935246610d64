"""A subject is the same whatever programs put before it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportdesk.domain.subject import base_subject, same_topic, subject_number, subject_tag

PREFIXES = (
    *(
        "Re: ",
        "RE:",
        "Fwd: ",
        "FW : ",
        "WG: ",
        "AW: ",
        "SV: ",
        "VS: ",
        "TR: ",
        "RV: ",
        "RES: ",
        "ENC: ",
        "Antw: ",
        "Odp:",
    ),
    *("回复：", "答复: ", "转发：", "回覆：", "轉寄: ", "회신: ", "답장：", "전달: ", "[회신] "),
    *("Re[2]: ", "RE[12] :", "Re(3): ", "Re^2: ", "[#1042] "),
)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_prefix_goes(prefix: str) -> None:
    assert base_subject(f"{prefix}환불 문의") == "환불 문의"


@settings(max_examples=100)
@given(st.lists(st.sampled_from(PREFIXES), max_size=6))
def test_any_pile_of_prefixes_goes(prefixes: list[str]) -> None:
    assert base_subject("".join(prefixes) + "Printer: blank pages") == "Printer: blank pages"


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Reprint the page", "Reprint the page"),
        ("Re", "Re"),
        ("Regarding: x", "Regarding: x"),
        ("Order [#1042] is late", "Order is late"),
        ("Re: Order (fwd) (Fwd)", "Order"),
        ("[list] hello", "[list] hello"),
        ("Re: ", ""),
        ("a\n  b", "a b"),
    ],
)
def test_the_rest_stays(subject: str, base: str) -> None:
    assert base_subject(subject) == base


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_stripping_twice_changes_nothing(subject: str) -> None:
    base = base_subject(subject)
    assert base_subject(base) == base


def test_a_pile_of_prefixes_is_no_burden() -> None:
    assert base_subject("Re: " * 1_000_000 + "x") == ""


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("환불 문의", "Re: [#7] 환불  문의", True),
        ("Café", "AW: CAFE", True),
        ("Order A-1", "Order A-2", False),
        ("", "anything", True),
        ("Re:", "anything", True),
    ],
)
def test_same_topic(first: str, second: str, same: bool) -> None:
    assert same_topic(first, second) is same_topic(second, first) is same


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Re: [#1042] 환불", 1042),
        ("[#7][#8]", 7),
        ("#1042", None),
        ("[#0]", None),
        ("[#1042", None),
        ("[#99999999999999999999]", None),
        ("[#١]", None),
    ],
)
def test_the_number_in_a_subject(subject: str, number: int | None) -> None:
    assert subject_number(subject) == number


def test_our_own_tag_is_read_back() -> None:
    assert subject_number(f"Re: {subject_tag(1042)} x") == 1042
