"""HTML to the text a terminal shows, line by line, with what its sender's program marked as quoted.

Bounded: ``MAX_HTML`` characters and ``MAX_TAGS`` tags are read, the rest is left to the raw mail.
"""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_HTML = 2_000_000
MAX_TAGS = 12_000
CUT = "[…]"
_STYLES = 20_000

_SKIPPED = frozenset(
    (
        "head",
        "title",
        "style",
        "script",
        "noscript",
        "template",
        "object",
        "svg",
        "math",
        "select",
        "textarea",
        "button",
    )
)
_BLOCKS = frozenset(
    ("div", "table", "tbody", "thead", "tr", "caption", "form", "section", "article", "header", "footer", "address",
     "center", "figure", "main", "nav", "aside", "fieldset", "dl", "dt", "dd", "ul", "ol", "li", "hr", "body", "html")
)  # fmt: skip
_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"))
_ATTRIBUTED = frozenset(("a", "img", "blockquote", "div", "span", "p", "td", "tr", "table", "hr", "section"))

_FORMATTING = re.compile(r"</?(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?:\s[^<>]*)?>", re.IGNORECASE)
_TAG = re.compile(  # as the tokenizer of HTML 5 reads one, each character once
    r"<[a-zA-Z][^\s/>]*+(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"?|'[^']*+'?|[^\s>]*+))?+)*+>?"
)
_LONG_TAG = 1000
_NEEDED = re.compile(r"\s((?:style|class|id|href|alt|type)=\"[^\"<>]{0,500}\")", re.IGNORECASE)
_TIGHT = re.compile(r"(?:^|[\s,}>])p(?:\.MsoNormal[^{]{0,100})?\s*\{[^}]{0,200}margin(?:-top)?\s*:\s*0", re.IGNORECASE)
_NO_MARGIN = re.compile(r"(?:^|[\s;])margin(?:-top)?\s*:\s*0", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt)?\s*(?:;|$)", re.IGNORECASE)
_PREFIX = r"(?:x_|ydp[0-9a-f]{1,40})*"  # put before names by programs that show a mail inside a page
_QUOTE_CLASS = re.compile(
    rf"(?:^|\s){_PREFIX}(?:gmail_quote|gmail_extra_quote|yahoo_quoted|protonmail_quote|zmail_extra|tutanota_quote"
    r"|moz-cite-prefix|gmail_attr|yahoo-quoted-begin|quotelevel-\d|mail_quote|replyquote|email_quote|OutlookMessageHeader"
    r"|history-quote-wrapper|front-blockquote)\b"
)
_QUOTE_ID = re.compile(
    rf"{_PREFIX}(?:reply-intro|mailQuote|isForwardContent|isReplyContent|ms-outlook-mobile-quote|yahoo_quoted_"
    r"|original-content|lark-mail-quote)",
    re.IGNORECASE,
)
_REST_CLASS = re.compile(rf"(?:^|\s){_PREFIX}ms-outlook-mobile-reference-message\b")
_REST_ID = re.compile(
    rf"{_PREFIX}(?:divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container"
    r"|stopSpelling|replySplit)$"
)
_REST_STYLE = re.compile(
    r"border:\s*none;\s*border-top:\s*solid\s*#(?:B5C4DF|E1E1E1)"
    r"|border-top-color:\s*rgb\((?:181, 196, 223|229, 229, 229)\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; ``quoted`` when the markup says that it is somebody else's."""

    text: str
    quoted: bool = False


@dataclass(slots=True)
class _Writer:
    """Collects lines: ``gap`` is the number of line ends wanted before the next text."""

    lines: list[Line] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    gap: int = 0
    bullet: str = ""
    tight: bool = False  # a style sheet took the blank lines from between paragraphs
    depth: int = 0  # of blockquotes
    last_depth: int = 0
    quotes: int = 0  # open containers that hold quoted text
    rest_quoted: bool = False

    def flush(self) -> bool:
        """Ends the line; whether there was one."""
        text = "".join(self.words)
        self.words.clear()
        if not text.strip():
            return False
        text = text.strip(" \t").replace("\xa0", " ").rstrip()
        quoted = self.rest_quoted or self.quotes > 0
        prefix = "> " * self.depth
        if self.lines:
            blank = ("> " * min(self.depth, self.last_depth)).rstrip()
            self.lines.extend([Line(blank, quoted)] * (min(self.gap, 3) - 1))
        self.lines.append(Line(prefix + self.bullet + text, quoted))
        self.gap, self.bullet, self.last_depth = 1, "", self.depth
        return True

    @property
    def pending(self) -> bool:
        """Whether a line has been begun."""
        return any(word.strip() for word in self.words)

    def space(self, line_ends: int) -> None:
        self.flush()
        self.gap = max(self.gap, line_ends)

    def line_end(self) -> None:
        if not self.flush():
            self.gap += 1

    def text(self, text: str, preformatted: bool) -> None:
        if preformatted:
            first, *rest = text.split("\n")
            self.words.append(first)
            for line in rest:
                self.line_end()
                self.words.append(line.replace(" ", "\xa0"))
            return
        text = _SPACES.sub(" ", text)
        if text == " " and (not self.words or self.words[-1].endswith(" ")):
            return
        self.words.append(text)


def html_lines(html: str) -> tuple[Line, ...]:
    """The visible text of a document or fragment."""
    html, cut = _bounded(html)
    tree = LexborHTMLParser(html)
    writer = _Writer(tight=bool(_TIGHT.search(html[:_STYLES])))
    if tree.root is not None:
        _walk(tree.root, writer, hides=bool(_HIDDEN.search(html)))
    writer.flush()
    if cut:
        writer.lines.append(Line(CUT))
    return tuple(writer.lines)


def html_text(html: str) -> str:
    return "\n".join(line.text for line in html_lines(html))


def _bounded(html: str) -> tuple[str, bool]:
    html = html.replace("\0", "")
    cut = len(html) > MAX_HTML
    # bold and the like say nothing here, and left open they cost a parser of HTML 5 quadratic time
    html = _TAG.sub(_slim, _FORMATTING.sub("", html[:MAX_HTML]))
    if html.count("<") > MAX_TAGS:
        at = -1
        for n, match in enumerate(re.finditer("<", html)):
            if n == MAX_TAGS:
                at = match.start()
                break
        return html[:at], True
    return html, cut


def _slim(tag: re.Match[str]) -> str:
    """The tag; of a long one (an image inside an attribute, or ten thousand attributes) only what is needed."""
    if tag.end() - tag.start() < _LONG_TAG:
        return tag[0]
    name = re.match(r"<[a-zA-Z][\w:-]{0,30}", tag[0])
    return " ".join([name[0] if name else "<x", *_NEEDED.findall(tag[0])[:6]]) + ">"


def _walk(root: LexborNode, writer: _Writer, hides: bool) -> None:
    """Depth first without recursion: ``ends`` holds what closing each open element does."""
    node: LexborNode | None = root
    ends: list[_End] = []
    while node is not None:
        child = None
        end = _open(node, writer, hides, preformatted=bool(ends) and ends[-1].preformatted)
        if end is not None and (child := node.child) is not None:
            end.preformatted = end.preformatted or (bool(ends) and ends[-1].preformatted)
            ends.append(end)
            node = child
            continue
        if end is not None:
            _close(end, writer)
        while node is not None and node.next is None:
            if not ends:
                return
            _close(ends.pop(), writer)
            node = node.parent
        node = node.next if node is not None else None


@dataclass(slots=True)
class _End:
    """What an element leaves to be done at its end."""

    gap: int = 0
    depth: int = 0
    quotes: int = 0
    preformatted: bool = False
    link: str = ""
    link_from: int = 0
    empty_at: int = -1  # lines there were when a paragraph without margins began


def _open(node: LexborNode, writer: _Writer, hides: bool, preformatted: bool) -> _End | None:
    """Writes what a node begins with; None when nothing in it is shown."""
    tag = node.tag or ""
    if tag == "-text":
        writer.text(node.text_content or "", preformatted)
        return None
    if tag in _SKIPPED or tag in ("-comment", "!doctype"):
        return None
    if tag == "br":
        writer.line_end()
        return None
    end = _End(gap=2 if tag in _PARAGRAPHS else 1 if tag in _BLOCKS else 0)
    if tag == "p" and (writer.tight or _tight(node)):
        writer.flush()
        end.gap, end.empty_at = 1, len(writer.lines)
    if end.gap:
        writer.space(end.gap)
    if tag in _ATTRIBUTED and not _attributes(node, tag, writer, end, hides):
        return None
    if tag == "li":
        writer.bullet = "- "
    elif tag in ("td", "th"):
        writer.text(" ", False)
    elif tag == "pre":
        end.preformatted = True
    return end


def _tight(paragraph: LexborNode) -> bool:
    attributes = paragraph.attributes
    return "MsoNormal" in (attributes.get("class") or "") or bool(_NO_MARGIN.search(attributes.get("style") or ""))


def _attributes(node: LexborNode, tag: str, writer: _Writer, end: _End, hides: bool) -> bool:
    """Applies what attributes mean; False when the element is hidden."""
    attributes = node.attributes
    style = attributes.get("style") or ""
    if hides and style and _HIDDEN.search(style) and "mso-element" not in style:
        return False
    if tag == "img":
        alt = (attributes.get("alt") or "").strip()
        if alt and len(alt) < 200:
            writer.text(f"[{alt}]", False)
        return False
    if tag == "a":
        end.link, end.link_from = attributes.get("href") or "", len(writer.words)
        return True
    classes, ident = attributes.get("class") or "", attributes.get("id") or ""
    if tag == "blockquote":
        end.depth = 1
        writer.depth += 1
        end.quotes = int(attributes.get("type") == "cite" or bool(_QUOTE_CLASS.search(classes)))
    elif (classes and _QUOTE_CLASS.search(classes)) or (ident and _QUOTE_ID.match(ident)):
        end.quotes = 1
    if (
        (ident and _REST_ID.match(ident))
        or (style and _REST_STYLE.search(style))
        or (classes and _REST_CLASS.search(classes))
    ):
        writer.rest_quoted = True
    writer.quotes += end.quotes
    return True


def _close(end: _End, writer: _Writer) -> None:
    if end.link.startswith(("http://", "https://")) and len(end.link) <= 200:
        shown = "".join(writer.words[end.link_from :]).strip()
        target = end.link.partition("://")[2].rstrip("/").lower()
        if shown and target not in shown.lower() and not shown.startswith("["):
            writer.words.append(f" <{end.link}>")
    if end.gap:
        writer.space(2 if end.empty_at == len(writer.lines) and not writer.pending else end.gap)
    writer.depth -= end.depth
    writer.quotes -= end.quotes
