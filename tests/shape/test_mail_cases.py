"""The table of the cases of mailboxes in docs/mail.md: all of them, each with tests that are there."""

import re

import pytest

from tests.shape.tree import ROOT, functions

DOCUMENT = ROOT / "docs" / "mail.md"
ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \| (.+) \|$", re.M)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROWS = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))


def test_every_case_has_one_row() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 36))


@pytest.mark.parametrize(("case", "tests"), [(row[0], row[3]) for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_tests_of_a_case_exist(case: str, tests: str) -> None:
    found = TEST.findall(tests)
    assert found, f"case {case} has no test"
    assert "".join(TEST.split(tests)[::3]).strip() == "", "only names of tests stand there"
    for path, name in found:
        assert (ROOT / path).is_file(), f"case {case}: {path} is gone"
        assert name in {function.name for function in functions(ROOT / path)}, f"case {case}: {path} has no {name}"
        numbers = re.match(r"test_edge_(\d\d)(?:_and_(\d\d))?_", name)
        assert numbers is None or case.zfill(2) in numbers.groups(), f"{name} is not about case {case}"
