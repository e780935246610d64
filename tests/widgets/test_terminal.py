import os

from supportdesk.widgets.terminal import Forgetful


def test_what_nobody_reads_is_forgotten() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", closefd=False) as file:
        forgetful = Forgetful(file)
        forgetful.write("x" * 100_000)
        forgetful.flush()
        assert forgetful.fileno() == writing
        assert not forgetful.isatty()
        os.dup2(os.open(os.devnull, os.O_WRONLY), writing)
    os.close(writing)
