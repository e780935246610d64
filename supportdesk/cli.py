"""The program ``supportdesk``: from the arguments to an exit code.

Whatever happens, a person reads one sentence; a traceback only ever goes to the log. Nothing is imported
before it is needed, because a shell prompt waits for it.
"""

import gc
import os
import sys
from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING

from supportdesk import __version__

if TYPE_CHECKING:
    from supportdesk.config import Config

FAILED = 1
INTERRUPTED = 128 + 2  # as a shell reports SIGINT
READER_GONE = 128 + 13  # … and SIGPIPE


def main() -> int:
    """Entry point of the installed program."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:  # before click, which costs three times as much as Python's own start
        sys.stdout.write(f"supportdesk {__version__}\n")
        return 0
    return run(arguments)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code of CLI.md. Everything raised has been told to the person."""
    try:
        return _answered(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return INTERRUPTED if _interrupted(error) else _told(error)


def open_console() -> int:
    """Run the console until the agent leaves it; returns its exit code. Raises Invalid where there is no terminal."""
    from supportdesk.commands.options import chosen_config
    from supportdesk.domain.errors import Invalid

    config = chosen_config()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Invalid(
            "The console needs a terminal.", hint="For scripts there are commands: supportdesk --help lists them."
        )
    prepare_terminal(config, os.environ)
    gc.disable()  # a tenth of the time to the first ticket; the app puts it on when all is imported
    from supportdesk.app import run as run_app

    return run_app(config)


def prepare_terminal(config: "Config", environ: MutableMapping[str, str]) -> None:
    """Set what Textual reads when it is imported; what the user set stays.

    Several terminals drop or crash on composed Hangul in Kitty's "report all keys" mode, and animations over SSH
    only cost bytes.
    """
    if not config.kitty_keys:
        environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    if environ.get("SSH_CONNECTION"):
        environ.setdefault("TEXTUAL_ANIMATIONS", "none")


def _answered(arguments: Sequence[str]) -> int:
    _speak()
    import click

    from supportdesk.commands import output
    from supportdesk.commands.root import PROGRAM, root

    try:
        answer = root.main(list(arguments), prog_name=PROGRAM, obj=open_console, standalone_mode=False)
    except click.Abort as error:
        return INTERRUPTED if _interrupted(error) else FAILED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    output.flush()
    return answer if type(answer) is int else 0


def _speak() -> None:
    """Choose the language before anything is worded: click's own sentences, and help texts on import, too."""
    from supportdesk import config, i18n
    from supportdesk.domain.errors import DeskError

    try:
        i18n.set_language(config.load().language)
    except DeskError:
        i18n.set_language("")  # the command that needs the config will say what is wrong with it
    i18n.speak_for_libraries()


def _interrupted(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind ``error``: a driver stopped in mid-statement fails on while it tidies up."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _told(error: Exception) -> int:
    from supportdesk.commands import crash, output
    from supportdesk.domain.errors import DeskError
    from supportdesk.i18n import sentence

    if isinstance(error, output.ReaderGone):
        return READER_GONE
    if isinstance(error, DeskError):
        output.say(sentence(error))
        return error.exit_code
    output.say(crash.report(error))
    return FAILED
