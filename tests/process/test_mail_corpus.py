"""``supportdesk mail parse`` against other projects' mails and what their own suites assert, where they are at hand."""

import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from supportdesk.domain.mail.parse import parse_mail

CORPUS = Path(__file__).parents[3] / "shared" / "mail"
PROGRAM = Path(sys.executable).with_name("supportdesk")
FLOORS = {
    "from address": 0.99,
    "from name": 0.98,
    "subject": 0.98,
    "message id": 0.98,
    "date": 0.98,
    "text": 0.95,
    "attachments": 0.96,
    "bounce": 0.98,
    "abuse report": 1.0,
    "auto reply": 0.95,
    "reply text": 0.72,
    "winmail.dat": 0.90,
}
CALLED_BOUNCES = 0.04
MAILS_PER_SECOND = 1500
USUAL_SIZE = 100_000

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the mail corpus is not beside this checkout")


@pytest.fixture(scope="module")
def score() -> dict[str, object]:
    command = [sys.executable, str(CORPUS / "score.py"), "--json", "--cmd", shlex.quote(str(PROGRAM))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    answer = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(answer, dict)
    return answer


def test_every_mail_has_an_answer(score: dict[str, object]) -> None:
    assert score["crashed"] == 0
    assert isinstance(score["mails"], int)
    assert score["mails"] > 700


@pytest.mark.parametrize("field", FLOORS)
def test_the_share_of_right_answers(score: dict[str, object], field: str) -> None:
    fields = score["fields"]
    assert isinstance(fields, dict)
    good, total = fields[field]
    assert good / total >= FLOORS[field], f"{good} of {total}"


def test_few_ordinary_mails_are_called_bounces(score: dict[str, object]) -> None:
    rest = score["bounces_among_the_rest"]
    assert isinstance(rest, list)
    assert rest[0] / rest[1] < CALLED_BOUNCES


@pytest.mark.serial
def test_usual_mails_are_parsed_fast_enough() -> None:
    raws = [path.read_bytes() for path in (CORPUS / "corpus").rglob("*.eml") if path.stat().st_size < USUAL_SIZE]
    best = 0.0
    for _ in range(4):
        began = time.process_time()
        for raw in raws:
            parse_mail(raw)
        best = max(best, len(raws) / (time.process_time() - began))
    assert best >= MAILS_PER_SECOND
