"""A half-typed letter finds what it may still become."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportdesk.domain.hangul import letter_pattern, separated

SYLLABLE = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)


def finds(letter: str, text: str, *, last: bool = True) -> bool:
    typed = unicodedata.normalize("NFKC", letter)
    return re.match(letter_pattern(typed, last=last), text) is not None


@pytest.mark.parametrize(
    ("letter", "found", "not_found"),
    [
        ("ㅎ", "하환힣", "가기a"),
        ("ㄲ", "까끼", "가나"),
        ("부", "부불붕", "무보"),
        ("오", "오와왜외완", "우아"),
        ("우", "우워웨위", "오"),
        ("으", "으의", "이"),
        ("달", "달닭닮", "다단"),
        ("값", "값", "갑"),
        ("a", "a", "b"),
    ],
)
def test_the_last_letter(letter: str, found: str, not_found: str) -> None:
    assert all(finds(letter, text) for text in found)
    assert not any(finds(letter, text) for text in not_found)


@pytest.mark.parametrize(
    ("letter", "text"), [("달", "다리"), ("닭", "달걀"), ("값", "갑시"), ("깎", "까까"), ("안", "아니")]
)
def test_a_final_consonant_may_move_on(letter: str, text: str) -> None:
    assert finds(letter, text)
    assert not finds(letter, text, last=False)


def test_an_earlier_syllable_is_complete() -> None:
    assert not finds("부", "불", last=False)
    assert finds("부", "부", last=False)


def test_initials_an_ime_joined_are_two() -> None:
    assert separated("ㄳㅄ환") == "ㄱㅅㅂㅅ환"


@settings(max_examples=100)
@given(SYLLABLE)
def test_every_stage_of_typing_a_syllable_finds_it(syllable: str) -> None:
    parts = unicodedata.normalize("NFD", syllable)
    for length in range(1, len(parts) + 1):
        assert finds(parts[:length], syllable)
