"""Tests of ``supportdesk intake deliver``: what it answers decides whether a mail server gives a mail back."""

from typing import TYPE_CHECKING

import pytest

from supportdesk.commands import intake_deliver
from supportdesk.desk import receiving
from supportdesk.domain.errors import Conflict
from supportdesk.paths import paths

if TYPE_CHECKING:
    from tests.commands.conftest import Program

MAIL = b"From: Dana <dana@example.com>\r\nSubject: Printer\r\nMessage-ID: <1@example.com>\r\n\r\nIt broke \xff\r\n"
DELIVER = ("intake", "deliver", "--channel", "support")


def test_the_same_message_once_more_stays_one(each_program: "Program") -> None:
    for _ in range(2):
        each_program.ok("intake", "deliver", "--channel", "support", piped=MAIL)
    each_program.ok("intake", "deliver", "--channel", "support", piped=MAIL + b"more")
    assert len(each_program.json("intake", "list")) == 2


@pytest.mark.parametrize(
    ("words", "piped", "code", "told"),
    [
        (["deliver", "--channel", "none"], MAIL, 3, "There is no channel “none”."),
        (["deliver"], MAIL, 2, "--channel"),
        (["deliver", "--channel", "support"], b" \r\n", 2, "There is no message."),
    ],
)
def test_only_what_no_second_try_can_mend_is_refused(
    program: "Program", words: list[str], piped: bytes, code: int, told: str
) -> None:
    done = program("intake", *words, piped=piped)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err


def test_a_message_of_any_size_is_taken_whole(program: "Program") -> None:
    """Larger than what is fetched whole from a mailbox: the mail server has already agreed to it."""
    large = MAIL + b"x" * 76 * 1_000_000
    program.ok(*DELIVER, piped=large)
    (row,) = program.json("intake", "list")
    assert (row["status"], row["size"]) == ("pending", len(large))


def test_an_unreachable_store_asks_the_mail_server_to_try_again(program: "Program") -> None:
    program.url = "sqlite:////nowhere/desk.db"
    done = program("intake", "deliver", "--channel", "support", piped=MAIL)
    assert (done.code, done.raw) == (75, b"")
    assert "There is no desk" in done.err


@pytest.mark.parametrize("error", [RuntimeError("unforeseen"), Conflict("At the same moment.")])
def test_what_nobody_foresaw_does_not_send_the_mail_back(
    program: "Program", monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def break_down(*_: object) -> None:
        raise error

    monkeypatch.setattr(receiving.InboxSink, "take", break_down)
    done = program(*DELIVER, piped=MAIL)
    assert done.code == 75
    assert str(error) in done.err or type(error).__name__ in done.err
    assert "Traceback" not in done.err


def test_settings_somebody_is_just_writing_do_not_either(program: "Program") -> None:
    paths().config.parent.mkdir(parents=True, exist_ok=True)
    paths().config.write_text("store = [")
    assert program(*DELIVER, piped=MAIL).code == 75
    paths().config.unlink()
    program.ok(*DELIVER, piped=MAIL)


def test_a_message_that_breaks_off_is_not_taken_for_a_whole_one(
    program: "Program", monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn() -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(intake_deliver, "piped", torn)
    done = program(*DELIVER, piped=MAIL)
    assert done.code == 75 and "Input/output error" in done.err
    assert program.json("intake", "list") == []
