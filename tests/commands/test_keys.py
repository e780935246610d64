"""Tests of ``supportdesk keys``."""

import json

import pytest

from supportdesk import cli, keymap
from supportdesk.paths import paths

Capture = pytest.CaptureFixture[str]


def test_every_verb_is_listed_with_its_keys(capsys: Capture) -> None:
    assert cli.run(["keys", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["id"], tuple(row["keys"])) for row in rows] == [(a.id, a.keys) for a in keymap.ACTIONS]


def test_moved_keys_are_shown_and_mistakes_told(capsys: Capture) -> None:
    keys = paths().keys
    keys.parent.mkdir(parents=True)
    keys.write_text('[ticket]\nreply = "f5"\nfly = "f6"\n')
    assert cli.run(["keys", "--json"]) == 0
    captured = capsys.readouterr()
    assert next(row["keys"] for row in json.loads(captured.out) if row["id"] == "ticket.reply") == ["f5"]
    assert "ticket.fly" in captured.err


def test_the_table_and_the_manual_name_every_id(capsys: Capture) -> None:
    for arguments in (["keys"], ["keys", "--markdown"]):
        assert cli.run(arguments) == 0
        text = capsys.readouterr().out
        assert all(action.id in text for action in keymap.ACTIONS)
