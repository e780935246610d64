"""What one run of the benchmarks measures on."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.desks import AGENT, Generated, environ, program


@dataclass(frozen=True, slots=True)
class Setting:
    """``runs``: rounds of whatever starts a program. ``postgres``: the same desk there, if asked for."""

    desk: Generated
    home: Path  # of the programs that are measured
    scratch: Path
    runs: int
    quick: bool
    postgres: Generated | None = None

    @property
    def environ(self) -> dict[str, str]:
        return environ(self.home)

    def command(self, *arguments: str, url: str = "") -> tuple[str, ...]:
        """A command line of the program at the desk, as the agent."""
        return (*program(), *self.arguments(*arguments, url=url))

    def arguments(self, *arguments: str, url: str = "") -> tuple[str, ...]:
        return ("--store", url or self.desk.url, "--agent", AGENT, *arguments)

    def times(self, many: int, few: int) -> int:
        """How often to repeat something that costs little."""
        return few if self.quick else many
