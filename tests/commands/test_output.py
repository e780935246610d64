"""Tests of what reaches stdout and stderr."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportdesk.commands import output
from supportdesk.commands.output import Column

COLUMNS = [Column("number", "#", right=True), Column("subject", "Subject", folds=True), Column("at", "At")]
AT = datetime(2026, 11, 21, 9, 31, 5, 250_000, tzinfo=timezone(timedelta(hours=9)))
ROWS = [
    {"number": 7, "subject": "환불이 아직 안 됐어요", "at": AT, "hidden": ("a", "b")},
    {"number": 1042, "subject": "[bold]Printer[/bold] :smile:", "at": None, "hidden": ()},
]

Capture = pytest.CaptureFixture[str]


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Customer:
    name: str
    since: date


def test_a_table_shows_its_columns_and_what_customers_wrote_as_it_is(capsys: Capture) -> None:
    output.emit(ROWS, COLUMNS, False)
    assert capsys.readouterr().out == (
        "   #  Subject                       At\n"
        "   7  환불이 아직 안 됐어요         2026-11-21T00:31:05Z\n"
        "1042  [bold]Printer[/bold] :smile:  -\n"
    )


def test_a_row_of_a_piped_table_is_one_line_however_long(capsys: Capture) -> None:
    output.emit([{"number": 1, "subject": "long " * 500 + "\nand more", "at": None}], COLUMNS, False)
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_json_has_every_key_and_times_in_utc(capsys: Capture) -> None:
    output.emit(ROWS, COLUMNS, True)
    text = capsys.readouterr().out
    assert json.loads(text) == [
        {"number": 7, "subject": "환불이 아직 안 됐어요", "at": "2026-11-21T00:31:05.250000Z", "hidden": ["a", "b"]},
        {"number": 1042, "subject": "[bold]Printer[/bold] :smile:", "at": None, "hidden": []},
    ]
    assert "환불" in text, "not escaped"
    assert len(text.splitlines()) == len(ROWS) + 2, "one object a line"


def test_no_rows_are_an_empty_array_or_a_word_on_stderr(capsys: Capture) -> None:
    output.emit([], COLUMNS, True)
    assert capsys.readouterr() == ("[]\n", "")
    output.emit([], COLUMNS, False, empty="No tickets.")
    assert capsys.readouterr() == ("", "No tickets.\n")


def test_rows_are_written_as_they_come(capsys: Capture) -> None:
    seen: list[str] = []

    def watched() -> Iterator[Mapping[str, object]]:
        for number in (1, 2):
            yield {"n": number}
            seen.append(capsys.readouterr().out)

    output.emit(watched(), COLUMNS, True)
    assert seen == ['[\n  {"n": 1}', ',\n  {"n": 2}']


def test_one_thing_is_titles_and_values_or_one_object(capsys: Capture) -> None:
    row = {"name": "김민수", "vip": True, "tags": ["a", "b"], "orders": {"A-1": 2}, "secret": 1}
    output.emit_one(row, {"name": "Name", "vip": "VIP", "tags": "Tags", "orders": "Orders"}, False)
    assert capsys.readouterr().out == "Name    김민수\nVIP     yes\nTags    a, b\nOrders  A-1: 2\n"
    output.emit_one(row, {"name": "Name"}, True)
    assert json.loads(capsys.readouterr().out) == row


def test_values_of_ours_have_their_json(capsys: Capture) -> None:
    output.ndjson([{"c": Customer("김", date(2026, 1, 2)), "s": {2, 1}, "e": Colour.RED, "p": Path("/a")}])
    assert json.loads(capsys.readouterr().out) == {
        "c": {"name": "김", "since": "2026-01-02"},
        "s": [1, 2],
        "e": "red",
        "p": "/a",
    }


@pytest.mark.parametrize("value", [datetime(2026, 1, 1), b"raw", object()])  # noqa: DTZ001 - refusing it is the test
def test_what_has_no_json_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        output.ndjson([value])


@given(st.recursive(st.text() | st.integers() | st.booleans() | st.none(), lambda inner: st.lists(inner, max_size=3)))
def test_json_comes_back_as_it_went_whatever_the_terminal_can_write(value: object) -> None:
    for encoding in ("utf-8", "ascii", "euc-kr"):
        raw = io.BytesIO()
        terminal = io.TextIOWrapper(raw, encoding=encoding)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", terminal)
            output.ndjson([value])
        assert json.loads(raw.getvalue().decode(encoding)) == value


def _run(code: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    program = f"from supportdesk.commands import output\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **environment}, capture_output=True, check=True
    )


def test_a_terminal_without_hangul_gets_escapes_not_a_failure() -> None:
    done = _run("output.line('a 환'); output.say('불')", PYTHONIOENCODING="ascii:strict")
    assert (done.stdout, done.stderr) == (b"a \\ud658\n", b"\\ubd88\n")


def test_bytes_go_out_as_they_are_and_in_order() -> None:
    assert _run("output.line('a'); output.raw(b'\\xff\\r\\n'); output.line('b')").stdout == b"a\n\xff\r\nb\n"


def test_what_is_shown_in_rich_has_no_trailing_blanks(capsys: Capture) -> None:
    from rich.text import Text

    output.show(Text("one  \n\ntwo"), "[red]plain[/red]")
    assert capsys.readouterr().out == "one\n\ntwo\n[red]plain[/red]\n"


def test_progress_is_silent_where_nobody_watches(capsys: Capture) -> None:
    with output.progress("Reading", 3) as advance:
        advance(3)
    assert capsys.readouterr() == ("", "")


def test_progress_is_drawn_on_a_terminal_and_never_on_stdout(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with output.progress("Reading [mail]", 2) as advance:
        advance(2)
    captured = capsys.readouterr()
    assert "Reading [mail]" in captured.err and "2/2" in captured.err
    assert captured.out == ""


def test_a_reader_that_left_is_told_from_a_full_disk() -> None:
    code = (
        "import sys, os\nr, w = os.pipe(); os.dup2(w, 1); os.close(w); os.close(r)\n"
        "try:\n    output.line('x' * 100_000)\nexcept output.ReaderGone:\n    output.say('gone')"
    )
    assert _run(code).stderr == b"gone\n"
    full = (
        "import os\nos.dup2(os.open('/dev/full', os.O_WRONLY), 1)\nfrom supportdesk.domain.errors import DeskError\n"
        "try:\n    output.line('x' * 100_000)\nexcept DeskError as error:\n    output.say(str(error))"
    )
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    assert b"cannot be written: No space left on device" in _run(full).stderr


def test_rich_is_imported_for_tables_alone() -> None:
    code = "output.emit([{'a': 1}], (), True); output.line('x')\nimport sys; sys.exit('rich' in sys.modules)"
    assert _run(code).returncode == 0


def test_utc_is_written_with_a_z() -> None:
    assert output.utc(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"
