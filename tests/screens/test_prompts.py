"""One line to type in: what Enter takes, when it refuses, what it says meanwhile."""

import threading
from collections.abc import Sequence

import pytest
from textual.app import App
from textual.pilot import Pilot

from supportdesk.domain.errors import Invalid
from supportdesk.screens.prompts import Choice, Prompt
from tests.screens.ticket_console import TicketConsole, burst, shown, until
from tests.screens.ticket_desk import Seeded

AGENTS = (Choice("alice", "alice", "Alice Kim"), Choice("bob", "bob", "Bob Park"), Choice("minsu", "minsu", "김민수"))


def checked(text: str) -> str:
    if not text.isdecimal():
        raise Invalid("{text} is no number.", text=text)
    return f"the number {text}"


async def asked(pilot: Pilot[None], app: App[None], prompt: Prompt) -> list[str | None]:
    """What the prompt answers is put in here."""
    answers: list[str | None] = []
    await app.push_screen(prompt, answers.append)
    await pilot.pause()
    return answers


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("\n", "alice"), ("bo\n", "bob"), ("park\n", "bob"), ("김민\n", "minsu"), ("ㄱㅁㅅ\n", "minsu")],
)
async def test_a_few_letters_choose(seeded: Seeded, typed: str, answer: str) -> None:
    app = TicketConsole(seeded)
    async with app.run_test() as pilot:
        answers = await asked(pilot, app, Prompt("Assign", choices=AGENTS))
        burst(app, typed)
        await until(pilot, lambda: answers == [answer])


async def test_what_is_not_there_is_not_taken(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test() as pilot:
        answers = await asked(pilot, app, Prompt("Assign", choices=AGENTS))
        burst(app, "zz\n")
        await until(pilot, lambda: "Nothing is called zz." in shown(app))
        assert answers == []
        await pilot.press("escape")
        await until(pilot, lambda: answers == [None])


async def test_free_text_is_explained_while_typed_and_refused_while_wrong(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test() as pilot:
        answers = await asked(pilot, app, Prompt("Number", free=True, check=checked))
        burst(app, "4x\n")
        await until(pilot, lambda: "4x is no number." in shown(app))
        assert answers == []
        await pilot.press("backspace", "2")
        await until(pilot, lambda: "the number 42" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: answers == ["42"])


async def test_enter_before_the_choices_are_loaded_waits_for_them(seeded: Seeded) -> None:
    may_load = threading.Event()

    def load(_desk: object) -> Sequence[Choice]:
        may_load.wait(5)
        return AGENTS

    app = TicketConsole(seeded)
    async with app.run_test() as pilot:
        answers = await asked(pilot, app, Prompt("Assign", load=load))
        burst(app, "bob\n")
        await pilot.pause()
        assert answers == []
        may_load.set()
        await until(pilot, lambda: answers == ["bob"])


async def test_the_arrows_move_and_tab_completes(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test() as pilot:
        answers = await asked(pilot, app, Prompt("Assign", choices=AGENTS))
        await pilot.press("down", "tab")
        assert "bob" in shown(app).splitlines()[-1]
        await pilot.press("enter")
        await until(pilot, lambda: answers == ["bob"])
