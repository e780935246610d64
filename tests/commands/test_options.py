"""Tests of what commands have in common."""

import getpass
from collections.abc import Callable
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result

from supportdesk.commands.group import share_options
from supportdesk.commands.options import (
    ALL,
    chosen_config,
    json_option,
    limit_option,
    with_desk,
    with_reading_desk,
    with_system_desk,
)
from supportdesk.desk.desk import found_desk, open_desk
from supportdesk.desk.people import add_agent
from supportdesk.domain.errors import NotFound, Unreachable

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk


@pytest.fixture
def store(fresh_sqlite: Callable[[], str]) -> str:
    """A desk with the agent alice."""
    url = fresh_sqlite()
    desk = open_desk(url)
    found_desk(desk, "Acme")
    add_agent(desk, "alice", "Alice", "alice@acme.example")
    desk.close()
    return url


@click.command()
@json_option
@limit_option
@with_desk
def acting(desk: "Desk", as_json: bool, limit: int) -> None:
    click.echo(f"{desk.actor.name} {as_json} {limit}")


@click.command()
@with_reading_desk
def reading(desk: "Desk") -> None:
    click.echo(desk.actor.name)


@click.command()
@with_system_desk
def serving(desk: "Desk") -> None:
    click.echo(desk.actor.name)


for command in (acting, reading, serving):
    share_options(command)


def invoke(command: click.Command, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_a_command_gets_the_desk_its_agent_and_its_options(store: str) -> None:
    assert invoke(acting, "--store", store, "--agent", "alice").output == "alice False 100\n"
    assert invoke(acting, "--store", store, "--agent", "alice", "--json", "--limit", "5").output == "alice True 5\n"


def test_limit_0_is_all_and_less_is_refused(store: str) -> None:
    assert invoke(acting, "--store", store, "--agent", "alice", "--limit", "0").output == f"alice False {ALL}\n"
    assert invoke(acting, "--store", store, "--limit", "-1").exit_code == 2


def test_an_unknown_agent_is_refused_by_name(store: str) -> None:
    for command in (acting, reading):
        error = invoke(command, "--store", store, "--agent", "bob").exception
        assert isinstance(error, NotFound) and "bob" in str(error)


def test_who_named_no_agent_and_is_none_is_told_how_to(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    error = invoke(acting, "--store", store).exception
    assert isinstance(error, NotFound)
    assert "You are root" in str(error) and "--agent" in str(error)


def test_anyone_may_look_and_an_agent_sees_their_own(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    assert invoke(reading, "--store", store).output == "system\n"
    assert invoke(reading, "--store", store, "--agent", "alice").output == "alice\n"
    monkeypatch.setattr(getpass, "getuser", lambda: "alice")
    assert invoke(reading, "--store", store).output == "alice\n"


def test_the_system_acts_whoever_starts_it(store: str) -> None:
    assert invoke(serving, "--store", store, "--agent", "alice").output == "system\n"


def test_no_desk_is_told(clean_environment: object) -> None:
    error = invoke(serving, "--store", "sqlite:////nowhere/desk.db").exception
    assert isinstance(error, Unreachable)


def test_what_stands_last_wins() -> None:
    @click.group(invoke_without_command=True)
    def outer() -> None:
        return

    @outer.command()
    def inner() -> None:
        click.echo(f"{chosen_config().store} {chosen_config().agent}")

    share_options(outer)
    outer.params += [option for option in inner.params if option.name in ("store", "agent")]
    result = invoke(outer, "--store", "sqlite:////1.db", "--agent", "kim", "inner", "--store", "sqlite:////2.db")
    assert result.output == "sqlite:////2.db kim\n"
