"""What people type, as HTML where it has formatting: bold, lists, quotes, headings, code, named links.

A reader of CommonMark with everything left out that takes words for signs by accident: ``_id_``, ``2*3*4``, ``1. Mai``,
``- 5 °C``, ``#1042``, ``C:\\*``, indented lines and HTML are text and stay as typed. Nothing typed is dropped.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.backticks import backtick
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

LONGEST = 200_000
"""Characters; anything longer is a log file, not a letter."""

DEEPEST = 10
"""Quotes within quotes; what is deeper is shown there."""

_GUARD = "\ufdd0"  # a noncharacter; at the beginning of a line it keeps its signs from meaning anything
_BARE = "bare"
_FORMATTING = frozenset(
    ("strong_open", "em_open", "code_inline", "fence", "heading_open", "blockquote_open", "bullet_list_open")
)

_MAYBE = re.compile(r"[`*]|\]\(|^ *(?:#|>|- )", re.MULTILINE)
_SIGN = re.compile(r" *(?:[-+*>#`~]|\d+[.)])")
_QUOTE = re.compile(r" {0,3}((?:> ?)+)(?<=[> ])(.*)")
_BULLET = re.compile(r"( {0,20})([-*]) +(\S.*)")
_HEADING = re.compile(r" {0,3}#{1,6} +[^\s#]")
_FENCE = re.compile(r"```([\w+#.-]{0,20}) *")
_SCHEME = re.compile(r"(?<![\w+.-])https?$", re.IGNORECASE)
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+", re.IGNORECASE)  # a Korean particle may follow
_LINK = re.compile(r"\[([^\[\]\n]*\w[^\[\]\n]*)\]\(((?:https?://|mailto:)(?:[^\s()<>\"]|\([^\s()<>\"]*\))+)\)")
_OPENING = {")": "(", "]": "["}
_SPACES = re.compile(r" (?= )")

_DOCUMENT = (
    '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>\n'
    '<body style="font-family: sans-serif; font-size: 14px; line-height: 1.5">\n{body}</body></html>\n'
)
_STYLES = {
    "blockquote": "margin: 0 0 1em 0; padding-left: 0.8em; border-left: 2px solid #ccc; color: #555",
    "pre": "padding: 0.6em; background: #f4f4f4; overflow: auto",
}


def formatted(text: str) -> str:
    """A small HTML document, or "" where plain text says all. Every word and every line of ``text`` is in it."""
    if len(text) > LONGEST or not _MAYBE.search(text):
        return ""
    reader = _reader()
    tokens = reader.parse(_guarded(text))
    if not any(_is_formatting(token) for token in tokens):
        return ""
    body: str = reader.renderer.render(tokens, reader.options, {})
    for tag, style in _STYLES.items():
        body = body.replace(f"<{tag}>", f'<{tag} style="{style}">')
    return _DOCUMENT.format(body=body.replace(_GUARD, ""))


def _is_formatting(token: Token) -> bool:
    if token.type == "link_open":
        return token.info != _BARE
    return token.type in _FORMATTING or any(_is_formatting(child) for child in token.children or ())


class _Renderer(RendererHTML):
    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Gaps between words stay as wide as they are."""
        return _SPACES.sub("\xa0", super().text(tokens, idx, options, env))


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero", {"breaks": True, "maxNesting": 100}, renderer_cls=_Renderer)
    reader.enable(["blockquote", "fence", "heading", "list", "newline", "balance_pairs", "emphasis", "fragments_join"])
    reader.inline.ruler.at("emphasis", _emphasis)
    reader.inline.ruler.before("emphasis", "code", _code)
    reader.inline.ruler.before("emphasis", "named_link", _named_link)
    reader.inline.ruler.before("emphasis", "bare_url", _bare_url)
    return reader


