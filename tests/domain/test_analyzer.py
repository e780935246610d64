"""Search finds what the text contains, on both stores alike, and nothing that was typed can break the query."""

import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supportdesk.domain.analyzer import (
    MAX_POSITIONS,
    MAX_TEXT,
    MAX_TOKENS,
    SPACED,
    UNSPACED,
    Term,
    analyze,
    fts5_query,
    fts5_text,
    normalise,
    term,
    tsquery,
    tsvector,
)

Matches = Callable[[str, list[Term]], bool]

HANGUL, LATIN, BETWEEN = "환불이漢か", "aB1é", " -,\n"
TEXTS = st.text(st.sampled_from(HANGUL + LATIN + BETWEEN + "Ａ"), max_size=14)
WORDS = st.text(st.sampled_from(HANGUL + LATIN + "- "), max_size=5)

FTS5 = "CREATE VIRTUAL TABLE doc USING fts5(body, content='', tokenize='unicode61 remove_diacritics 0')"


def fts5() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute(FTS5)
    return db


@pytest.fixture(scope="module")
def in_fts5() -> Iterator[Matches]:
    db = fts5()

    def matches(text: str, terms: list[Term]) -> bool:
        db.execute("INSERT INTO doc(doc) VALUES ('delete-all')")
        db.execute("INSERT INTO doc(rowid, body) VALUES (1, ?)", (fts5_text(analyze(text)),))
        return db.execute("SELECT rowid FROM doc WHERE doc MATCH ?", (fts5_query(terms),)).fetchall() == [(1,)]

    yield matches
    db.close()


@pytest.fixture(scope="module")
def in_tsvector(postgres_url: str) -> Iterator[Matches]:
    import psycopg

    with psycopg.connect(postgres_url) as connection:

        def matches(text: str, terms: list[Term]) -> bool:
            found = connection.execute(
                "SELECT CAST(%s AS tsvector) @@ CAST(%s AS tsquery)", (tsvector(analyze(text)), tsquery(terms))
            ).fetchone()
            return found == (True,)

        yield matches


@pytest.fixture(params=["in_fts5", "in_tsvector"], scope="module")
def matches(request: pytest.FixtureRequest) -> Matches:
    """Whether a text is found by terms, in each kind of index."""
    found: Matches = request.getfixturevalue(request.param)
    return found


def runs(text: str) -> list[tuple[str, str]]:
    """(script, run) of normalised text; an independent reading of the rule for the alphabets above."""
    found: list[tuple[str, str]] = []
    before = ""
    for character in normalise(text):
        script = "unspaced" if character in HANGUL else "spaced" if character in "abe1" else ""
        if script and script == before:
            found[-1] = (script, found[-1][1] + character)
        elif script:
            found.append((script, character))
        before = script
    return found


def holds(text: str, query: str, *, exact: bool) -> bool:
    """Whether ``text`` contains ``query``, said about runs."""
    wanted, have = runs(query), runs(text)

    def fits(at: int, index: int) -> bool:
        (script, sought), (other, run) = wanted[index], have[at + index]
        starts, ends = index == 0, index == len(wanted) - 1
        if script != other:
            return False
        if script == "spaced":
            return run.startswith(sought) if ends and not exact and len(sought) > 1 else run == sought
        if starts and ends:
            return sought in run
        return run.endswith(sought) if starts else run.startswith(sought) if ends else run == sought

    return any(
        all(fits(at, index) for index in range(len(wanted))) for at in range(len(have) - len(wanted) + 1)
    ) and bool(wanted)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("환불이", ["환불", "불이", "이"]),
        ("환불 요청", ["환불", "불", "요청", "청"]),
        ("환", ["환"]),
        ("iPhone환불 A-1029", ["iphone", "환불", "불", "a", "1029"]),
        ("返品について", ["返品", "品に", "につ", "つい", "いて", "て"]),
        ("Ｐｒｉｎｔｅｒ Crème BRÛLÉE Straße Łódź", ["printer", "creme", "brulee", "strasse", "lodz"]),
        ("ｶﾀｶﾅ", ["カタ", "タカ", "カナ", "ナ"]),
        ("foo_bar@example.com", ["foo", "bar", "example", "com"]),
        ("Принтер", ["принтер"]),
        ("e\u0301 \U0001f600 ☎", ["e"]),
        ("", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert analyze(text) == tokens


@pytest.mark.parametrize(
    ("typed", "exact", "tokens", "prefix"),
    [
        ("환불", False, ("환불",), False),
        ("환불이", False, ("환불", "불이"), False),
        ("이", False, ("이",), True),
        ("이", True, ("이",), True),
        ("Print", False, ("print",), True),
        ("Print", True, ("print",), False),
        ("x", False, ("x",), False),
        ("A-1029", False, ("a", "1029"), True),
        ("환불 요청", True, ("환불", "불", "요청"), False),
    ],
)
def test_terms(typed: str, exact: bool, tokens: tuple[str, ...], prefix: bool) -> None:
    found = term(typed, exact=exact)
    assert found is not None
    assert (found.tokens, found.prefix) == (tokens, prefix)


def test_nothing_searchable_is_no_term() -> None:
    assert term("?! — \U0001f600") is None


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, query=WORDS, exact=st.booleans())
@example(text="교환 a", query="환 a", exact=False)
@example(text="환불a", query="불 a", exact=True)
@example(text="환불 이", query="환불이", exact=False)
def test_a_document_is_found_exactly_when_it_contains_the_word(
    matches: Matches, text: str, query: str, exact: bool
) -> None:
    sought = term(query, exact=exact)
    if sought is None:
        assert not runs(query)
    else:
        assert matches(text, [sought]) is holds(text, query, exact=exact)


