"""Typed text as HTML: what has formatting gets it, what only looks like it stays as typed, and no word is lost."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportdesk.domain.mail.formatted import LONGEST, formatted
from supportdesk.domain.mail.html import html_text

WORDS = st.sampled_from(
    ["Refund", "환불은", "3~5일", "2*3*4", "_id_", "C:\\*", "&amp;", "<b>", "count(*)", "it`s", "#1042", "5", "-", "*"]
)
MARKED = st.sampled_from(
    [
        "**굵게**는",
        "*two words*",
        "`rm -rf`",
        "[our site](https://acme.example/a_b)",
        "https://acme.example/x_(y)를",
        "**",
    ]
)
STARTS = st.sampled_from(
    [
        "",
        "",
        "",
        "- ",
        "* ",
        "+ ",
        "> ",
        ">> ",
        ">",
        "1. ",
        "2) ",
        "# ",
        "#",
        "    ",
        "  - ",
        "\t",
        "-- ",
        "---",
        "```",
        "~~~",
        "- - ",
        "> - ",
        "- # ",
    ]
)
LINES = st.builds(lambda start, words: start + " ".join(words), STARTS, st.lists(WORDS | MARKED, max_size=5))
TEXTS = st.lists(LINES, max_size=12).map("\n".join)


def body(text: str) -> str:
    found = re.search(r"<body[^>]*>\n(.*)</body>", formatted(text), re.DOTALL)
    return re.sub(r' style="[^"]*"', "", found[1]).strip() if found else ""


def letters(text: str) -> str:
    """What is left of a text without signs: words in their order."""
    return re.sub(r"\W", "", text)


@settings(max_examples=500)
@given(TEXTS)
def test_no_word_is_lost_and_none_changes_its_place(text: str) -> None:
    html = formatted(text)
    assert not html or letters(html_text(html)) == letters(text)


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_any_text_keeps_its_letters(text: str) -> None:
    html = formatted(text + "\n\n**end**")
    assert letters(text) in letters(html_text(html))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** and *slanted*", "<p><strong>bold</strong> and <em>slanted</em></p>"),
        ("**환불**은 됩니다", "<p><strong>환불</strong>은 됩니다</p>"),
        ("two\n**lines**", "<p>two<br>\n<strong>lines</strong></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("> quoted\nanswered", "<blockquote>\n<p>quoted</p>\n</blockquote>\n<p>answered</p>"),
        ("# Title", "<h1>Title</h1>"),
        ("run `a  b`", "<p>run <code>a  b</code></p>"),
        ("```sh\na  b\n```", '<pre><code class="language-sh">a  b\n</code></pre>'),
        ("[here](https://a.example/?b=1&c)", '<p><a href="https://a.example/?b=1&amp;c">here</a></p>'),
        ("[write](mailto:a@b.example)", '<p><a href="mailto:a@b.example">write</a></p>'),
    ],
)  # fmt: skip
def test_formatting(text: str, html: str) -> None:
    assert body(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4",
        "2*3*4",
        "_id_ and __init__",
        "1. Mai\n2. Juni",
        "#1042",
        "-- \nAlice",
        "- 5 °C",
        "- 5\n- 7",
        "+ a\n+ b",
        "count(*) and sum(*)",
        "**** 1234",
        "it`s John`s",
        "    indented",
        "https://a.example/a_b*c*d",
        ">_<",
        "Title\n-----",
        "---",
        "* * *",
        "```\nopen",
        "~~~",
        "[a](b)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,1)",
        "a | b\n- | -",
        "<b>no</b>",
        "&copy; C:\\_",
        "![pixel](http://)",
        "안녕하세요.\n감사합니다.",
        "",
        "- one thing",
    ],
)
def test_what_only_looks_like_it_is_plain_text(text: str) -> None:
    assert formatted(text) == ""


def test_beside_formatting_such_text_still_reads_as_typed() -> None:
    text = "**Note**\n2*3*4 _id_ &amp; <b>\n1. Mai\n    wide   gap\n-- \nAlice"
    assert html_text(formatted(text)).split("\n") == [
        "Note", "2*3*4 _id_ &amp; <b>", "1. Mai", "    wide   gap", "--", "Alice"
    ]  # fmt: skip


def test_markup_and_images_are_never_let_through() -> None:
    html = body('**x** <script>alert(1)</script> ![p](https://t.example/p.png) [b](https://e.example/"onclick="x)')
    assert "<script" not in html and "<img" not in html
    assert not re.search(r"<a [^>]*onclick", html)


def test_a_bare_address_becomes_a_link_that_a_particle_does_not_join() -> None:
    html = body("**see** https://a.example/b를, (https://c.example/d_(e)).")
    assert '<a href="https://a.example/b">https://a.example/b</a>를, (' in html
    assert '<a href="https://c.example/d_(e)">https://c.example/d_(e)</a>).' in html


def test_a_log_file_is_no_letter() -> None:
    assert formatted("**a** " + "x" * LONGEST) == ""


def test_what_is_nested_too_deep_is_still_there() -> None:
    quotes = "\n".join(">" * depth + f" q{depth}" for depth in range(1, 60))
    lists = "\n".join("  " * depth + f"- {word}{depth}" for depth in range(40) for word in ("a", "b"))
    for text in (quotes, lists, "> " * 500 + "word", "- " * 500 + "word\n**x**"):
        assert letters(html_text(formatted(text))) == letters(text)


@pytest.mark.parametrize(
    "piece",
    ["*a ", "**a** ", "[", "[a](", "`", "` ", "``a`", "> ", "\n>", "- a\n", "\n- - ", "# ", "```\n", "http://", "*[`"],
)
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * LONGEST)[:30_000] + "\n\n**x**"
    began = time.process_time()
    formatted(text)
    assert time.process_time() - began < 5
