"""What a closed screen has drawn is not kept."""

import gc

from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from supportdesk.widgets.forgetting import forget_closed_widgets


class Page(Screen[None]):
    def compose(self) -> ComposeResult:
        yield Static("\n".join(f"line {n}" for n in range(40)))

    def key_q(self) -> None:
        self.dismiss()


class Book(App[None]):
    def key_enter(self) -> None:
        self.push_screen(Page())


def drawn() -> int:
    gc.collect()
    return sum(type(each) is Strip for each in gc.get_objects())


async def test_screens_opened_and_closed_leave_nothing_behind() -> None:
    forget_closed_widgets()
    async with Book().run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "q")
        before = drawn()
        for _ in range(5):
            await pilot.press("enter", "q")
        assert drawn() - before < 24
