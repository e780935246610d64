"""Tests of ``supportdesk completion``."""

import os
import shutil
import subprocess
import sys

import pytest

from supportdesk import cli


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_its_shell_understands(shell: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["completion", shell]) == 0
    script = capfd.readouterr().out
    assert "_SUPPORTDESK_COMPLETE" in script
    if program := shutil.which(shell):
        assert subprocess.run([program, "-n"], input=script, text=True, check=False).returncode == 0


def test_commands_are_completed() -> None:
    environ = {
        **os.environ,
        "_SUPPORTDESK_COMPLETE": "bash_complete",
        "COMP_WORDS": "supportdesk pa",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'supportdesk'; from supportdesk.cli import main; main()"],
        env=environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "plain,paths\n"
