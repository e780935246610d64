"""Text to search tokens, and search words to what both stores understand.

The rule: a word made of letters and digits is one token; a run of Hangul, Han, Kana or Thai, which are
written without reliable spaces, is its overlapping pairs and then its closing character alone
(``환불이`` is ``환불 불이 이``). All positions count, so a phrase of consecutive tokens matches exactly
where the text contains it:

* a run at the end of what is searched has no closing character, because the text may go on;
* one such character alone is the beginning of the pair it starts: a prefix;
* a run inside a phrase has ended in the text too, so its closing character is asked for;
* a last word of letters may be only begun (``print`` finds ``printer``) unless it was quoted.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

ANALYZER_VERSION = 1
"""Kept with the index: another version means other tokens, and the index has to be rebuilt."""

MAX_TEXT = 262_144
"""Characters looked at. With it the lexemes of a message stay under the 1 MB a tsvector may have."""

MAX_TOKENS = 16_383
"""The last position Postgres can tell from the one before it."""

MAX_POSITIONS = 255
"""Positions of one lexeme that Postgres keeps."""

# The classes are written out, not taken from the Unicode tables of this Python or of SQLite: tokens must not
# change with either. Everything in them is a token character of FTS5's unicode61.
UNSPACED = (
    r"\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46"  # Thai
    r"\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7c6\ud7cb-\ud7fb\uac00-\ud7a3"  # Hangul
    r"\u3005\u3007\u3041-\u3096\u309d\u309e\u30a1-\u30fa\u30fc-\u30fe\u31f0-\u31ff\u3105-\u312d"  # Kana, Bopomofo
    r"\u3400-\u4db5\u4e00-\u9fcc\uf900-\ufa6d\ufa70-\ufad9"  # Han
    r"\U00020000-\U0002a6d6\U0002a700-\U0002b734\U0002b740-\U0002b81d"  # Han beyond the basic plane
)
SPACED = (
    r"0-9a-z\u00df-\u00f6\u00f8-\u024f\u0250-\u02af"  # Latin
    r"\u0370-\u0373\u0376\u0377\u037b-\u037d\u03ac-\u03ce\u03d7-\u03ef\u03f3\u03f8\u03fb\u03fc"  # Greek
    r"\u0430-\u0481\u048a-\u0527\u0561-\u0587\u10d0-\u10fa"  # Cyrillic, Armenian, Georgian
    r"\u05d0-\u05ea\u0620-\u064a\u0660-\u0669\u0671-\u06d3\u06d5\u06f0-\u06fc"  # Hebrew, Arabic
)

_ACCENTED = re.compile(r"[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]")
_LETTERS = {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "þ": "th", "ŧ": "t"}


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase looked for: ``tokens`` in a row, the last of them only begun if ``prefix``."""

    text: str  # normalised
    tokens: tuple[str, ...]
    prefix: bool


# Compiled when first used: these classes take milliseconds that the console's first frame does not have.
@cache
def _token() -> re.Pattern[str]:
    return re.compile(f"(?=([{UNSPACED}]{{1,2}}|[{SPACED}]{{1,64}}))(?:[{UNSPACED}]|[{SPACED}]{{1,64}})")


@cache
def _run() -> re.Pattern[str]:
    return re.compile(f"[{UNSPACED}]+|[{SPACED}]+")


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{UNSPACED}]")


def _without_accent(match: re.Match[str]) -> str:
    letter = match[0]
    if letter in _LETTERS:
        return _LETTERS[letter]
    return "".join(part for part in unicodedata.normalize("NFD", letter) if not "\u0300" <= part <= "\u036f")


def normalise(text: str) -> str:
    """NFKC, case folded, Latin letters without accents. Idempotent."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    if _ACCENTED.search(folded):
        folded = _ACCENTED.sub(_without_accent, unicodedata.normalize("NFC", folded))
        folded = unicodedata.normalize("NFC", folded)
    return folded


def analyze(text: str) -> list[str]:
    """The tokens of ``text`` in order, at most ``MAX_TOKENS``; each has only letters and digits, 64 at most."""
    tokens: list[str] = _token().findall(normalise(text[:MAX_TEXT])[:MAX_TEXT])
    return tokens[:MAX_TOKENS] if len(tokens) > MAX_TOKENS else tokens


def runs(folded: str) -> list[str]:
    """The runs of token characters in normalised text, each of one kind of script."""
    found: list[str] = _run().findall(folded)
    return found


def is_unspaced(run: str) -> bool:
    """Whether a run is of a script that is indexed by pairs."""
    return _unspaced().match(run) is not None


def term(text: str, *, exact: bool = False) -> Term | None:
    """What to look for when ``text`` was typed; None if it has nothing searchable. ``exact``: it was quoted."""
    folded = normalise(text)
    found = runs(folded)
    if not found:
        return None
    tokens: list[str] = _token().findall(folded)
    last = found[-1]
    if not is_unspaced(last):
        return Term(folded, tuple(tokens), prefix=not exact and len(last) > 1)
    if len(last) > 1:
        tokens.pop()  # the closing character: the text may go on
    return Term(folded, tuple(tokens), prefix=len(last) == 1)


def fts5_text(tokens: Iterable[str]) -> str:
    """What to insert into the FTS5 table: unicode61 splits it into the same tokens again."""
    return " ".join(tokens)


def fts5_query(terms: Iterable[Term]) -> str:
    """An FTS5 MATCH expression for documents with all of ``terms``; "" without terms."""
    return " AND ".join(_fts5_phrase(each) for each in terms)


def _fts5_phrase(sought: Term) -> str:
    phrase = " ".join(sought.tokens).replace('"', '""')
    return f'"{phrase}" *' if sought.prefix else f'"{phrase}"'


def tsvector(tokens: Sequence[str]) -> str:
    """A Postgres tsvector literal with positions, within the limits of that type."""
    positions: dict[str, list[str]] = {}
    for position, token in enumerate(tokens[:MAX_TOKENS], start=1):
        positions.setdefault(token, []).append(str(position))
    return " ".join(f"{_lexeme(token)}:{','.join(at[:MAX_POSITIONS])}" for token, at in positions.items())


def tsquery(terms: Iterable[Term]) -> str:
    """Postgres tsquery text for documents with all of ``terms``; "" without terms."""
    return " & ".join(f"({_tsquery_phrase(each)})" for each in terms)


def _tsquery_phrase(sought: Term) -> str:
    phrase = " <-> ".join(_lexeme(token) for token in sought.tokens)
    return f"{phrase}:*" if sought.prefix else phrase


def _lexeme(token: str) -> str:
    if token.isalnum():
        return f"'{token}'"
    escaped = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
