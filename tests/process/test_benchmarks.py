"""The benchmarks run and tell figures; how good these are depends on the machine and is not asked here."""

import json
import math
import os
import subprocess
import sys

import pytest

from benchmarks import sync
from benchmarks.figures import Figure, percentile
from tests.shape.tree import ROOT

GROUPS = {"first row", "commands", "keys", "reads, SQLite", "console", "bulk", "outgoing"}
if sync.is_possible():
    GROUPS.add("sync")


@pytest.mark.timeout(300)
def test_every_benchmark_tells_figures_of_a_small_desk() -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--tickets", "200", "--runs", "1", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr[-3000:]
    figures = json.loads(done.stdout)
    assert {figure["group"] for figure in figures} == GROUPS
    for figure in figures:
        assert math.isfinite(figure["value"]), figure
        # a single short run may see no stall, and no key that was followed by a preview
        assert figure["value"] > 0 or "stall" in figure["name"] or "preview" in figure["name"], figure
    over = any(figure["verdict"] == "over" for figure in figures)
    assert done.returncode == (1 if over else 0)


@pytest.mark.parametrize(
    ("value", "budget", "at_least", "verdict"),
    [(5, 5, False, "ok"), (6, 5, False, "over"), (5, 6, True, "over"), (6, 6, True, "ok"), (9, None, False, "")],
)
def test_a_figure_is_held_against_its_budget(value: float, budget: float | None, at_least: bool, verdict: str) -> None:
    assert Figure("group", "name", value, "ms", budget, at_least=at_least).verdict == verdict


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (1.0, 100), (0.0, 1), (0.001, 1)])
def test_a_percentile_is_one_of_the_values(share: float, value: float) -> None:
    assert percentile(range(100, 0, -1), share) == value
