"""What commands have in common: which store, which agent, ``--json`` and ``--limit``, and an open desk.

@click.command()
@json_option
@limit_option
@with_desk
def list_views(desk: Desk, as_json: bool, limit: int) -> None: …
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

import click

from supportdesk import config
from supportdesk.domain.errors import NotFound
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., object])

ALL = 2**31 - 1  # what ``--limit 0`` means: more rows than a desk has, and one more still fits 32 bits
STORE, AGENT = "supportdesk.store", "supportdesk.agent"  # in click's meta, shared by a run's contexts


def _remember(key: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    def keep(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
        if value:
            ctx.meta[key] = value

    return keep


SHARED_OPTIONS = (
    click.Option(
        ["--store"],
        metavar="URL",
        expose_value=False,
        callback=_remember(STORE),
        help=_("The store: sqlite:////absolute/path/desk.db or postgresql://user@host/database."),
    ),
    click.Option(
        ["--agent"],
        metavar="LOGIN",
        expose_value=False,
        callback=_remember(AGENT),
        help=_("The agent who acts."),
    ),
)

json_option = click.option("--json", "as_json", is_flag=True, help=_("Print JSON."))


def _all_for_zero(_ctx: click.Context, _parameter: click.Parameter, value: int) -> int:
    return value or ALL


def limited(default: int) -> Callable[[F], F]:
    """An option ``limit`` with a default: at most so many rows, or ``ALL`` where the user wrote 0."""
    return click.option(
        "--limit",
        metavar="N",
        type=click.IntRange(min=0),
        default=default,
        show_default=True,
        callback=_all_for_zero,
        help=_("At most N rows; 0 for all."),
    )


limit_option = limited(100)


def chosen_config() -> config.Config:
    """The config of this run, with ``--store`` and ``--agent`` where they were given."""
    meta = click.get_current_context().meta
    return config.load(store=meta.get(STORE, ""), agent=meta.get(AGENT, ""))


@contextmanager
def system_desk() -> Iterator["Desk"]:
    """The chosen desk, open, with the system acting: for what no agent does."""
    from supportdesk.desk.desk import open_desk
    from supportdesk.store.revision import check_founded

    desk = open_desk(chosen_config().store)
    try:
        check_founded(desk.about.instance, desk.store.url.shown)
        yield desk
    finally:
        desk.close()


@contextmanager
def agent_desk() -> Iterator["Desk"]:
    """The chosen desk, open, with the chosen agent acting. Raises NotFound where there is no such agent."""
    chosen = chosen_config()
    with system_desk() as desk:
        try:
            acting = desk.as_agent(chosen.agent)
        except NotFound as error:
            if not chosen.agent_is_guess:
                raise
            raise NotFound(
                "You are {user} on this machine, and no agent has that login.",
                hint="Say who acts with --agent, SUPPORTDESK_AGENT or agent in config.toml.",
                user=chosen.agent or "?",
            ) from error
        yield acting


@contextmanager
def reading_desk() -> Iterator["Desk"]:
    """The chosen desk for looking only: anyone who may open the store may look, an agent sees their own view."""
    chosen = chosen_config()
    with system_desk() as desk:
        try:
            acting = desk.as_agent(chosen.agent)
        except NotFound:
            if not chosen.agent_is_guess:
                raise
            acting = desk
        yield acting


class DeskOpener(Protocol):
    """Gives a command an open desk as its first argument and closes it afterwards."""

    def __call__(self, command: "Callable[Concatenate[Desk, P], R]", /) -> Callable[P, R]: ...


def _with(opened: "Callable[[], AbstractContextManager[Desk]]") -> DeskOpener:
    def decorator(command: "Callable[Concatenate[Desk, P], R]", /) -> Callable[P, R]:
        @functools.wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with opened() as desk:
                return command(desk, *args, **kwargs)

        return run

    return decorator


with_desk = _with(agent_desk)
with_reading_desk = _with(reading_desk)
with_system_desk = _with(system_desk)
