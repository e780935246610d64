"""Tests of commands that are imported when they are used."""

import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from supportdesk.commands.group import Entry, LazyGroup
from supportdesk.commands.options import AGENT, STORE

MODULE = """
import click

@click.group()
def animal(): pass

@animal.command()
@click.pass_context
def cat(ctx):
    click.echo(sorted((key.rpartition(".")[2], value) for key, value in ctx.meta.items() if "supportdesk" in key))

@animal.command()
@click.option("--store")
def dog(store):
    click.echo(f"own {store}")
"""


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LazyGroup:
    """A group with the commands ``animal cat|dog``, and one whose module is not there."""
    (tmp_path / "lazy_animals.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "lazy_animals", raising=False)
    table = {
        "animal": Entry("lazy_animals:animal", "Animals."),
        "plant": Entry("lazy_plants:plant", "Plants."),
    }
    return LazyGroup(name="zoo", table=table)


def test_help_lists_what_is_there_without_importing_it(group: LazyGroup) -> None:
    shown = CliRunner().invoke(group, ["--help"]).output
    assert "animal  Animals." in shown
    assert "plant" not in shown
    assert "lazy_animals" not in sys.modules


def test_what_is_not_there_is_no_command(group: LazyGroup) -> None:
    result = CliRunner().invoke(group, ["plant"])
    assert result.exit_code == 2
    assert "No such command" in result.output


def test_every_command_takes_store_and_agent_after_its_name(group: LazyGroup) -> None:
    result = CliRunner().invoke(group, ["animal", "cat", "--store", "sqlite:////a.db", "--agent", "kim"])
    assert result.output == "[('agent', 'kim'), ('store', 'sqlite:////a.db')]\n"
    assert {STORE, AGENT} == {"supportdesk.store", "supportdesk.agent"}


def test_a_command_keeps_its_own_option_of_that_name(group: LazyGroup) -> None:
    assert CliRunner().invoke(group, ["animal", "dog", "--store", "x", "--agent", "kim"]).output == "own x\n"


def test_a_command_is_loaded_once(group: LazyGroup) -> None:
    context = click.Context(group)
    first = group.get_command(context, "animal")
    assert first is group.get_command(context, "animal")
    assert isinstance(first, click.Group)
    assert [option.name for option in first.commands["cat"].params] == ["store", "agent"]