@settings(max_examples=100, deadline=None)
@given(before=TEXTS, phrase=st.text(st.sampled_from(HANGUL), min_size=1, max_size=6), after=TEXTS)
def test_any_stretch_of_hangul_is_found_wherever_it_stands(
    matches: Matches, before: str, phrase: str, after: str
) -> None:
    sought = term(phrase)
    assert sought is not None
    assert matches(before + phrase + after, [sought])


def test_all_terms_have_to_be_found(matches: Matches) -> None:
    terms = [found for word in ("환불", "print", "급") if (found := term(word))]
    assert matches("Printer 환불 급해요", terms)
    assert not matches("Printer 환불", terms)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=3))
@example(['"', "'", "\\", "a:*", "a' | 'b", 'x" OR "y', "NEAR(a b)", "^a", "a*", "{a}:b", "&!|<->"])
def test_no_typed_text_is_a_malformed_query(matches: Matches, typed: list[str]) -> None:
    terms = [found for each in typed if (found := term(each))]
    if terms:
        assert matches(" ".join(typed), terms)


def test_quotes_in_tokens_of_other_origin_are_escaped(matches: Matches) -> None:
    assert not matches("a", [Term('a" OR "a', ('a" OR "a',), prefix=False), Term("a' \\", ("a' \\",), prefix=True)])


def test_no_terms_no_query() -> None:
    assert fts5_query([]) == tsquery([]) == ""


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@settings(max_examples=100)
@given(st.text(max_size=30))
def test_composed_and_decomposed_text_have_the_same_tokens(text: str) -> None:
    assert analyze(unicodedata.normalize("NFD", text)) == analyze(unicodedata.normalize("NFC", text))


def test_unicode61_keeps_every_possible_token_whole() -> None:
    characters = {
        token
        for code in range(0x2FFFF)
        if not 0xD800 <= code < 0xE000
        for token in analyze(chr(code))
        if re.match(f"[{UNSPACED}{SPACED}]", token)
    }
    tokens = sorted({f"{character}a{character}" for character in characters})
    db = fts5()
    db.execute("CREATE VIRTUAL TABLE word USING fts5vocab(doc, 'row')")
    db.executemany("INSERT INTO doc(body) VALUES (?)", ((token,) for token in tokens))
    kept = {word for (word,) in db.execute("SELECT term FROM word")}
    assert len(tokens) > 80_000
    assert kept == set(tokens)


def test_long_runs_are_cut_into_tokens_of_64_and_still_found(matches: Matches) -> None:
    long = "a1" * 100
    assert [len(token) for token in analyze(long)] == [64, 64, 64, 8]
    sought = term(long[:150])
    assert sought is not None
    assert matches(f"see {long}", [sought])


def test_a_huge_text_is_cut() -> None:
    assert len(analyze("환" * 1_000_000)) == MAX_TOKENS
    assert analyze("a " * 200_000) == ["a"] * MAX_TOKENS
    assert len("".join(analyze("\ufdfa" * MAX_TEXT))) <= MAX_TEXT


def test_the_largest_document_fits_a_tsvector(in_tsvector: Matches) -> None:
    georgian = [chr(code) for code in range(0x10D0, 0x10FB)]  # three bytes a letter
    words = ("".join(georgian[n // 33**place % 33] for place in range(15)) for n in range(MAX_TEXT // 16))
    text = " ".join(words)
    sought = term(text[:15])
    assert sought is not None
    assert in_tsvector(text, [sought])


def test_positions_of_a_lexeme_are_limited() -> None:
    literal = tsvector(["a"] * 1000)
    assert literal.count(",") == MAX_POSITIONS - 1
