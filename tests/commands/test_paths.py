"""Tests of ``supportdesk paths``."""

import json

import pytest

from supportdesk import cli
from supportdesk.paths import paths


def test_paths_are_listed_for_people_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["paths", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == paths().shown()
    assert cli.run(["paths"]) == 0
    text = capsys.readouterr().out
    assert all(path in text for path in paths().shown().values())
