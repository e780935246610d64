"""What the documents say can be done, can be done."""

import re
import shlex
from pathlib import Path

import click
import pytest

from supportdesk.commands.root import root
from tests.shape.tree import ROOT, name

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.S)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def commands(text: str, program: str) -> list[str]:
    """Command lines of ``program`` in code spans and blocks, without comments."""
    lines = [line for block, span in CODE.findall(text) for line in (block or span).replace("\\\n", " ").splitlines()]
    cleaned = [re.sub(r"^\s*(?:\$ )?", "", line).split("  #")[0].strip() for line in lines]
    return [line for line in cleaned if line == program or line.startswith(f"{program} ")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_command_named_exists(document: Path) -> None:
    for line in commands(document.read_text(encoding="utf-8"), "supportdesk"):
        command: click.Command | None = root
        context = click.Context(root)
        for word in shlex.split(line)[1:]:
            if not isinstance(command, click.Group) or not re.fullmatch(r"[a-z]+", word):
                break
            command = command.get_command(context, word)
            assert command is not None, f"{name(document)}: {line}: there is no {word}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_make_target_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for line in commands(document.read_text(encoding="utf-8"), "make"):
        words = [word for word in shlex.split(line)[1:] if "=" not in word]
        assert set(words) <= targets, f"{name(document)}: {line}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_file_linked_exists(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_commands_are_found_in_text() -> None:
    text = "Try `supportdesk demo`:\n```\n$ supportdesk ticket list --json  # all\nmake test\n```\n`supportdesk`, `a b`"
    assert commands(text, "supportdesk") == ["supportdesk demo", "supportdesk ticket list --json", "supportdesk"]
    assert commands(text, "make") == ["make test"]
