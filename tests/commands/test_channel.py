"""Tests of ``supportdesk channel``."""

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from supportdesk.channels.kinds import EMAIL, OFFERED

if TYPE_CHECKING:
    from tests.commands.conftest import Program

ACCOUNT = [
    "--address", "Sales <Sales@desk.example>", "--imap-host", "mail.example", "--imap-user", "sales",
    "--imap-secret", "env:SALES", "--smtp-host", "mail.example", "--smtp-security", "starttls",
    "--folder", "INBOX", "--folder", "고객문의", "--team", "Billing",
]  # fmt: skip


def test_a_mailbox_is_added_with_the_options_of_its_kind(each_program: "Program") -> None:
    done = each_program.ok("channel", "add", "email", "sales", *ACCOUNT)
    assert done.out == "" and "supportdesk channel test sales" in done.err
    found = each_program.json("channel", "show", "sales")
    assert (found["kind"], found["address"], found["team"]) == ("email", "sales@desk.example", "Billing")
    assert found["settings"]["folder"] == ["INBOX", "고객문의"]
    assert found["settings"]["smtp_security"] == "starttls"
    assert found["settings"]["imap_secret"] == "env:SALES"
    shown = each_program.ok("channel", "show", "sales").out
    assert "--imap-secret" in shown and "env:SALES" in shown


def test_channels_are_listed_paused_resumed_and_removed(each_program: "Program") -> None:
    (row,) = each_program.json("channel", "list")
    assert set(row) == {"name", "kind", "address", "team", "paused", "last_contact", "error", "error_at", "retry_at"}
    assert (row["name"], row["paused"], row["last_contact"]) == ("support", False, None)
    for verb, paused in (("pause", True), ("resume", False)):
        each_program.ok("channel", verb, "support")
        assert each_program.json("channel", "show", "support")["paused"] is paused
    assert "support@desk.example" in each_program.ok("channel", "list").out
    each_program.ok("channel", "remove", "support")
    assert each_program.json("channel", "list") == []


def test_history_begins_now_for_who_wants_none(program: "Program") -> None:
    program.ok("channel", "add", "email", "sales", *ACCOUNT, "--history", "none")
    assert program.json("channel", "show", "sales")["settings"]["history"].startswith("20")


def test_kinds_are_listed_with_their_options(program: "Program") -> None:
    rows = {row["kind"]: row for row in program.json("channel", "kinds")}
    assert set(rows) == {kind.name for kind in OFFERED}
    options = {option["name"]: option for option in rows["email"]["options"]}
    assert set(options) == {option.name for option in EMAIL.options}
    assert options["imap-host"]["required"] and options["imap-secret"]["secret"]
    assert options["imap-security"]["choices"] == ["tls", "starttls", "plain"]
    assert "--smtp-host" in program.ok("channel", "kinds").out
    help_text = program.ok("channel", "add", "email", "--help").out
    assert all(f"--{name}" in help_text for name in options)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections: bound, so that nobody else gets it, and not listened to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_test_says_where_it_stops(program: "Program", closed_port: int) -> None:
    servers = ["--imap-host", "127.0.0.1", "--imap-port", str(closed_port), "--smtp-host", "127.0.0.1"]
    servers += ["--smtp-port", str(closed_port), "--imap-user", "u", "--imap-secret", "env:X"]
    program.ok("channel", "add", "email", "away", "--address", "a@b.c", *servers)
    done = program("channel", "test", "away", "--json")
    assert done.code == 5
    assert [step["ok"] for step in done.json] == [True, False, True, False]
    assert "refuses connections" in done.json[1]["detail"]
    assert "refuses connections" in program("channel", "test", "away").out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["add", "pigeon", "post"], 3, "supportdesk channel kinds"),
        (["add", "email", "sales"], 2, "Missing option"),
        (["add", "email", "support", *ACCOUNT], 4, "There is or was already a channel “support”."),
        (["add", "email", "two words", *ACCOUNT], 2, "cannot be the name"),
        (["add", "email", "sales", *ACCOUNT, "--address", "nobody"], 2, '"nobody" is not an address'),
        (["add", "email", "sales", *ACCOUNT, "--address", "a@b.c, d@e.f"], 2, "one address"),
        (["add", "email", "sales", *ACCOUNT, "--imap-security", "none"], 2, "--imap-security"),
        (["add", "email", "sales", *ACCOUNT, "--imap-port", "many"], 2, "--imap-port"),
        (["add", "email", "sales", *ACCOUNT, "--team", "Nowhere"], 3, "There is no team “Nowhere”."),
        (["show", "none"], 3, "There is no channel “none”."),
        (["pause", "none"], 3, "There is no channel “none”."),
        (["test", "none"], 3, "There is no channel “none”."),
    ],
)
def test_what_cannot_be_is_told(program: "Program", words: list[str], code: int, told: str) -> None:
    done = program("channel", *words)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err
    assert len(program.json("channel", "list")) == 1


def test_a_password_typed_in_place_of_a_reference_is_not_repeated(program: "Program") -> None:
    done = program("channel", "add", "email", "sales", *ACCOUNT, "--imap-secret", "geheim123")
    assert done.code == 2 and "by reference" in done.err
    assert "geheim123" not in done.err
