"""Where a quote begins, and where it only looks like it."""

import pytest

from supportdesk.domain.mail.quotes import attribution, devices, header_block, separator


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (["On Mon, Nov 21, 2026 at 9:12 AM Help <help@acme.example> wrote:"], 1),
        (["On Mon, Nov 21, 2026 at 9:12 AM Help <", "help@acme.example> wrote:"], 2),
        (["On 28 Jan 2016, at 19:04, Some One wrote:"], 1),
        (["2026년 11월 21일 (토) 오전 9:12, 고객지원 <help@acme.example>님이 작성:"], 1),
        (["2026. 11. 21. 오전 9:12, 고객지원 <help@acme.example> 작성:"], 1),
        (["help@acme.example schrieb am Fr., 28.", "Apr. 2017 um 11:53 Uhr:"], 2),
        (["---- On Wed, 24 Feb 2021 14:02:50 +0530 help@acme.example wrote ----"], 1),
        (["On this day I wrote something"], 0),
        (["One question I had:"], 0),
        (["2026년 11월 25일 오전 9:00에 예약했습니다:"], 0),
        (["2026-01-15 14:30:25"], 0),
        ([""], 0),
    ],
)
def test_attributions(lines: list[str], count: int) -> None:
    assert attribution([*lines, "", "next"], 0) == count


@pytest.mark.parametrize(
    "block",
    [
        ["From: a", "Sent: b", "To: c", "Subject: d"],
        ["*From:* a", "*Sent:* b", "*Subject:* d"],
        ["보낸 사람: a", "보낸 날짜: b", "받는 사람: c", "제목: d"],
        ["제목 : a", "날짜 : b", "보낸이 : c", "받는이 : d"],
        ["差出人: a", "送信日時: b", "件名: c"],
        ["From: a@b.c", "To: d"],
    ],
)
def test_header_blocks(block: list[str]) -> None:
    assert header_block([*block, "", "text"], 0)


@pytest.mark.parametrize(
    "block", [["From: Seoul", "To the sea we went."], ["보낸 사람: 어머니입니다."], ["To: a", "Subject: b"]]
)
def test_labels_in_a_text_are_no_block(block: list[str]) -> None:
    assert not header_block(block, 0)


@pytest.mark.parametrize(
    "line",
    [
        "-----Original Message-----",
        "-----원본 메시지-----",
        "---------[ 받은 메일 내용 ]----------",
        "---------- Forwarded message ---------",
        "-------- Message d'origine --------",
        "-----Ursprüngliche Nachricht-----",
        "Begin forwarded message:",
    ],
)
def test_separators(line: str) -> None:
    assert separator(line)


@pytest.mark.parametrize("line", ["-----", "the original message was lost", "----- see below -----"])
def test_no_separators(line: str) -> None:
    assert not separator(line)


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "나의 iPhone에서 보냄",
        "Galaxy에서 보냈습니다.",
        "Von meinem iPhone gesendet",
        "Get Outlook for iOS",
    ],
)
def test_what_a_phone_adds(line: str) -> None:
    assert devices(["text", line]) == {1}


@pytest.mark.parametrize(
    "line", ["Sent from my desk, is much easier than my phone.", "보냄", "부산에서 보낸 물건이 안 왔어요"]
)
def test_what_a_person_wrote(line: str) -> None:
    assert devices([line]) == frozenset()
