"""The queue at a real desk: what is seen first, verbs by key, other agents' changes, undo."""

import functools
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from supportdesk.config import Config
from supportdesk.desk import conversation, queue, tickets, triage
from supportdesk.desk.conversation import NewTicket
from supportdesk.desk.desk import Desk
from supportdesk.domain.message import Address, Direction
from supportdesk.domain.ticket import Priority, State, Ticket
from supportdesk.screens.queue import QueueScreen
from supportdesk.screens.ticket import TicketScreen
from tests.screens.queue_desk import burst, console, on_queue, ready, seed_queue, shown, until
from tests.screens.ticket_desk import NOW, Seeded

SIZE = (120, 30)


@pytest.fixture
def numbers(seeded: Seeded) -> tuple[int, ...]:
    return seed_queue(seeded)


async def on_ticket(pilot: Pilot[int], screen: QueueScreen, number: int) -> None:
    screen.list.follow(number)
    await pilot.pause()


def row_of(screen: QueueScreen, number: int) -> str:
    """The line of a ticket as it is on screen."""
    index = screen.list.window.index(number)
    assert index is not None
    return screen.list.render_line(index - screen.list.window.top).text


async def test_the_first_tickets_are_on_screen_and_move_before_the_desk_is_open(
    seeded: Seeded, numbers: tuple[int, ...]
) -> None:
    may_open = threading.Event()

    def connect(_config: Config) -> Desk:
        may_open.wait(5)
        return seeded.alice

    app = console(seeded, connect=connect)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on_queue(app).list.window.loaded)
        await pilot.pause()
        assert "Printer prints blank pages" in shown(app)
        assert "Acme Support" in shown(app)
        await pilot.press("j", "j")
        assert on_queue(app).list.window.cursor == 2
        may_open.set()
        await ready(pilot, app)


async def test_views_show_live_counts_and_keys_go_to_them(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=(160, 30)) as pilot:
        screen = await ready(pilot, app)
        assert re.search(r"Mine +2 ", shown(app))
        burst(app, "gi")
        await until(pilot, lambda: screen.listing.view.key == "mine" and screen.list.window.loaded)
        await pilot.pause()
        assert screen.targets() == (numbers[4],)
        assert screen.list.window.total == 2
        assert "> Mine" in shown(app)
        triage.assign(seeded.bob, numbers[0], "alice")
        await until(pilot, lambda: "1 new ^" in shown(app))
        assert screen.list.window.total == 2, "nothing moves before it is asked for"
        await pilot.press("home")
        await until(pilot, lambda: screen.list.window.total == 3)


@pytest.mark.parametrize("typed", ["gi", "햐", "ㅎㅑ"])
async def test_the_hangul_ime_may_stay_on(seeded: Seeded, numbers: tuple[int, ...], typed: str) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        burst(app, typed)
        await until(pilot, lambda: screen.listing.view.key == "mine")


