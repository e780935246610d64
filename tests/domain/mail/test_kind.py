"""Who may be answered by a machine: each signal of the table, and each near miss."""

import pytest

from supportdesk.domain.mail.message import Kind
from supportdesk.domain.mail.parse import parse_mail


def kind(headers: str, subject: str = "hello", instance: str = "") -> Kind:
    return parse_mail(f"From: a@b.c\nSubject: {subject}\n{headers}\n\nwords".encode(), instance).kind


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (by rule)",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "X-Auto-Response-Suppress: All",
        "X-Autoreply: yes",
        "X-Autorespond: x",
        "X-AutoReply-From: a@b.c",
        "X-MS-Exchange-Inbox-Rules-Loop: a@b.c",
        "Precedence: auto_reply",
        "X-Loop: a@b.c",
        "X-FC-MachineGenerated: true",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
    ],
)
def test_automatic_replies(header: str) -> None:
    assert kind(header) == Kind.AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: hello",
        "Out of Office: hello",
        "Abwesenheitsnotiz",
        "자동 회신: 문의",
        "[부재중 자동응답]",
        "自動返信: x",
        "【自動返信】お問い合わせ",
        "부재중 자동 응답",
        "휴가 중입니다",
        "Re: 자동 회신: 문의",
        "自动回复：问题",
        "Out-of-Office Re: hello",
        "Away from the office",
        "Vacation reply: hello",
        "Automatische Antwort: Frage",
        "Réponse automatique : question",
        "Respuesta automática: pregunta",
        "Resposta automática: pergunta",
        "Fuori ufficio: domanda",
        "Automatisch antwoord: vraag",
        "Автоматический ответ: вопрос",
        "Odpowiedź automatyczna: pytanie",
        "Autosvar: fråga",
    ],
)
def test_automatic_replies_by_their_subject(subject: str) -> None:
    assert kind("X: y", subject) == Kind.AUTO_REPLY


@pytest.mark.parametrize(
    "header", ["Precedence: bulk", "Precedence: list", "List-Id: <x>", "List-Unsubscribe: <x>", "Feedback-ID: x"]
)
def test_bulk(header: str) -> None:
    assert kind(header) == Kind.BULK


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: no (really)",
        "X-Auto-Response-Suppress: None",
        "Precedence: normal",
        "X-Mailer: x",
    ],
)
def test_people(header: str) -> None:
    assert kind(header) == Kind.NORMAL


def test_a_short_mark_counts_only_in_an_answer() -> None:
    assert kind("In-Reply-To: <a@b>", "Auto: Re: hello") == Kind.AUTO_REPLY
    assert kind("X: y", "Auto: neue Reifen") == Kind.NORMAL


@pytest.mark.parametrize("action", ["VACATION", "ooo"])
def test_what_an_apple_server_does_by_itself(action: str) -> None:
    assert kind(f"X-Apple-Action: {action}") == Kind.AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "Your automatic reply is broken",
        "Automatic reply does not work",
        "Out of office supplies",
        "Absence of parts",
        "부재료 문의",
        "휴가 신청 문의",
        "자동차 문의",
        "外出用鞄",
    ],
)
def test_subjects_that_only_speak_of_it_are_people(subject: str) -> None:
    assert kind("X: y", subject) == Kind.NORMAL


def test_own_mail_is_known_by_the_name_of_this_desk() -> None:
    mark = "X-Supportdesk-Loop: acme"
    assert kind(mark) == Kind.OWN_LOOP
    assert kind(mark, instance="acme") == Kind.OWN_LOOP
    assert kind(mark, instance="another") == Kind.NORMAL


def test_feedback_reports() -> None:
    report = "Content-Type: multipart/report; report-type=feedback-report; boundary=x"
    assert kind(report) == Kind.REPORT
    assert kind("X: y", "Email Feedback Report for IP 192.0.2.1") == Kind.REPORT
    assert kind("X: y", "Report domain: acme.example Submitter: mail.example") == Kind.REPORT
