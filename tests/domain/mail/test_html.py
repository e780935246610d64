"""HTML as the text a reader sees, in bounded time."""

import pytest

from supportdesk.domain.mail.html import CUT, html_lines, html_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two<br>three</div>", "one\ntwo\nthree"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("one   \n two&nbsp;&amp; <b>th</b>ree", "one two & three"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<style>p{color:red}</style><script>x()</script><title>t</title>shown", "shown"),
        ("<!-- hidden -->shown<div style='display: none'>hidden</div>", "shown"),
        ("<a href='https://x.example/a'>here</a>", "here <https://x.example/a>"),
        ("<a href='https://x.example/'>x.example</a>", "x.example"),
        ("<a href='mailto:a@b.c'>a@b.c</a>", "a@b.c"),
        ("<img alt='logo' src='x'>", "[logo]"),
        ("<blockquote>said<blockquote>before</blockquote></blockquote>me", "> said\n>\n> > before\n\nme"),
        ("<style>p{margin-top:0px}</style><p>one</p><p>two</p><p>&nbsp;</p><p>three</p>", "one\ntwo\n\nthree"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>two</p>", "one\ntwo"),
        ("no markup at all", "no markup at all"),
        ("", ""),
    ],
)
def test_text_of(html: str, text: str) -> None:
    assert html_text(html) == text


def quoted(html: str) -> list[str]:
    return [line.text for line in html_lines(html) if line.quoted]


def test_containers_of_mail_programs_mark_what_is_quoted() -> None:
    assert quoted('me<div class="gmail_quote">On … wrote:<blockquote>you</blockquote></div>after') == [
        "On … wrote:",
        "",
        "> you",
    ]
    assert quoted('me<hr><div id="divRplyFwdMsg">From: you</div><p>old</p>') == ["From: you", "", "old"]
    assert quoted('me<div style="border:none;border-top:solid #E1E1E1 1.0pt">From: you</div>old') == [
        "From: you",
        "old",
    ]
    assert quoted("me<blockquote>a quotation in an article</blockquote>") == []


def test_a_long_document_is_cut_and_says_so() -> None:
    assert html_text("<p>x</p>" * 50_000).endswith(CUT)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "html",
    [
        "".join(f"<b a={n}><p>" for n in range(60_000)),
        "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x",
        '<p x=">" ' + " ".join(f"a{n}" for n in range(100_000)) + ">x",
        "<div>" * 100_000,
        "<table><tr><td>" * 50_000,
        "<" * 1_000_000,
        "<a href='" * 200_000,
        "<blockquote>" * 20_000 + "x<br>" * 1000,
    ],
    ids=["formatting", "attributes", "quoted", "depth", "tables", "brackets", "open", "quotes"],
)
def test_hostile_documents_are_bounded(html: str) -> None:
    assert len(html_text(html)) < 3_000_000
