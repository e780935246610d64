"""Tests of the program: exit codes, one sentence for every failure, and what starting costs."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from supportdesk import __version__, cli, i18n
from supportdesk.commands import root
from supportdesk.commands.group import Entry
from supportdesk.config import load
from supportdesk.domain.errors import Conflict, DeskError, Invalid, NotFound, TemporaryFailure, Unreachable
from supportdesk.paths import paths

Capture = pytest.CaptureFixture[str]
TRACEBACK = "Traceback (most recent call last)"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_spoken", None)


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> "list[BaseException]":
    """Put an exception in it, and the command ``boom`` raises it."""
    raised: list[BaseException] = []

    @click.command()
    def boom() -> None:
        raise raised[0]

    monkeypatch.setitem(root.root.commands, "boom", boom)
    return raised


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DeskError("It failed."), 1),
        (Invalid("It failed."), 2),
        (NotFound("It failed."), 3),
        (Conflict("It failed."), 4),
        (Unreachable("It failed."), 5),
        (TemporaryFailure("It failed."), 75),
    ],
)
def test_what_went_wrong_is_one_sentence_and_an_exit_code(
    error: DeskError, code: int, raising: list[BaseException], capsys: Capture
) -> None:
    raising.append(error)
    assert cli.run(["boom"]) == code
    assert capsys.readouterr() == ("", "It failed.\n")


def test_what_nobody_foresaw_goes_to_the_log(raising: list[BaseException], capsys: Capture) -> None:
    raising.append(RuntimeError("lost postgresql://kim:geheim@db/desk"))
    assert cli.run(["boom"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert str(paths().log) in captured.err and TRACEBACK not in captured.err
    log = paths().log.read_text()
    assert TRACEBACK in log and "lost" in log and "geheim" not in log


def test_an_interrupt_is_quiet(raising: list[BaseException], capsys: Capture) -> None:
    raising.append(KeyboardInterrupt())
    assert cli.run(["boom"]) == 130
    assert capsys.readouterr().err.strip() == ""


def test_an_interrupt_that_a_driver_stumbles_over_is_still_one(raising: list[BaseException], capsys: Capture) -> None:
    stumbled = RuntimeError("the connection is in the middle of something")
    stumbled.__context__ = KeyboardInterrupt()
    raising.append(stumbled)
    assert cli.run(["boom"]) == 130
    assert capsys.readouterr().err.strip() == ""


def test_an_answer_that_never_came_is_a_failure(raising: list[BaseException]) -> None:
    raising.append(EOFError())
    assert cli.run(["boom"]) == 1


@pytest.mark.parametrize("arguments", [["nonsense"], ["--nonsense"], ["completion"], ["completion", "tcl"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: Capture) -> None:
    assert cli.run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("Usage: supportdesk")


def test_a_command_may_choose_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    @click.pass_context
    def seven(ctx: click.Context) -> None:
        ctx.exit(7)

    monkeypatch.setitem(root.root.commands, "seven", seven)
    assert cli.run(["seven"]) == 7


def test_a_wrong_config_is_told_by_the_command_that_needs_it(clean_environment: Path, capsys: Capture) -> None:
    config = paths().config
    config.parent.mkdir(parents=True)
    config.write_text("colour = 1")
    assert cli.run(["paths"]) == 0
    assert cli.run(["keys"]) == 2
    assert "there is no setting colour" in capsys.readouterr().err


def test_the_console_needs_a_terminal(capsys: Capture) -> None:
    assert cli.run([]) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_the_terminal_is_prepared_but_the_user_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}
    cli.prepare_terminal(load(), environ)
    assert (environ["TEXTUAL_DISABLE_KITTY_KEY"], environ["TEXTUAL_ANIMATIONS"]) == ("1", "none")
    environ = {"SSH_CONNECTION": "x", "TEXTUAL_ANIMATIONS": "full", "TEXTUAL_DISABLE_KITTY_KEY": "0"}
    cli.prepare_terminal(load(), environ)
    assert (environ["TEXTUAL_DISABLE_KITTY_KEY"], environ["TEXTUAL_ANIMATIONS"]) == ("0", "full")


def test_kitty_keys_are_left_on_for_who_wants_them() -> None:
    config = paths().config
    config.parent.mkdir(parents=True)
    config.write_text("terminal.kitty_keys = true")
    environ: dict[str, str] = {}
    cli.prepare_terminal(load(), environ)
    assert environ == {}


def test_the_language_of_the_config_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "")  # restores it afterwards
    config = paths().config
    config.parent.mkdir(parents=True)
    config.write_text('language = "ko"')
    assert cli.run(["paths"]) == 0
    assert i18n.language() == "ko"


def _program(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "supportdesk", *arguments]


def test_version_is_told() -> None:
    done = subprocess.run(_program("--version"), capture_output=True, check=True, text=True)
    assert (done.stdout, done.stderr) == (f"supportdesk {__version__}\n", "")


def test_a_reader_that_has_had_enough_ends_the_program_quietly() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as gone:
        done = subprocess.run(_program("keys", "--json"), stdout=gone, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_full_disk_is_told_in_one_sentence() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(_program("keys"), stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    assert done.returncode == 1
    assert os.strerror(errno.ENOSPC) in done.stderr and len(done.stderr.splitlines()) == 1


def test_control_c_leaves_no_traceback(tmp_path: Path) -> None:
    waiting = (
        "import sys, time, click\nfrom supportdesk import cli\nfrom supportdesk.commands import root\n"
        "@click.command()\ndef wait():\n    print('waiting', flush=True)\n    time.sleep(60)\n"
        "root.root.add_command(wait, 'wait')\nsys.exit(cli.run(['wait']))"
    )
    with subprocess.Popen([sys.executable, "-c", waiting], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"waiting\n"
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=20)
    assert (process.returncode, err.strip()) == (130, b"")


@pytest.mark.serial
def test_version_costs_at_most_four_times_an_empty_python() -> None:
    def best(command: list[str]) -> float:
        times = []
        for _ in range(7):
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - began)
        return min(times)

    program = [str(Path(sys.executable).with_name("supportdesk")), "--version"]
    assert best(program) <= 4 * best([sys.executable, "-c", "pass"])


def test_every_command_that_exists_loads() -> None:
    context = click.Context(root.root)
    names = root.root.list_commands(context)
    assert {"paths", "keys", "completion"} <= set(names)
    assert all(isinstance(root.root.get_command(context, name), click.Command) for name in names)


def test_entries_name_modules_of_ours() -> None:
    assert all(isinstance(entry, Entry) and entry.module.startswith("supportdesk.") for entry in root.COMMANDS.values())
