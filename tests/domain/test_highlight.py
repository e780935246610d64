"""What was found is what is marked, in the text as it was written."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supportdesk.domain.analyzer import analyze, fts5_query, fts5_text, normalise, term
from supportdesk.domain.highlight import MAX_SPANS, _aligned, spans

TEXTS = st.text(st.sampled_from("환불이漢か aB1é-,ＡｶﾞㅎㅏßﬁŒ\u0301\u11a8"), max_size=14)
WORDS = st.text(st.sampled_from("환불이aB1é- "), max_size=5)


def marked(text: str, *words: str, exact: bool = False) -> list[str]:
    terms = [found for word in words if (found := term(word, exact=exact))]
    return [text[start:end] for start, end in spans(text, terms)]


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE doc USING fts5(body, content='', tokenize='unicode61 remove_diacritics 0')")
    yield db
    db.close()


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("3일 전에 환불 신청했는데 환불이", "환불", ["환불", "환불"]),
        ("환급, 교환", "환", ["환", "환"]),
        ("Crème BRÛLÉE brule", "brule", ["BRÛLÉ", "brule"]),
        ("Bru\u0302le\u0301e", "brulee", ["Bru\u0302le\u0301e"]),
        ("ＰＲＩＮＴＥＲ printers", "printer", ["ＰＲＩＮＴＥＲ", "printer"]),
        ("ﾊﾟｿｺﾝ", "パソ", ["ﾊﾟｿ"]),
        ("blueprint", "print", []),
        ("order A-1029.", "a 1029", ["A-1029"]),
        ("환불  요청서", "환불 요청", ["환불  요청"]),
        ("환불요청", "환불 요청", []),
        ("Straße", "strasse", ["Straße"]),
    ],
)
def test_marks(text: str, word: str, found: list[str]) -> None:
    assert marked(text, word) == found


def test_a_quoted_word_is_whole() -> None:
    assert marked("printer print", "print", exact=True) == ["print"]


def test_marks_are_in_order_and_do_not_overlap() -> None:
    assert marked("환불이 왔다", "왔", "환불", "불이") == ["환불이", "왔"]


def test_marks_are_limited() -> None:
    assert len(marked("a1 " * 5_000, "a1")) == MAX_SPANS


@settings(max_examples=200, deadline=None)
@given(text=TEXTS, query=WORDS, exact=st.booleans())
@example(text="환", query="\u11a8환", exact=False)
def test_something_is_marked_exactly_when_the_index_finds_it(
    index: sqlite3.Connection, text: str, query: str, exact: bool
) -> None:
    sought = term(query, exact=exact)
    if sought is None:
        return
    index.execute("INSERT INTO doc(doc) VALUES ('delete-all')")
    index.execute("INSERT INTO doc(rowid, body) VALUES (1, ?)", (fts5_text(analyze(text)),))
    found = index.execute("SELECT rowid FROM doc WHERE doc MATCH ?", (fts5_query([sought]),)).fetchall()
    assert bool(spans(text, [sought])) is bool(found)


@settings(max_examples=200)
@given(TEXTS)
@example("Œ\u0301환")
def test_places_in_normalised_text_lead_back_to_the_text(text: str) -> None:
    folded, origin = _aligned(text)
    places = [(at, at + 1) for at in range(len(text))] if origin is None else origin
    assert folded == normalise(text)
    assert len(places) == len(folded)
    assert all(letter in normalise(text[start:end]) for letter, (start, end) in zip(folded, places, strict=True))


@settings(max_examples=200)
@given(st.text(max_size=40), st.text(max_size=6))
def test_spans_of_any_text_are_within_it(text: str, word: str) -> None:
    terms = [sought for each in (word, text[3:7]) if (sought := term(each))]
    places = spans(text, terms)
    assert list(places) == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)
