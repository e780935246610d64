"""What must not stand in any file of the project, and what every test must have."""

import ast
import codecs
import re
from pathlib import Path

import pytest

from tests.shape.tree import functions, modules, name, project_files


def turned(words: str) -> list[str]:
    """Words written in ROT13, so that this file can be read by its own test."""
    return [re.escape(codecs.decode(word, "rot13")) for word in words.split()]


PLACES = re.compile("|".join(turned("/jbex/ /gzc/oevrs /ebbg/ /bcg/jurryf /bcg/clcv")))
HOSTS = re.compile("|".join(turned("clcv.bet clgubaubfgrq vaqrk-hey svaq-yvaxf gehfgrq-ubfg")))
NAMES = re.compile(rf"\b(?:{'|'.join(turned('pynhqr naguebcvp pungtcg bcranv pbcvybg trzvav fhontrag'))})\b", re.I)
UNFINISHED = re.compile(rf"\b(?:{'|'.join(turned('GBQB SVKZR KKK UNPX'))})\b")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Text of every file of the project."""
    files = project_files()
    if not files:
        pytest.skip("not a git checkout: there is no list of the project's files")
    return {name(path): path.read_bytes().decode("utf-8", "replace") for path in files}


@pytest.mark.parametrize("pattern", [PLACES, HOSTS, NAMES], ids=["places", "hosts", "names"])
def test_no_file_knows_where_it_was_made(texts: dict[str, str], pattern: re.Pattern[str]) -> None:
    found = {path: match[0] for path, text in texts.items() if (match := pattern.search(text))}
    assert found == {}


def test_nothing_is_left_unfinished(texts: dict[str, str]) -> None:
    code = {path: text for path, text in texts.items() if path.endswith((".py", ".tcss", "Makefile", "run"))}
    assert {path: match[0] for path, text in code.items() if (match := UNFINISHED.search(text))} == {}


def test_no_large_or_private_file_is_kept(texts: dict[str, str]) -> None:
    assert [path for path, text in texts.items() if len(text) > 1_000_000] == []
    private = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{64}")
    assert [path for path, text in texts.items() if private.search(text)] == []


def test_every_test_states_something() -> None:
    tests = [path for path in modules("tests") if path.name.startswith("test_")]
    silent = [
        f"{name(path)}:{function.lineno} {function.name}"
        for path in tests
        for function in functions(path)
        if function.name.startswith("test_") and not _states(function, path)
    ]
    assert silent == []


def _states(test: ast.AST, path: Path) -> bool:
    """An assert, ``pytest.raises`` or a function of the file that holds one."""
    local = {function.name: function for function in functions(path) if not function.name.startswith("test_")}
    called = set()
    for node in ast.walk(test):
        if isinstance(node, ast.Assert) or (
            isinstance(node, ast.Attribute) and node.attr in ("raises", "fail", "warns")
        ):
            return True
        if isinstance(node, ast.Call):
            called.add(node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", ""))
    if any(called_name.startswith(("assert_", "check_", "expect_", "until", "wait_until")) for called_name in called):
        return True  # the last two fail where what they wait for does not come
    return any(_states(local[called_name], path) for called_name in called & set(local))