async def test_a_first_stroke_that_waits_lists_what_may_follow(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        await pilot.press("g")
        await until(pilot, lambda: "i my tickets" in shown(app))
        await pilot.press("z")
        await pilot.pause()
        assert "i my tickets" not in shown(app)
        assert screen.listing.view.key == "open"


async def test_assigning_typed_in_one_burst_is_done_and_undone(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        await on_ticket(pilot, screen, numbers[1])
        burst(app, "abob\n")
        await until(pilot, lambda: tickets.ticket(seeded.alice, numbers[1]).ticket.assignee == "bob")
        await until(pilot, lambda: "u undo: assign" in shown(app))
        assert "bob" in row_of(screen, numbers[1])
        await pilot.press("j", "u")
        await until(pilot, lambda: tickets.ticket(seeded.alice, numbers[1]).ticket.assignee == "")
        await until(pilot, lambda: screen.targets() == (numbers[1],))
        assert "bob" not in row_of(screen, numbers[1])


async def test_a_verb_acts_on_all_marked_with_one_undo(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        before = {n: tickets.ticket(seeded.alice, n).ticket.assignee for n in numbers}
        await on_ticket(pilot, screen, numbers[1])
        await pilot.press("x", "j", "X", "m")
        marked = screen.targets()
        assert len(marked) == 3
        await until(pilot, lambda: {tickets.ticket(seeded.alice, n).ticket.assignee for n in marked} == {"alice"})
        assert "3 marked" in shown(app)
        await pilot.press("u")
        await until(
            pilot,
            lambda: all(tickets.ticket(seeded.alice, n).ticket.assignee == before.get(n, "bob") for n in marked),
        )


async def test_solving_goes_on_to_the_next_and_the_row_waits_to_leave(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        await on_ticket(pilot, screen, numbers[1])
        index = screen.list.window.cursor
        following = screen.list.window.at(index + 1)
        await pilot.press("e")
        await until(pilot, lambda: numbers[1] in screen.list.window.gone)
        assert tickets.ticket(seeded.alice, numbers[1]).ticket.state is State.SOLVED
        assert screen.list.current == following
        assert screen.list.window.index(numbers[1]) == index
        assert "solved" in row_of(screen, numbers[1])
        await pilot.press("ctrl+l")
        await until(pilot, lambda: screen.list.window.index(numbers[1]) is None)
        assert screen.list.current == following


async def test_a_change_by_a_colleague_meanwhile_is_a_conflict_that_is_told(
    seeded: Seeded, numbers: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = console(seeded)
    told: list[str] = []
    monkeypatch.setattr(app, "tell", lambda text, severity="information": told.append(text))
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        monkeypatch.setattr(screen, "feed", lambda events: None)
        await on_ticket(pilot, screen, numbers[1])
        triage.assign(seeded.bob, numbers[1], "bob")
        await pilot.press("m")
        await until(pilot, lambda: bool(told))
        assert f"#{numbers[1]}" in told[0]
        assert tickets.ticket(seeded.alice, numbers[1]).ticket.assignee == "bob"
        await until(pilot, lambda: "bob" in row_of(screen, numbers[1]))


async def test_what_a_colleague_does_is_on_screen_within_a_second(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        assert "!!" not in row_of(screen, numbers[0])
        triage.set_priority(seeded.bob, numbers[0], Priority.URGENT)
        await until(pilot, lambda: "!!" in row_of(screen, numbers[0]))
        cursor = screen.list.current
        conversation.create(
            seeded.bob,
            NewTicket(
                "Fire!", "It burns.", customer=None, address=Address("a@b.example", "Ann"), direction=Direction.IN
            ),
        )
        await until(pilot, lambda: "1 new ^" in shown(app))
        assert "Fire!" not in shown(app)
        assert screen.list.current == cursor
        await pilot.press("home")
        await until(pilot, lambda: "Fire!" in shown(app))
        assert "new ^" not in shown(app)


async def test_narrowing_a_view_and_widening_it_again(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        burst(app, "lfrom:dana\n")
        await until(pilot, lambda: screen.list.window.loaded and screen.list.window.total == 2)
        assert "+ from:dana" in shown(app)
        assert "Printer prints" in shown(app)
        burst(app, "ltag:nobody-has-this\n")
        await pilot.pause()
        await until(pilot, lambda: "Esc shows the whole view" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: screen.list.window.total == 7)


async def test_an_empty_view_says_why_and_what_to_press(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        triage.take(seeded.alice, [*numbers, seeded.refund])
        burst(app, "gu")
        await until(pilot, lambda: "Everything is assigned. ga shows all open tickets." in shown(app))


COMMANDS: dict[str, Callable[[Ticket], bool]] = {
    "assign bob": lambda ticket: ticket.assignee == "bob",
    "priority low": lambda ticket: ticket.priority is Priority.LOW,
    "state waiting": lambda ticket: ticket.state is State.PENDING,
    "team billing": lambda ticket: ticket.team == "Billing",
    "tags vip refund": lambda ticket: set(ticket.tags) == {"vip", "refund"},
    "tags -vip": lambda ticket: ticket.tags == ("refund",),
    "rename 프린터": lambda ticket: ticket.subject == "프린터",
    "take": lambda ticket: ticket.assignee == "alice",
    "snooze 2h": lambda ticket: ticket.snoozed_until == NOW + timedelta(hours=2),
}


def _is_so(holds: Callable[[Ticket], bool], desk: Desk, number: int) -> bool:
    return holds(tickets.ticket(desk, number).ticket)


async def test_the_command_line_runs_verbs_with_their_arguments(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        for command, holds in COMMANDS.items():
            await on_ticket(pilot, screen, numbers[1])
            burst(app, f":{command}\n")
            await until(pilot, functools.partial(_is_so, holds, seeded.alice, numbers[1]))
            await until(pilot, lambda: app.screen is screen and not app.verbs.locked())


async def test_a_number_on_the_command_line_opens_that_ticket(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        burst(app, f":{seeded.earlier[0]}\n")
        await until(pilot, lambda: isinstance(app.screen, TicketScreen))
        assert isinstance(app.screen, TicketScreen)
        assert app.screen.number == seeded.earlier[0]


async def test_a_command_that_means_nothing_is_told(
    seeded: Seeded, numbers: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = console(seeded)
    told: list[str] = []
    monkeypatch.setattr(app, "tell", lambda text, severity="information": told.append(text))
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        for command in ("snooze someday", "zzqq", "priority huge"):
            burst(app, f":{command}\n")
            await pilot.pause()
            await until(pilot, lambda: isinstance(app.screen, QueueScreen))
        await until(pilot, lambda: len(told) == 3)
        assert "someday" in told[0]
        assert "zzqq" in told[1]
        assert "huge" in told[2]


async def test_reading_on_follows_the_queue_and_returns_where_it_stopped(
    seeded: Seeded, numbers: tuple[int, ...]
) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        first = screen.list.window.at(0)
        third = screen.list.window.at(2)
        assert first is not None
        assert third is not None
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TicketScreen) and app.screen.page is not None)
        assert isinstance(app.screen, TicketScreen)
        assert app.screen.number == first.number
        await pilot.press("J", "J")
        assert app.screen.number == third.number
        await pilot.press("q")
        await until(pilot, lambda: app.screen is screen)
        assert screen.targets() == (third.number,)


async def test_a_verb_is_repeated_on_another_ticket(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        await on_ticket(pilot, screen, numbers[0])
        burst(app, "plow\n")
        await until(pilot, lambda: tickets.ticket(seeded.alice, numbers[0]).ticket.priority is Priority.LOW)
        await until(pilot, lambda: app.done is not None)
        await on_ticket(pilot, screen, numbers[1])
        await pilot.press("full_stop")
        await until(pilot, lambda: tickets.ticket(seeded.alice, numbers[1]).ticket.priority is Priority.LOW)


async def test_marking_by_query_and_sorting(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        burst(app, "*grade:gold\n")
        await until(pilot, lambda: screen.targets() == tuple(sorted((numbers[0], numbers[5]))))
        await pilot.press("escape")
        assert len(screen.targets()) == 1
        burst(app, ":sort -number\n")
        await until(pilot, lambda: screen.list.window.loaded and screen.targets() == (max(numbers),))
        assert "sort: -number" in shown(app)


async def test_the_help_shows_the_keys_in_force(seeded: Seeded, numbers: tuple[int, ...], tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text('[ticket]\nassign = "Z"\nmerge = "f4"\n', encoding="utf-8")
    app = console(seeded, keys)
    async with app.run_test(size=(120, 60)) as pilot:
        await ready(pilot, app)
        await pilot.press("question_mark")
        await until(pilot, lambda: "Assign to me" in shown(app))
        lines = shown(app).splitlines()
        assert any("  Z            Assign" in line for line in lines)
        assert any("  F4           Merge" in line for line in lines)
        assert not any("Follow" in line for line in lines), "a verb that does nothing here is not shown"
        await pilot.press("q", "Z")
        await until(pilot, lambda: "Alice Kim" in shown(app) and "nobody" in shown(app))


async def test_present_colleagues_are_seen_in_the_queue(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    from supportdesk.desk import presence

    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        presence.touch(seeded.bob, numbers[0], "replying")
        await until(pilot, lambda: "bob.." in row_of(screen, numbers[0]))


async def test_the_preview_follows_the_cursor_when_it_rests(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, app)
        await on_ticket(pilot, screen, numbers[1])
        await until(pilot, lambda: "Since the update every page is blank." in shown(app))
        assert f"#{numbers[1]}  Printer prints blank pages" in shown(app)


async def test_leaving_asks_nothing(seeded: Seeded, numbers: tuple[int, ...]) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0
    assert queue.rows(seeded.alice, [numbers[0]])
