"""Tests of what a verb answers."""

import json

import pytest

from supportdesk.commands.receipts import told
from supportdesk.domain.event import Receipt

Capture = pytest.CaptureFixture[str]


def test_several_verbs_are_one_answer_with_the_last_versions(capsys: Capture) -> None:
    told([Receipt((1, 2), {7: 2, 8: 2}), Receipt((3,), {7: 3}, message=5)], True)
    assert json.loads(capsys.readouterr().out) == {
        "message": 5,
        "tickets": [{"number": 7, "version": 3}, {"number": 8, "version": 2}],
        "events": [1, 2, 3],
    }


@pytest.mark.parametrize(
    ("receipt", "out", "err"),
    [
        (Receipt((1,), {7: 1}, created=7), "#7\n", ""),
        (Receipt((1,), {7: 2}), "", "1 ticket changed.\n"),
        (Receipt((1, 2), {7: 2, 8: 2}), "", "2 tickets changed.\n"),
        (Receipt((1,), {}), "", "Done.\n"),
        (Receipt((), {}), "", "Nothing changed: it was so already.\n"),
    ],
)
def test_people_get_a_line(receipt: Receipt, out: str, err: str, capsys: Capture) -> None:
    told(receipt, False)
    assert capsys.readouterr() == (out, err)