def _guarded(text: str) -> str:
    """The text with every sign that is not meant as one behind a guard, and an end to every quote and list."""
    lines = text.replace(_GUARD, "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fenced = _fenced(lines)
    bullets = _bullets(lines, fenced)
    made: list[str] = []
    depth, listing = 0, False
    for n, line in enumerate(lines):
        fence = n in fenced
        line = line if fence else line.expandtabs(4).rstrip(" ")
        within = listing and line.startswith(" ") and not fence
        deep = 0 if fence or within else _depth(line)
        if deep < depth:  # or the answer below a quote would be taken for its last line
            made.append(">" * deep)
        if listing and line and not within and n not in bullets:
            made.append("")
            listing = False
        depth, listing = deep, listing or n in bullets
        made.append(line if fence else _line(line, deep, n in bullets, within))
    return "\n".join(made)


def _line(line: str, depth: int, bullet: bool, within: bool) -> str:
    if bullet:
        return re.sub(r"^( *[-*] +)", rf"\1{_GUARD}", line)
    if depth and (quote := _QUOTE.fullmatch(line)):
        return ">" * depth + " " + _indented(quote[2])
    if within:
        return _behind_guard(line)
    return line if _HEADING.match(line) else _indented(line)


def _depth(line: str) -> int:
    """Of a quote; 0 for other lines, also those that begin with a face (>_<)."""
    quote = _QUOTE.fullmatch(line)
    return min(quote[1].count(">"), DEEPEST) if quote and (not quote[2] or quote[1].endswith((" ", ">>"))) else 0


def _indented(line: str) -> str:
    """A line whose indentation is kept by spaces that HTML does not drop."""
    bare = line.lstrip(" ")
    return "\xa0" * (len(line) - len(bare)) + _behind_guard(bare)


def _behind_guard(line: str) -> str:
    bare = line.lstrip(" ")
    return line[: len(line) - len(bare)] + _GUARD + bare if _SIGN.match(line) else line


def _fenced(lines: Sequence[str]) -> frozenset[int]:
    """The lines of fenced code, fences included. A fence that nothing closes is none."""
    found: list[int] = []
    opened = -1
    for n, line in enumerate(lines):
        if opened >= 0 and line.rstrip() == "```":
            found += range(opened, n + 1)
            opened = -1
        elif opened < 0 and _FENCE.fullmatch(line):
            opened = n
    return frozenset(found)


def _bullets(lines: Sequence[str], fenced: frozenset[int]) -> frozenset[int]:
    """The lines that are items of a list: of two at least, and not a column of negative numbers."""
    found: set[int] = set()
    block: dict[tuple[str, str], list[tuple[int, str]]] = {}

    def close() -> None:
        for items in block.values():
            if len(items) > 1 and not all(item[0].isdigit() for _, item in items):
                found.update(n for n, _ in items)
        block.clear()

    for n, line in enumerate(lines):
        line = line.expandtabs(4)
        bullet = _BULLET.fullmatch(line) if n not in fenced else None
        if bullet:
            block.setdefault((bullet[1], bullet[2]), []).append((n, bullet[3]))
        elif n in fenced or (line.strip() and not line.startswith(" ")):
            close()
    close()
    return frozenset(_reached(found, lines))


def _reached(found: Iterable[int], lines: Sequence[str]) -> Iterable[int]:
    """An item that begins with a sign of its own ("- - -") is a drawing."""
    return (n for n in found if not re.match(r" *[-*] +[-*]( |$)", lines[n].expandtabs(4)))


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Asterisks around words. Not within one (2*3*4), not beside brackets (count(*)); Korean particles may follow."""
    marker = state.src[state.pos]
    if silent or marker != "*":
        return False
    scanned = state.scanDelims(state.pos, True)
    before = state.src[state.pos - 1] if state.pos else " "
    after = state.src[state.pos + scanned.length] if state.pos + scanned.length < state.posMax else " "
    opens = scanned.can_open and not before.isalnum() and after not in ")]}>/\\.,;:!?"
    closes = scanned.can_close and not (after.isascii() and after.isalnum()) and before not in "([{</\\"
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker), length=scanned.length, token=len(state.tokens) - 1, end=-1, open=opens, close=closes
            )
        )
    state.pos += scanned.length
    return True


def _code(state: StateInline, silent: bool) -> bool:
    """Backticks, but not as apostrophes (it`s)."""
    start = state.pos
    if state.src[start] != "`":
        return False
    end = state.src.find("`", start + 1)
    within = start > 0 and state.src[start - 1].isalnum()
    after = state.src[end + 1 : end + 2]
    if within or end <= start + 1 or "\n" in state.src[start:end] or (after.isascii() and after.isalnum()):
        run = len(state.src[start:]) - len(state.src[start:].lstrip("`"))
        if not silent:
            state.pending += "`" * run
        state.pos += run
        return True
    return backtick(state, silent)


def _named_link(state: StateInline, silent: bool) -> bool:
    """``[words](https://…)``, also mailto; any other target is text."""
    match = _LINK.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "[" else None
    if match is None or state.linkLevel:
        return False
    if not silent:
        end = state.posMax
        _push_link(state, "link_open", 1, match[2])
        state.pos, state.posMax = match.span(1)
        state.linkLevel += 1
        state.md.inline.tokenize(state)
        state.linkLevel -= 1
        _push_link(state, "link_close", -1)
        state.posMax = end
    state.pos = match.end()
    return True


def _bare_url(state: StateInline, silent: bool) -> bool:
    """An address as it stands, without the full stop behind it. Called at its colon."""
    scheme = _SCHEME.search(state.pending) if state.src[state.pos] == ":" and not state.linkLevel else None
    start = state.pos - len(scheme[0]) if scheme else 0
    match = _URL.match(state.src, start, state.posMax) if scheme else None
    if scheme is None or match is None:
        return False
    url = match[0].rstrip(".,;:!?'*_~")
    while url[-1] in _OPENING and url.count(url[-1]) > url.count(_OPENING[url[-1]]):
        url = url[:-1]
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        _push_link(state, "link_open", 1, url, info=_BARE)
        state.push("text", "", 0).content = url
        _push_link(state, "link_close", -1, info=_BARE)
    state.pos = start + len(url)
    return True


def _push_link(state: StateInline, kind: str, nesting: int, target: str = "", info: str = "") -> None:
    token = state.push(kind, "a", nesting)  # type: ignore[arg-type]
    token.info = info
    if target:
        token.attrs = {"href": state.md.normalizeLink(target)}
