"""Measured figures: their statistics, their budgets, and the table they are shown in."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from rich.cells import cell_len, set_cell_size

COLUMNS = 6
NUMBERS = (2, 3)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. Without a budget it only informs."""

    group: str
    name: str
    value: float
    unit: str  # "ms", "B", "MB", "x" (a ratio), "/s", …
    budget: float | None = None
    at_least: bool = False  # the budget is a lower bound
    note: str = ""

    @property
    def over(self) -> bool:
        if self.budget is None:
            return False
        return self.value < self.budget if self.at_least else self.value > self.budget

    @property
    def verdict(self) -> str:
        return "" if self.budget is None else "over" if self.over else "ok"


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least ``share`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def interleaved(measures: Sequence[Callable[[], float]], runs: int) -> list[list[float]]:
    """Values of each measure over ``runs`` rounds, in turn, so that a busy moment of the machine meets all alike."""
    found: list[list[float]] = [[] for _ in measures]
    for _ in range(runs):
        for values, measure in zip(found, measures, strict=True):
            values.append(measure())
    return found


def milliseconds(seconds: Iterable[float]) -> list[float]:
    return [value * 1000 for value in seconds]


def spread(values: Sequence[float]) -> str:
    """Lowest, median and highest, for a note."""
    return f"{min(values):.0f} / {median(values):.0f} / {max(values):.0f}"


def as_json(figures: Iterable[Figure]) -> list[dict[str, object]]:
    return [{**asdict(figure), "verdict": figure.verdict} for figure in figures]


def shown(figures: Sequence[Figure]) -> str:
    """The table, as text: group, name, measured, budget, verdict, note."""
    rows = [
        [figure.group, figure.name, _number(figure.value, figure.unit), _budget(figure), figure.verdict, figure.note]
        for figure in figures
    ]
    for this, before in zip(rows[:0:-1], rows[-2::-1], strict=True):
        this[0] = "" if this[0] == before[0] else this[0]
    widths = [max(cell_len(row[column]) for row in rows) for column in range(COLUMNS)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True)]
    for column in NUMBERS:
        cells[column] = row[column].rjust(widths[column])
    return "  ".join(cells).rstrip()


def _budget(figure: Figure) -> str:
    if figure.budget is None:
        return ""
    return f"{'>=' if figure.at_least else '<='} {_number(figure.budget, figure.unit)}"


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 1000 or unit in ("B", "/s") else 2 if unit == "x" else 1
    return f"{value:,.{digits}f} {unit}"
