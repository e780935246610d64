"""What a shell prompt waits for."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks.desks import program
from benchmarks.figures import Figure, interleaved, milliseconds, spread
from benchmarks.setting import Setting


def measure(setting: Setting) -> Iterator[Figure]:
    python, version = (sys.executable, "-c", "pass"), (*program(), "--version")
    listing = setting.command("ticket", "list", "--json")
    for command in (python, version, listing):
        _run(setting, command)
    found = interleaved(
        [lambda: _run(setting, python), lambda: _run(setting, version), lambda: _run(setting, listing)],
        setting.runs * 2,
    )
    plain, versions, listings = (milliseconds(seconds) for seconds in found)
    yield Figure("commands", "python -c pass", median(plain), "ms", note=spread(plain))
    yield Figure("commands", "supportdesk --version", median(versions), "ms", note=spread(versions))
    yield Figure("commands", "--version / python", median(versions) / median(plain), "x", 4)
    yield Figure("commands", "ticket list --json", median(listings), "ms", 350, note=spread(listings))


def _run(setting: Setting, command: Sequence[str]) -> float:
    before = time.monotonic()
    subprocess.run(command, env=setting.environ, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - before
