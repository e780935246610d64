"""A few letters find the right one first, also while the IME is still composing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportdesk.domain.fuzzy import FIELD_STEP, LOOSE, PART, PREFIX, WORD_START, rank, score


@pytest.mark.parametrize(
    ("query", "text", "least", "most"),
    [
        ("refund", "refund-eta", WORD_START, PREFIX),
        ("REF", "refund-eta", WORD_START, PREFIX),
        ("eta", "refund-eta", PART, WORD_START),
        ("fund", "refund-eta", LOOSE, PART),
        ("rfe", "refund-eta", 0, LOOSE),
        ("완료", "환불-완료", PART, WORD_START),
        ("ㅎㅂ", "환불 완료", WORD_START, PREFIX),
        ("ㅇㄹ", "환불 완료", PART, WORD_START),
        ("ㅎㅇ", "환불 완료", 0, LOOSE),
        ("eta ref", "refund-eta", PART, PREFIX),
        ("creme", "Crème", WORD_START, PREFIX),
    ],
)
def test_each_kind_of_match_has_its_range(query: str, text: str, least: int, most: int) -> None:
    found = score(query, text)
    assert found is not None
    assert least < found <= most


@pytest.mark.parametrize(("query", "text"), [("x", "refund"), ("ter", "ret"), ("ref x", "refund"), ("ㅎㅈ", "환불")])
def test_what_does_not_match(query: str, text: str) -> None:
    assert score(query, text) is None


def test_every_keystroke_of_a_word_finds_it() -> None:
    for typed in ("ㅎ", "호", "화", "환", "환ㅂ", "환부", "환불"):
        assert score(typed, "환불") is not None, typed


def test_scattered_letters_do_not_find_long_texts() -> None:
    assert score("rfe", "refund-eta" + " and so on" * 20) is None


def test_the_better_match_comes_first() -> None:
    items = ["prefund", "the refund", "refund-eta", "refund", "r e f u n d", "nothing"]
    assert rank("refund", items, lambda item: [item]) == [
        "refund",
        "refund-eta",
        "the refund",
        "prefund",
        "r e f u n d",
    ]


def test_the_first_text_counts_most() -> None:
    items = [("b", "refund"), ("refund", "b"), ("c", "d")]
    assert rank("refund", items, lambda item: item) == [("refund", "b"), ("b", "refund")]
    assert FIELD_STEP > 0


def test_no_query_keeps_all_in_their_order() -> None:
    assert rank("  ", ["b", "a", ""], lambda item: [item]) == ["b", "a", ""]


@settings(max_examples=100)
@given(st.text(st.sampled_from("환불ab[]().*\\- "), min_size=1, max_size=12), st.data())
def test_every_part_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert score(text[start:end], text) is not None


@settings(max_examples=100)
@given(st.text(max_size=20), st.text(max_size=40))
def test_nothing_typed_breaks_it(query: str, text: str) -> None:
    found = score(query, text)
    assert found is None or found <= PREFIX
