"""The console with a watch on its event loop: ``python -m benchmarks.watched REPORT ARGUMENT…``.

Every time the loop was busy for longer than a few milliseconds, a line goes to REPORT: the monotonic time, and the
seconds a timer came late.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import TextIO

BEAT = 0.005
WORTH_A_LINE = 0.002


class WatchedLoop(asyncio.SelectorEventLoop):
    """Beats, and reports the beats that came late."""

    report: TextIO

    def run_forever(self) -> None:
        self._beat(time.monotonic())
        super().run_forever()

    def _beat(self, due: float) -> None:
        now = time.monotonic()
        if now - due > WORTH_A_LINE:
            self.report.write(f"{now} {now - due}\n")
        self.call_later(BEAT, self._beat, now + BEAT)


class WatchedPolicy(asyncio.DefaultEventLoopPolicy):
    """Gives every thread a watched loop."""

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return WatchedLoop()


def main() -> int:
    from supportdesk.cli import run

    with Path(sys.argv[1]).open("w", buffering=1, encoding="utf-8") as WatchedLoop.report:
        asyncio.set_event_loop_policy(WatchedPolicy())
        return run(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
