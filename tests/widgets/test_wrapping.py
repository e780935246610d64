from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from supportdesk.widgets.wrapping import wrapped

LINES = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.sampled_from("  가나다환불é́👩‍👩‍👧"), max_size=300
)


@given(LINES, st.integers(2, 60))
def test_pieces_are_the_line_and_none_is_wider_than_asked(line: str, width: int) -> None:
    pieces = [line[start:end] for start, end in wrapped(line, width)]
    assert "".join(pieces) == line
    assert all(cell_len(piece.rstrip(" ")) <= width for piece in pieces)
    assert all(pieces) or pieces == [""]


def test_words_stay_whole_where_they_fit() -> None:
    line = "The printer prints blank pages"
    assert [line[a:b] for a, b in wrapped(line, 12)] == ["The printer ", "prints blank ", "pages"]


def test_korean_without_spaces_is_cut_between_syllables() -> None:
    line = "환불이아직안됐어요"
    assert [line[a:b] for a, b in wrapped(line, 6)] == ["환불이", "아직안", "됐어요"]


def test_a_word_wider_than_the_line_is_cut_anywhere() -> None:
    assert [b - a for a, b in wrapped("x" * 25, 10)] == [10, 10, 5]


@given(st.text(st.sampled_from("a ~가힣ㄱㅣ一鿿ぁゖァヺー、。「」b"), max_size=80))
def test_regular_characters_are_as_wide_as_assumed(text: str) -> None:
    assert cell_len(text) == sum(1 if character <= "~" else 2 for character in text)
