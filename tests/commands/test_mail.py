"""``supportdesk mail parse`` keeps its contract: one JSON object a line, one process for many files."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from supportdesk.commands.mail import group
from supportdesk.domain.errors import DeskError

KEYS = {
    "file", "message_id", "in_reply_to", "references", "date", "from", "reply_to", "to", "cc", "subject", "kind",
    "bounce", "text", "reply_text", "html", "attachments", "defects",
}  # fmt: skip


def lines(*arguments: str) -> list[dict[str, object]]:
    done = CliRunner().invoke(group, ["parse", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_mail_has_every_key(tmp_path: Path) -> None:
    file = tmp_path / "a.eml"
    file.write_bytes(
        b"Message-ID: <a@b>\nDate: Sat, 21 Nov 2026 21:00:00 +0900\nFrom: Kim <k@b.c>\nReply-To: r@b.c\nTo: d@e.f\n"
        b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n"
        b"--b\nContent-Type: text/csv; name=t.csv\n\n1\n--b--\n"
    )
    (found,) = lines(str(file))
    assert set(found) == KEYS
    assert found["date"] == "2026-11-21T12:00:00Z"
    assert found["from"] == {"name": "Kim", "address": "k@b.c"}
    assert found["reply_to"] == {"name": "", "address": "r@b.c"}
    assert found["attachments"] == [{"filename": "t.csv", "content_type": "text/csv", "size": 1, "inline": False}]
    assert (found["bounce"], found["kind"], found["text"]) == (None, "normal", "hi")


def test_a_bounce_is_described(tmp_path: Path) -> None:
    file = tmp_path / "b.eml"
    file.write_bytes(b"From: mailer-daemon@b.c\nSubject: failure notice\n\n<k@b.c>: 550 5.1.1 user unknown\n")
    (found,) = lines(str(file))
    assert found["bounce"] == {"hard": True, "status": "5.1.1", "recipient": "k@b.c"}


def test_bare_bodies(tmp_path: Path) -> None:
    file = tmp_path / "body"
    file.write_bytes(b"<p>yes</p><blockquote>old</blockquote>")
    assert lines("--as", "html", str(file)) == [{"file": str(file), "text": "yes\n\n> old", "reply_text": "yes"}]
    assert lines("--as", "text", str(file))[0]["text"] == "<p>yes</p><blockquote>old</blockquote>"


def test_one_unreadable_file_does_not_stop_the_others(tmp_path: Path) -> None:
    good = tmp_path / "good.eml"
    good.write_bytes(b"Subject: x\n\n")
    first, second = lines(str(tmp_path / "absent"), str(good))
    assert set(first) == {"file", "error"}
    assert second["subject"] == "x"


def test_when_none_can_be_read_it_fails(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match="None of the files"):
        CliRunner().invoke(group, ["parse", str(tmp_path / "absent")], catch_exceptions=False)
