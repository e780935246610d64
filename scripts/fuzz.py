"""Damaged mails for the parser until it raises, hangs or takes too much memory; guided by atheris where that is.

``python -m scripts.fuzz --mails 200000 --processes 2``: each process says what it did, a mail that breaks a rule is
made smaller and kept in a temporary folder. With atheris (extra ``fuzz``) every second process is guided by coverage.
"""

import argparse
import importlib
import importlib.util
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from supportdesk.domain.mail.parse import parse_mail
from tests.domain.mail import mutations

SLOWEST = 2.0
LARGEST_PROCESS = 200
"""MB of memory, of the whole process."""
GUIDED_SLOWEST = 6.0
"""Instrumented code takes three times as long."""
HANGS = 60
"""Seconds by the clock, which runs on while other programs have the processor."""
GUIDED_PROCESS = 600
"""The same where libFuzzer keeps its corpus and its counters in it."""
SMALLER = 15.0
"""Seconds for making a bad mail smaller."""


class TooSlow(BaseException):
    """Not an Exception, which the parser would take for its own."""


def main() -> int:
    asked = arguments()
    if asked.only is not None:
        return guided(asked) if asked.only_guided else plain(asked)
    can_guide = not asked.plain and importlib.util.find_spec("atheris") is not None
    each = -(-asked.mails // asked.processes)
    started = time.monotonic()
    children = []
    for number in range(asked.processes):
        command = [sys.executable, "-m", "scripts.fuzz", f"--only={number}", f"--mails={each}"]
        command += [f"--seconds={asked.seconds}", f"--seed={asked.seed}"]
        command += ["--only-guided"] if can_guide and number % 2 else []
        children.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))  # noqa: S603  # ourselves
    reports = [child.communicate()[0] for child in children]
    sys.stdout.write("".join(reports))
    done = [json.loads(line) for text in reports for line in text.splitlines() if line.startswith("{")]
    mails = sum(report["mails"] for report in done)
    bad = sum(report["bad"] for report in done) + sum(child.returncode != 0 for child in children)
    sys.stdout.write(f"{mails} mails in {time.monotonic() - started:.0f} s, {bad} bad; seed {asked.seed}\n")
    return int(bad > 0)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mails", type=int, default=200_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1800, help="a process ends after so many, whatever is left")
    parser.add_argument("--seed", type=int, default=int(time.time()) // 86_400, help="the day's number unless given")
    parser.add_argument("--plain", action="store_true", help="unguided even where atheris is installed")
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--only-guided", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def plain(asked: argparse.Namespace) -> int:
    """One process: its share of the mails, each judged, within its time."""
    with watched():
        return _plain(asked)


@contextmanager
def watched() -> Iterator[None]:
    """``judged`` can stop a mail that takes too long."""
    before = signal.signal(signal.SIGPROF, _too_slow)
    try:
        yield
    finally:
        signal.signal(signal.SIGPROF, before)


def _plain(asked: argparse.Namespace) -> int:
    chance = random.Random(f"{asked.seed}/{asked.only}")  # noqa: S311  # a seed is to be repeated
    known = mutations.seeds()
    until = time.monotonic() + asked.seconds
    at_first, slowest, spent, count, bad = peak(), 0.0, 0.0, 0, 0
    while count < asked.mails and time.monotonic() < until:
        raw = mutations.strange_mail(chance, known)
        took, faults = judged(raw)
        count, slowest, spent = count + 1, max(slowest, took), spent + took
        if peak() > LARGEST_PROCESS:
            faults.append(f"{peak()} MB")
        if faults:
            bad += 1
            keep(raw, faults)
        if bad >= 20 or peak() > LARGEST_PROCESS:
            break
    figures = {"slowest_s": round(slowest, 3), "mean_ms": round(1000 * spent / max(1, count), 3)}
    memory = {"peak_mb": peak(), "grown_mb": peak() - at_first}
    sys.stdout.write(json.dumps({"process": asked.only, "mails": count, "bad": bad, **figures, **memory}) + "\n")
    return 0


def judged(raw: bytes) -> tuple[float, list[str]]:
    """CPU seconds that a mail took, and what was wrong."""
    if signal.getsignal(signal.SIGPROF) is _too_slow:
        signal.setitimer(signal.ITIMER_PROF, SLOWEST)
    began = time.process_time()
    try:
        faults = mutations.faults(parse_mail(raw))
    except TooSlow:
        faults = ["too slow"]
    except Exception as error:
        faults = [f"raised {type(error).__name__}: {error}"]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - began, faults


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow


def peak() -> int:
    """MB of memory this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def keep(raw: bytes, faults: list[str]) -> None:
    """The smallest mail that still does it, as a file whose path is told."""
    small = smaller(raw, lambda part: judged(part)[1][:1] == faults[:1])
    folder = Path(tempfile.mkdtemp(prefix="supportdesk-fuzz-"))
    path = folder / "bad.eml"
    path.write_bytes(small)
    sys.stdout.write(f"{path} ({len(small)} of {len(raw)} bytes): {'; '.join(faults[:3])[:300]}\n")
    sys.stdout.flush()


def smaller(raw: bytes, still: Callable[[bytes], bool]) -> bytes:
    """``raw`` without what does not matter, as far as ``SMALLER`` seconds go."""
    until = time.monotonic() + SMALLER
    step = max(1, len(raw) // 2)
    while step:
        for start in _starts(len(raw), step):
            if time.monotonic() > until:
                return raw
            shorter = raw[:start] + raw[start + step :]
            if still(shorter):
                raw = shorter
        step //= 2
    return raw


def _starts(length: int, step: int) -> Iterator[int]:
    yield from range((length - 1) // step * step, -1, -step)


def guided(asked: argparse.Namespace) -> int:
    """One process under libFuzzer, which keeps what reaches new code and changes it further. Ends the process."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["supportdesk.domain"]):
        for name in [name for name in sys.modules if name.startswith("supportdesk.domain")]:
            del sys.modules[name]
        for name in ("parse", "reply", "quotes", "html", "bounce", "tnef", "dates", "addresses"):
            importlib.import_module(f"supportdesk.domain.mail.{name}")
    parse = sys.modules["supportdesk.domain.mail.parse"].parse_mail
    known = mutations.seeds()
    seen = {"count": 0, "slowest": 0.0}
    until = time.monotonic() + asked.seconds

    def one(raw: bytes) -> None:
        began = time.process_time()
        faults = mutations.faults(parse(raw))
        took = time.process_time() - began
        seen["slowest"] = max(seen["slowest"], took)
        seen["count"] += 1
        if took > GUIDED_SLOWEST:
            faults.append(f"{took:.1f} s")
        if faults:
            raise AssertionError("; ".join(faults))
        if seen["count"] >= asked.mails or time.monotonic() > until:
            _guided_end(asked.only, int(seen["count"]), seen["slowest"])

    def mutate(raw: bytes, largest: int, seed: int) -> bytes:
        chance = random.Random(seed)  # noqa: S311  # libFuzzer's, to be repeated
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(raw, largest))
        changed = bytearray(raw)
        mutations.damage(changed, chance, known)
        return bytes(changed[:largest])

    folder = Path(tempfile.mkdtemp(prefix="supportdesk-fuzz-"))
    (folder / "found").mkdir()
    sources = [str(path) for path in (mutations.OWN, mutations.CORPUS) if path.is_dir()]
    limits = [f"-timeout={HANGS}", f"-rss_limit_mb={GUIDED_PROCESS}"]
    options = [f"-seed={asked.seed % 2**31}", f"-artifact_prefix={folder}/", "-max_len=200000", "-verbosity=0"]
    atheris.Setup(["fuzz", *limits, *options, str(folder / "found"), *sources], one, custom_mutator=mutate)
    atheris.Fuzz()
    return 0


def _guided_end(number: int, count: int, slowest: float) -> None:
    report = {
        "process": number,
        "guided": True,
        "mails": count,
        "bad": 0,
        "slowest_s": round(slowest, 3),
        "peak_mb": peak(),
    }
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()
    os._exit(0)  # libFuzzer has no way to be told that it is enough


if __name__ == "__main__":
    sys.exit(main())
