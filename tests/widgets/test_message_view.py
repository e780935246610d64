from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from supportdesk.domain.message import Attachment, Delivery, Direction, Message
from supportdesk.widgets.message_view import (
    MAX_LINE,
    MAX_LINES,
    Aspect,
    Line,
    Role,
    delivery_words,
    lay_out,
    parts_of,
)

NOW = datetime(2026, 11, 21, 9, 42, tzinfo=UTC)
ASPECT = Aspect(60, NOW)
MESSAGE = Message(
    id=7, ticket=4, direction=Direction.IN, kind="normal", author="김민수", author_address="minsu@example.com",
    author_id=1, at=NOW - timedelta(minutes=2), channel="support", channel_kind="email", subject="환불",
    text="Hello", reply_text="Hello", html=False, to=(), cc=(), attachments=(), delivery=None, not_before=None,
    error="", joined_by="", inbox_id=None,
)  # fmt: skip


def plain(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(text for _role, text in line) for line in lines]


def saying(text: str, reply: str = "", **other: object) -> Message:
    return replace(MESSAGE, text=text, reply_text=reply or text, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("direction", "words"),
    [
        (Direction.IN, "customer, e-mail"),
        (Direction.OUT, "reply by e-mail"),
        (Direction.NOTE, "note, only the team sees this"),
    ],
)
def test_the_head_says_in_words_who_speaks(direction: Direction, words: str) -> None:
    assert words in plain(lay_out(replace(MESSAGE, direction=direction), ASPECT))[0]


def test_why_a_message_joined_stands_at_the_right() -> None:
    head = plain(lay_out(replace(MESSAGE, joined_by="references"), ASPECT))[0]
    assert head.endswith("joined by References") and cell_len(head) == ASPECT.width


def test_the_quoted_tail_is_one_line_until_unfolded() -> None:
    message = saying("New question\n\n> old\n> older\n", reply="New question")
    assert plain(lay_out(message, ASPECT))[1:] == ["New question", "> quoted text, 2 lines"]
    assert plain(lay_out(message, replace(ASPECT, unfolded=True)))[-2:] == ["> old", "> older"]


def test_a_reply_above_and_below_the_quotation_keeps_the_whole_text_to_unfold() -> None:
    message = saying("> asked\nyes", reply="yes")
    assert parts_of(message).own == "yes"
    assert parts_of(message).quoted == "> asked\nyes"


def test_a_queued_reply_counts_down_and_names_the_key() -> None:
    message = replace(
        MESSAGE, direction=Direction.OUT, delivery=Delivery.QUEUED, not_before=NOW + timedelta(seconds=7.2)
    )
    assert delivery_words(message, ASPECT) == "queued, recall with u (8 s)"
    assert delivery_words(message, replace(ASPECT, now=NOW + timedelta(seconds=8))) == "queued"
    later = replace(message, not_before=NOW + timedelta(hours=5))
    assert delivery_words(later, ASPECT) == "queued until 14:42, recall with u"


def test_where_the_head_has_no_room_the_state_gets_a_line() -> None:
    message = replace(
        MESSAGE, direction=Direction.OUT, delivery=Delivery.QUEUED, not_before=NOW + timedelta(seconds=10)
    )
    assert plain(lay_out(message, replace(ASPECT, width=40)))[1] == "queued, recall with u (10 s)"


def test_a_failed_delivery_shows_the_words_of_the_server() -> None:
    message = replace(MESSAGE, direction=Direction.OUT, delivery=Delivery.FAILED, error="550 5.1.1 no such user here")
    lines = lay_out(message, ASPECT)
    assert plain(lines)[0].endswith("failed")
    assert (Role.BAD, "550 5.1.1 no such user here") in lines[1]


def test_attachments_have_name_and_size() -> None:
    file = Attachment(1, "영수증.pdf", "application/pdf", 14_008, False, "ab")
    assert plain(lay_out(replace(MESSAGE, attachments=(file,)), ASPECT))[-1] == "[영수증.pdf]  14 kB  application/pdf"


def test_a_link_stays_marked_across_the_cut() -> None:
    link = "https://shop.example/" + "a" * 80
    lines = lay_out(saying(f"see {link}."), ASPECT)
    assert "".join(text for line in lines for role, text in line if role is Role.LINK) == link


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("http://pаypal.com/login", "xn--pypal-4ve.com"),  # the first a is Cyrillic
        ("http://paypal.com@evil.example/login", "evil.example"),
        ("https://support.example:8443\\@evil.example", ""),
        ("https://shop.example/orders?to=a@b.example", ""),
    ],
)
def test_a_deceptive_link_tells_where_it_goes(link: str, host: str) -> None:
    warnings = [text for line in lay_out(saying(link), ASPECT) for role, text in line if role is Role.BAD]
    assert warnings == ([f"this link goes to {host}"] if host else [])


def test_a_huge_line_and_a_huge_message_are_cut_and_say_so() -> None:
    lines = plain(lay_out(saying("x" * 1_000_000), ASPECT))
    assert len(lines) < MAX_LINE // ASPECT.width + 5
    assert lines[-1] == "[ 998000 more characters ]"
    many = plain(lay_out(saying("line\n" * 9_000), ASPECT))
    assert len(many) == MAX_LINES + 2
    assert many[-1] == "[ 8500 more lines ]"


def test_what_looks_like_markup_is_text() -> None:
    assert plain(lay_out(saying("[bold red]x[/] [@click=app.quit]y[/]"), ASPECT))[1] == (
        "[bold red]x[/] [@click=app.quit]y[/]"
    )


@pytest.mark.parametrize("width", [10, 20, 37, 60, 100])
def test_no_line_is_wider_than_the_aspect(width: int) -> None:
    message = saying(
        "환불이 아직 안 됐어요\thttps://shop.example/orders/A-1029 확인\n\n> 인용", reply="환불이 아직 안 됐어요",
        author="아주 긴 이름을 가진 손님 회사 대표이사", joined_by="references", error="550 " + "서버 " * 40,
        delivery=Delivery.FAILED, attachments=(Attachment(1, "긴 이름" * 30, "text/plain", 1, False, ""),),
    )  # fmt: skip
    widths = [cell_len(line) for line in plain(lay_out(message, Aspect(width, NOW, unfolded=True)))]
    assert max(widths) <= width


def test_an_unproven_sender_and_another_address_for_answers_are_told() -> None:
    head, *rest = plain(lay_out(replace(MESSAGE, dmarc="fail", reply_to="else@example.net"), ASPECT))
    assert rest[:2] == [
        "DMARC fails: minsu@example.com may be forged",
        "from minsu@example.com, answers go to else@example.net",
    ]
    assert plain(lay_out(replace(MESSAGE, dmarc="pass"), ASPECT)) == [head, "Hello"]
