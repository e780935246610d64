"""``scripts.fuzz`` in the small: a few thousand damaged mails, others every day, judged as its long run judges them."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts import fuzz
from tests.domain.mail import mutations
from tests.domain.mail.mutations import OWN, strange_mail

MAILS = 3000
LARGEST = 30_000
ROOT = Path(__file__).parents[2]


def test_the_mails_of_the_day() -> None:
    day = int(time.time()) // 86_400
    chance = random.Random(day)
    known = [path.read_bytes() for path in sorted(OWN.glob("*.eml"))]
    for number in range(MAILS):
        raw = strange_mail(chance, known, LARGEST)
        took, faults = fuzz.judged(raw)
        assert (faults, took < fuzz.SLOWEST) == ([], True), f"mail {number} of day {day}: {raw[:2000]!r}"


@pytest.mark.timeout(100)
def test_the_script_says_what_it_did() -> None:
    command = [sys.executable, "-m", "scripts.fuzz", "--mails=60", "--processes=2", "--seed=1", "--plain"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("60 mails in ")
    assert done.stdout.splitlines()[-1].endswith(" 0 bad; seed 1")


def test_what_is_wrong_is_said_and_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    def picky(mail: object) -> list[str]:
        return ["a word that must not be"] if "needle" in str(mail) else []

    monkeypatch.setattr(mutations, "faults", picky)
    raw = b"Subject: x\n\n" + b"hay " * 500 + b"needle" + b" hay" * 500
    faults = fuzz.judged(raw)[1]
    assert faults == ["a word that must not be"]
    assert len(fuzz.smaller(raw, lambda part: fuzz.judged(part)[1] == faults)) < 20


def test_a_mail_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_raw: bytes) -> None:
        while True:
            sum(range(1000))

    monkeypatch.setattr(fuzz, "parse_mail", endless)
    monkeypatch.setattr(fuzz, "SLOWEST", 0.05)
    with fuzz.watched():
        assert fuzz.judged(b"")[1] == ["too slow"]
