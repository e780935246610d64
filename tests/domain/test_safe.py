"""Nothing a customer writes may drive an agent's terminal, and nothing readable may be lost on the way."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportdesk.domain.safe import safe_line, safe_text

TERMINAL = "\x1b\x90\x9b\x9d\x07\x9c\\[]P;0m\r\n\t\x0b\x0c\x85\x00"
HOSTILE = st.text(
    st.one_of(st.sampled_from(TERMINAL + "\u2028\u200b\u200d\u202e\ufe0f👩💻가a \ud800"), st.characters())
)


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("plain text\n\tand 한글", "plain text\n\tand 한글"),
        ("a\r\nb\rc\x85d\u2028e\x0cf", "a\nb\nc\nd\ne\nf"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1b]0;title\x07shown", "shown"),
        ("\x1b]52;c;ZXZpbA==\x1b\\shown", "shown"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP+q544e\x1b\\x", "x"),
        ("\x1b$)Cx", "x"),
        ("\x1b]0;never closed\nnext line", "0;never closed\nnext line"),
        ("end\x1b", "end"),
        ("a\x00b\x7fc\x08d", "abcd"),
        ("gpj.\u202eexe\u202c \u2066x\u2069", "gpj.exe x"),
        ("pass\u200bword\ufeff\u2060\u00ad", "password"),
        ("lone \ud83d surrogate", "lone � surrogate"),
        ("tag \U000e0041\U000e007f", "tag "),
        ("👩\u200d💻 ❤\ufe0f\u200d🔥", "👩\u200d💻 ❤\ufe0f\u200d🔥"),
        ("a\u200db", "ab"),
    ],
)
def test_what_drives_a_terminal_is_gone_and_the_rest_stays(hostile: str, harmless: str) -> None:
    assert safe_text(hostile) == harmless


@given(HOSTILE)
def test_safe_text_is_idempotent(text: str) -> None:
    once = safe_text(text)
    assert safe_text(once) == once


@given(HOSTILE)
def test_safe_line_is_idempotent(text: str) -> None:
    once = safe_line(text)
    assert safe_line(once) == once


@given(HOSTILE)
def test_no_control_survives(text: str) -> None:
    assert {c for c in safe_text(text) if unicodedata.category(c) in ("Cc", "Cs")} <= {"\n", "\t"}
    assert not {c for c in safe_line(text) if unicodedata.category(c) in ("Cc", "Cs")}


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_readable_text_is_untouched(text: str) -> None:
    assert safe_text(text) == text


def test_a_line_is_one_line() -> None:
    assert safe_line("  Re:\r\n\t긴 제목\n \n계속 ") == "Re: 긴 제목 계속"


@pytest.mark.timeout(5)
@pytest.mark.parametrize(("unit", "kept"), [("\x1b]0;x", 3), ("\x90", 0), ("\x9b0", 1), ("\u200d", 0)])
def test_a_megabyte_of_unfinished_sequences_is_bounded(unit: str, kept: int) -> None:
    assert len(safe_text(unit * 200_000)) == kept * 200_000


@pytest.mark.timeout(5)
def test_a_line_of_blanks_takes_no_time() -> None:
    assert safe_line(f"é{' ' * 500_000}x\ty") == f"é{' ' * 500_000}x y"


@given(st.text(" \t\na"))
def test_only_blanks_with_an_end_or_a_tab_among_them_are_folded(text: str) -> None:
    folded = re.sub(r"[ \t\n]*[\t\n][ \t\n]*", " ", text).strip()
    assert safe_line(text) == folded
