"""From a key to the last byte it paints, in the console on the large desk."""

from collections.abc import Iterator, Sequence
from statistics import mean, median

from benchmarks.figures import Figure, milliseconds, percentile
from benchmarks.first_row import until_ready
from benchmarks.setting import Setting
from benchmarks.terminal import Painted, Terminal

DOWN, PAGE_DOWN, HOME, END, ENTER, BACK = b"\x1b[B", b"\x1b[6~", b"\x1b[H", b"\x1b[F", b"\r", b"q"
REPEAT = 0.035
"""Seconds between two keys that are held down, as keyboards repeat them."""


def measure(setting: Setting) -> Iterator[Figure]:
    with Terminal(setting.command(), setting.environ) as terminal:
        until_ready(terminal, setting)
        yield from _down(terminal, setting.times(300, 12))
        yield from _median("down, with the preview after it", _rested(terminal, [DOWN] * setting.times(15, 2)))
        yield from _median("PgDn", _rested(terminal, [PAGE_DOWN] * setting.times(30, 2)))
        yield from _median("End, Home", _rested(terminal, [END, HOME] * setting.times(8, 1)))
        yield from _median("open a ticket", [_opened(terminal) for _ in range(setting.times(15, 2))])


def _down(terminal: Terminal, times: int) -> Iterator[Figure]:
    held = [painted for _ in range(times) if (painted := terminal.press(DOWN, quiet=REPEAT)).size]
    times_ms, sizes = milliseconds(each.seconds for each in held), [each.size for each in held]
    yield Figure("keys", "down, held: median", median(times_ms), "ms", 5)
    yield Figure("keys", "down, held: p95", percentile(times_ms, 0.95), "ms", 15, note=f"worst {max(times_ms):.0f} ms")
    yield Figure(
        "keys", "down, held: bytes", median(sizes), "B", 600, note=f"mean {mean(sizes):.0f} B, turns of the screen too"
    )


def _rested(terminal: Terminal, keys: Sequence[bytes]) -> list[Painted]:
    """The first burst after each key; what the cursor's rest brings after it is read, but not counted."""
    found = []
    for key in keys:
        found.append(terminal.press(key))
        terminal.settle(0.4)
    return found


def _opened(terminal: Terminal) -> Painted:
    terminal.press(DOWN)
    terminal.settle(0.4)
    painted = terminal.press(ENTER, quiet=0.12)
    terminal.settle(0.4)
    terminal.press(BACK)
    terminal.settle(0.4)
    return painted


def _median(name: str, found: Sequence[Painted]) -> Iterator[Figure]:
    """Nothing where no key had an effect, as in a queue shorter than the screen."""
    painted = [each for each in found if each.size]
    times, sizes = milliseconds(each.seconds for each in painted), [each.size for each in painted]
    if painted:
        note = f"p95 {percentile(times, 0.95):.0f} ms, {median(sizes):,.0f} B"
        yield Figure("keys", name, median(times), "ms", note=note)
