"""Tests of ``supportdesk init``."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from supportdesk.config import load
from supportdesk.paths import paths
from tests.services.stores import PostgresStores

if TYPE_CHECKING:
    from tests.commands.conftest import Program

FLAGS = ["--agent", "carol", "--name", "캐롤", "--email", "carol@acme.example", "--team", "Billing", "--desk", "Acme"]


@pytest.fixture
def nowhere(program: "Program", tmp_path: Path) -> "Program":
    """The program before there is a desk."""
    program.url = f"sqlite:///{tmp_path}/new/desk.db"
    return program


def test_a_desk_is_made_and_once_more_changes_nothing(nowhere: "Program") -> None:
    made = nowhere.json("init", *FLAGS, agent="")
    assert made == {"desk": "Acme", "store": nowhere.url, "agents": ["carol"], "teams": ["Billing"]}
    agents = nowhere.json("agent", "list", agent="carol")
    assert [(row["name"], row["email"], row["teams"]) for row in agents] == [
        ("캐롤", "carol@acme.example", ["Billing"])
    ]
    again = nowhere.json("init", *FLAGS[:-1], "Another name", agent="")
    assert again == made
    assert nowhere.json("agent", "list", agent="carol") == agents
    assert not paths().config.exists(), "flags are not choices to be kept"


def test_a_desk_is_made_on_postgres(program: "Program", postgres_stores: PostgresStores) -> None:
    program.url = postgres_stores.empty()
    program.ok("init", *FLAGS, agent="")
    assert program.json("ticket", "list", agent="carol") == []


def test_without_a_terminal_nobody_is_asked(nowhere: "Program") -> None:
    done = nowhere.ok("init", agent="")
    assert "supportdesk agent add" in done.err
    assert nowhere.json("agent", "list") == []


def test_a_name_without_its_agent_is_refused(nowhere: "Program") -> None:
    done = nowhere("init", "--name", "Carol", agent="")
    assert done.code == 2 and "--agent" in done.err
    assert not Path(nowhere.url.removeprefix("sqlite:///")).exists()


def test_at_a_terminal_what_is_missing_is_asked_and_kept(nowhere: "Program") -> None:
    answers = "Acme\ncarol\n캐롤\ncarol@acme.example\nBilling, Shipping\n"
    done = nowhere("init", piped=answers, terminal=True, agent="")
    assert done.code == 0, done.err
    assert "Your login" in done.err
    assert "Acme" in done.out and "carol" in done.out
    (agent,) = nowhere.json("agent", "list", agent="carol")
    assert (agent["name"], agent["teams"]) == ("캐롤", ["Billing", "Shipping"])
    kept = load()
    assert (kept.store, kept.agent, kept.agent_is_guess) == (nowhere.url, "carol", False)
    assert paths().config.stat().st_mode & 0o077 == 0


def test_a_config_that_is_there_stays(nowhere: "Program") -> None:
    config = paths().config
    config.parent.mkdir(parents=True)
    config.write_text('language = "en"\n')
    assert nowhere("init", piped="\ncarol\n\n\n\n", terminal=True, agent="").code == 0
    assert config.read_text() == 'language = "en"\n'


def test_a_password_is_not_kept(program: "Program", postgres_stores: PostgresStores) -> None:
    program.url = postgres_stores.empty().replace("postgres@", "postgres:geheim@")
    done = program("init", piped="\ncarol\n\n\n\n", terminal=True, agent="")
    assert done.code == 0, done.err
    assert "geheim" not in done.out + done.err
    assert not paths().config.exists()
