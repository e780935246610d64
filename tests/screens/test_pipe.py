import pytest

from supportdesk.domain.errors import Invalid
from supportdesk.screens import pipe
from supportdesk.screens.pipe import run_command


def test_the_command_gets_the_text_and_no_shell_reads_it() -> None:
    assert run_command("sh -c 'cat; exit 3'", b"in") == "$ sh -c 'cat; exit 3'\nin\n[3]"
    assert run_command("echo $HOME ; ls", b"") == "$ echo $HOME ; ls\n$HOME ; ls\n[0]"


def test_output_is_cleaned_before_it_becomes_a_note() -> None:
    assert run_command(r"printf '\033]0;owned\007\033[31mred\377'", b"").split("\n")[1] == "red\ufffd"


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipe, "TIME_LIMIT", 0.2)
    with pytest.raises(Invalid, match="sleep took longer"):
        run_command("sleep 30", b"")


@pytest.mark.parametrize(
    ("command", "why"), [("", "no command"), ("'open", "quotation"), ("/no/such", "cannot be run")]
)
def test_what_is_no_command_is_a_sentence(command: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        run_command(command, b"")
