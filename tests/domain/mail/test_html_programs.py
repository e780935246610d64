"""What a customer wrote above a quote in HTML, as each mail program marks the two."""

import pytest

from supportdesk.domain.mail.parse import parse_body

REPLY = "Thank you, please go on."
OLD = "old text<br>more old"

HTML = {
    "gmail": (
        '{reply}<br><div class="gmail_quote gmail_quote_container">'
        '<div dir="ltr" class="gmail_attr">2026년 11월 21일 (토) 오후 9:00, 김민지 &lt;<a '
        'href="mailto:k@a">k@a</a>&gt;님이 작성:<br></div>'
        '<blockquote class="gmail_quote" style="margin:0">{old}</blockquote></div>'
    ),
    "gmail2": (
        '{reply}<div class="gmail_extra"><br>'
        '<div class="gmail_quote">On Sat, Nov 21, 2026 Kim wrote:<blockquote>{old}</blockquote></div></div>'
    ),
    "apple": (
        '{reply}<div><br><blockquote type="cite">'
        "<div>On Nov 21, 2026, at 9:00, Kim &lt;k@a.kr&gt; wrote:</div><br><div>{old}</div></blockquote></div>"
    ),
    "apple2": (
        '{reply}<br><div dir="ltr">2026. 11. 21. 오후 9:00, 김민지 &lt;k@a.kr&gt; 작성:<br><br>'
        '</div><blockquote type="cite"><div dir="ltr">{old}</div></blockquote>'
    ),
    "tbird": (
        '{reply}<div class="moz-cite-prefix">On 11/21/26 9:00 AM, Kim wrote:<br></div>'
        '<blockquote type="cite" cite="mid:x">{old}</blockquote>'
    ),
    "outlook web": (
        '{reply}<div id="appendonsend"></div><hr style="display:inline-block;width:98%">'
        '<div id="divRplyFwdMsg" dir="ltr"><font><b>보낸 사람:</b> Kim &lt;k@a.kr&gt;<br>'
        "<b>보낸 날짜:</b> x<br><b>받는 사람:</b> y<br><b>제목:</b> z</font></div><div>{old}</div>"
    ),
    "outlook x_": '{reply}<div id="x_divRplyFwdMsg"><b>From:</b> Kim</div><div>{old}</div>',
    "outlook word": (
        "{reply}<div>"
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm '
        '0cm"><p class=MsoNormal><b>From:</b> Kim &lt;k@a.kr&gt;<br><b>Sent:</b> Sat<br>'
        "<b>To:</b> a<br><b>Subject:</b> x</p></div></div><p>{old}</p>"
    ),
    "outlook mac": (
        '{reply}<span id="OLK_SRC_BODY_SECTION"><div style="border-top:1pt solid">'
        "<b>From:</b> Kim &lt;k@a.kr&gt;<br><b>Date:</b> Sat<br><b>To:</b> a<br>"
        "<b>Subject:</b> x</div><div>{old}</div></span>"
    ),
    "outlook ios2": (
        '{reply}<div class="ms-outlook-mobile-reference-message skipProofing">'
        "<b>From:</b> Kim<br></div><div>{old}</div>"
    ),
    "outlook new": ('{reply}<div id="mail-editor-reference-message-container"><div><b>From:</b> Kim</div>{old}</div>'),
    "yahoo": (
        '{reply}<div id="ydp1yahoo_quoted_1" class="ydp1yahoo_quoted">'
        "<div>On Sat, Kim wrote:</div><div>{old}</div></div>"
    ),
    "yahoo2": (
        '{reply}<div class="yahoo_quoted" id="yahoo_quoted_1"><div>On Sat, Kim &lt;k@a.kr&gt; wrote:</div>{old}</div>'
    ),
    "proton": (
        '{reply}<div class="protonmail_quote">On Sat, Kim wrote:<br>'
        '<blockquote class="protonmail_quote" type="cite">{old}</blockquote></div>'
    ),
    "naver": (
        '{reply}<div style="x"><p>-----Original Message-----<br>'
        '<b>From:</b> "김" &lt;k@naver.com&gt;<br><b>To:</b> a<br><b>Cc:</b><br>'
        "<b>Sent:</b> 2026-11-21<br><b>Subject:</b> x</p></div><div>{old}</div>"
    ),
    "naver reply_wrap": (
        '{reply}<div class="reply_wrap"><p>-----Original Message-----</p><table><tr>'
        "<td>From:</td><td>김 &lt;k@naver.com&gt;</td></tr><tr><td>To:</td><td>a</td>"
        "</tr><tr><td>Sent:</td><td>b</td></tr></table><div>{old}</div></div>"
    ),
    "daum": (
        '{reply}<blockquote style="border-left:2px solid">'
        "<div>---------원본 메일---------</div><div>보낸사람: 김 &lt;k@daum.net&gt;</div>"
        "<div>받는사람: a</div><div>날짜: b</div><div>제목: c</div>{old}</blockquote>"
    ),
    "163": (
        '{reply}<div style="position:relative;zoom:1"></div><pre>'
        '<br>At 2026-11-21 21:00:00, "王伟" &lt;wang@163.com&gt; wrote:</pre>'
        '<blockquote id="isReplyContent" style="PADDING-LEFT: 1ex">{old}</blockquote>'
    ),
    "163b": '{reply}<div id="isReplyContent">{old}</div>',
    "qq": (
        '{reply}<div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px '
        '0;">------------------&nbsp;原始邮件&nbsp;------------------</div>'
        '<div style="background:#efefef;"><div><b>发件人:</b>&nbsp;王伟</div><div>'
        "<b>发送时间:</b>&nbsp;2026</div><div><b>收件人:</b>&nbsp;a</div><div>"
        "<b>主题:</b>&nbsp;x</div></div>{old}"
    ),
    "qq2": '{reply}<div class="qmbox"><div id="original-content">{old}</div></div>',
    "foxmail": (
        '{reply}<blockquote style="margin-Top: 0px"><div>&nbsp;</div>'
        '<div style="border:none;border-top:solid #B5C4DF 1.0pt"><div>'
        "<b>From:</b> 王伟</div></div>{old}</blockquote>"
    ),
    "zmail": (
        '{reply}<div class="zmail_extra_hr"></div><div class="zmail_extra"><br>'
        '<div id="Zm-_Id">---- On Sat, Kim &lt;k@a.kr&gt; wrote ---</div><br>'
        "<blockquote>{old}</blockquote></div>"
    ),
    "tutanota": ('{reply}<br>21. Nov 2026, 09:00 by k@a.kr:<br><blockquote class="tutanota_quote">{old}</blockquote>'),
    "fastmail": (
        "{reply}<div>On Sat, Nov 21, 2026, at 9:00 AM, Kim wrote:<br></div>"
        '<blockquote type="cite" id="qt">{old}</blockquote>'
    ),
    "front": '{reply}<blockquote type="cite" class="front-blockquote">{old}</blockquote>',
    "hubspot": (
        '{reply}<div class="hs_reply">On Sat, Nov 21, 2026 at 9:00 AM, Kim '
        "&lt;k@a.kr&gt; wrote:<br><blockquote>{old}</blockquote></div>"
    ),
    "superhuman": (
        '{reply}<div class="gmail_quote">On Sat, Kim wrote:<br><blockquote class="gmail_quote">{old}</blockquote></div>'
    ),
    "spark": (
        '{reply}<div name="messageReplySection">2026년 11월 21일 오후 9:00 +0900, 김 '
        '&lt;k@a.kr&gt;, 작성:<br><blockquote type="cite">{old}</blockquote></div>'
    ),
    "mailru": (
        '{reply}<blockquote style="border-left:1px solid #0857A6">'
        "<div>Суббота, 21 ноября 2026, 9:00 +03:00 от Ким &lt;k@a.ru&gt;:</div>"
        '<div class="cl_1">{old}</div></blockquote>'
    ),
    "yandex": '{reply}<div>21.11.2026, 09:00, "Ким" &lt;k@a.ru&gt;:</div><blockquote>{old}</blockquote>',
    "gmx": (
        '{reply}<div name="quote" style="margin:10px"><div><b>Gesendet:</b> Samstag<br>'
        "<b>Von:</b> Kim &lt;k@a.de&gt;<br><b>An:</b> a<br><b>Betreff:</b> x</div>"
        '<div name="quoted-content">{old}</div></div>'
    ),
    "gmx2": '{reply}<div id="sub-body-container"><blockquote type="cite">{old}</blockquote></div>',
    "samsung": (
        '{reply}<div style="font-size:100%"><div>-------- 원본 이메일 --------</div>'
        "<div>발신: 김 &lt;k@a.kr&gt;</div><div>날짜: 26/11/21 (GMT+09:00)</div>"
        "<div>받은 사람: a</div><div>제목: x</div></div>{old}"
    ),
    "libero": (
        '{reply}<blockquote type="cite">Il 21/11/2026 09:00 CET Kim &lt;k@a.it&gt; ha scritto:<br>{old}</blockquote>'
    ),
    "orange": (
        "{reply}<blockquote>"
        "<p>envoyé : 21 novembre 2026 à 09:00<br>de : Kim &lt;k@a.fr&gt;<br>à : "
        "a<br>objet : x</p>{old}</blockquote>"
    ),
    "roundcube": (
        '{reply}<p id="reply-intro">On 2026-11-21 09:00, Kim wrote:</p><blockquote type="cite">{old}</blockquote>'
    ),
    "zimbra": (
        '{reply}<hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">'
        '<b>From: </b>"Kim" &lt;k@a.kr&gt;<br><b>To: </b>a<br><b>Sent: </b>Sat<br>'
        '<b>Subject: </b>x</div><div data-marker="__QUOTED_TEXT__">{old}</div>'
    ),
    "notes": (
        "{reply}<br><font>From: </font><font>Kim/ACME</font><br><font>To: </font>"
        "<font>a</font><br><font>Date: </font><font>21.11.2026</font><br><font>Subject: </font>x<hr>{old}"
    ),
    "hr from": (
        "{reply}<hr><b>From:</b> Kim &lt;k@a.kr&gt;<br><b>Sent:</b> Sat<br><b>To:</b> a<br><b>Subject:</b> x<br>{old}"
    ),
    "lark": '{reply}<div class="history-quote-wrapper" id="lark-mail-quote-1"><div>{old}</div></div>',
    "worksmobile": (
        '{reply}<div class="works_quote"><p>-----Original Message-----</p><p>'
        '<b>From:</b> "김" &lt;k@a.kr&gt;</p><p><b>To:</b> a</p><p><b>Sent:</b> b</p><p>'
        "<b>Subject:</b> x</p>{old}</div>"
    ),
    "hiworks": (
        "{reply}<div>----- Original Message -----</div><div>"
        "<b>From :</b> 김 &lt;k@a.kr&gt;</div><div><b>To :</b> a</div><div>"
        "<b>Sent :</b> b</div><div><b>Subject :</b> x</div><br>{old}"
    ),
    "table headers": (
        "{reply}<table><tr><th>보낸 사람</th><td>: 김 &lt;k@a.kr&gt;</td></tr><tr>"
        "<th>받는 사람</th><td>: a</td></tr><tr><th>제목</th><td>: x</td></tr></table>{old}"
    ),
}


@pytest.mark.parametrize("program", HTML)
def test_the_words_above_a_quote_in_html_are_the_reply(program: str) -> None:
    body = HTML[program].format(reply=f"<div>{REPLY}</div>", old=OLD)
    text, reply = parse_body(f"<html><body>{body}</body></html>".encode(), html=True)
    assert reply == REPLY
    assert "more old" in text
