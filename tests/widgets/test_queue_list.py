"""The queue on screen: what a key repaints, what it asks for, what never moves."""

import dataclasses
from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from supportdesk.domain.ticket import State
from supportdesk.widgets.queue_list import QueueList
from supportdesk.widgets.window import PAGE, Ask
from tests.widgets.test_window import AT, answer, row


class ListApp(App[None]):
    """A list over a queue of numbers; pages arrive when ``serve`` is called."""

    def __init__(self, queue: Sequence[int]) -> None:
        super().__init__()
        self.queue = list(queue)
        self.asks: list[Ask] = []
        self.cursors: list[int | None] = []
        self.opened = 0
        self.list = QueueList()
        self.list.now = AT

    def compose(self) -> ComposeResult:
        yield self.list

    def on_queue_list_page_wanted(self, event: QueueList.PageWanted) -> None:
        self.asks.append(event.ask)

    def on_queue_list_cursor_moved(self, event: QueueList.CursorMoved) -> None:
        self.cursors.append(event.row.number if event.row else None)

    def on_queue_list_opened(self) -> None:
        self.opened += 1

    def lines(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips()]


async def serve(pilot: Pilot[None], app: ListApp) -> None:
    """Answer every page that is wanted, until there is enough."""
    await pilot.pause()
    while app.asks:
        ask = app.asks.pop(0)
        app.list.accept(ask, answer(app.queue, ask))
        await pilot.pause()


@pytest.fixture
def repainted(monkeypatch: pytest.MonkeyPatch) -> list[Region]:
    """Regions the list asks to repaint; an empty one stands for all of it."""
    regions: list[Region] = []
    refresh = QueueList.refresh

    def noting(self: QueueList, *some: Region, **options: bool) -> QueueList:
        regions.extend(some or [Region()])
        return refresh(self, *some, **options)

    monkeypatch.setattr(QueueList, "refresh", noting)
    return regions


async def test_down_repaints_the_two_lines_it_changes(repainted: list[Region]) -> None:
    app = ListApp(range(10, 310))
    async with app.run_test(size=(80, 20)) as pilot:
        await serve(pilot, app)
        repainted.clear()
        app.list.move(1)
        assert repainted == [Region(0, 0, 80, 1), Region(0, 1, 80, 1)]
        await pilot.pause()
        assert [line[0] for line in app.lines()[:3]] == [" ", ">", " "]
        assert app.cursors[-1] == 11


async def test_a_line_is_written_in_few_pieces() -> None:
    app = ListApp(range(10, 310))
    async with app.run_test(size=(80, 20)) as pilot:
        await serve(pilot, app)
        strips = [app.list.render_line(y) for y in range(20)]
        assert max(len(list(strip)) for strip in strips) <= 4
        assert {strip.cell_length for strip in strips} == {80}


async def test_the_next_page_is_asked_for_before_the_edge_and_the_list_waits_for_nothing() -> None:
    app = ListApp(range(10, 5_010))
    async with app.run_test(size=(80, 20)) as pilot:
        await serve(pilot, app)
        loaded = app.list.window.end
        while not app.asks:
            app.list.turn(1)
            await pilot.pause()
        assert app.list.window.top + 20 < loaded, "the page was wanted when its rows were already missing"
        assert loaded == PAGE
        app.list.move(1)
        assert app.list.current == row(10 + app.list.window.cursor)
        await serve(pilot, app)
        assert app.list.window.end == 2 * PAGE


async def test_the_last_ticket_of_a_large_queue_is_one_page_away() -> None:
    app = ListApp(range(1, 100_001))
    async with app.run_test(size=(80, 20)) as pilot:
        await serve(pilot, app)
        app.list.last()
        await pilot.pause()
        assert len(app.asks) == 1
        await serve(pilot, app)
        assert app.list.current == row(100_000)
        app.list.first()
        await serve(pilot, app)
        assert app.list.current == row(1)


async def test_a_change_by_somebody_else_repaints_its_line_alone(repainted: list[Region]) -> None:
    app = ListApp(range(10, 310))
    async with app.run_test(size=(80, 20)) as pilot:
        await serve(pilot, app)
        repainted.clear()
        app.list.show_rows({13: dataclasses.replace(row(13), state=State.SOLVED), 200: row(200, "off the screen")})
        app.list.show_membership([], among=[13])
        await pilot.pause()
        assert set(repainted) == {Region(0, 3, 80, 1)}
        assert "solved" in app.lines()[3]
        assert app.list.window.cursor == 0


async def test_marks_are_seen_and_ranges_join_them() -> None:
    app = ListApp(range(10, 310))
    async with app.run_test(size=(80, 20)) as pilot:
        await serve(pilot, app)
        app.list.move(2)
        app.list.toggle_mark()
        app.list.move(3)
        app.list.mark_range()
        await pilot.pause()
        assert app.list.marked == {12, 13, 14, 15, 16}
        assert [line[1] for line in app.lines()[:8]] == [" ", " ", "*", "*", "*", "*", "*", " "]
        app.list.unmark()
        await pilot.pause()
        assert not any(line[1] == "*" for line in app.lines())


async def test_a_click_moves_the_cursor_and_a_second_one_opens() -> None:
    app = ListApp(range(10, 310))
    async with app.run_test(size=(80, 20)) as pilot:
        await serve(pilot, app)
        await pilot.click(QueueList, offset=(10, 4))
        assert app.list.current == row(14)
        assert app.opened == 0
        await pilot.click(QueueList, offset=(10, 4))
        await pilot.pause()
        assert app.opened == 1


async def test_the_wheel_scrolls_and_the_edge_shows_where() -> None:
    app = ListApp(range(10, 310))
    async with app.run_test(size=(80, 20)) as pilot:
        await serve(pilot, app)
        app.list.scroll_lines(3)
        await pilot.pause()
        assert app.list.window.top == 3
        assert app.list.current == row(13)
        thumbs = [y for y in range(20) if app.list._is_thumb(y)]
        assert thumbs == [0]
        app.list.last()
        await serve(pilot, app)
        assert [y for y in range(20) if app.list._is_thumb(y)] == [19]


async def test_a_smaller_terminal_keeps_the_cursor_on_screen() -> None:
    app = ListApp(range(10, 310))
    async with app.run_test(size=(80, 40)) as pilot:
        await serve(pilot, app)
        app.list.move(35)
        await pilot.resize_terminal(80, 12)
        await serve(pilot, app)
        window = app.list.window
        assert window.top <= window.cursor < window.top + 12
        assert any(line.startswith(">") for line in app.lines())
