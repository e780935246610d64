"""The first line says what is wrong, and what is right quietly."""

import pytest
from textual.app import App, ComposeResult

from supportdesk.widgets.status_bar import StatusBar

CALM = {"desk": "Acme Support", "agent": "Alice Kim", "workers": 3, "clock": "09:42"}


class BarApp(App[None]):
    def compose(self) -> ComposeResult:
        yield StatusBar()


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({}, "workers 3 ok   unsent 0   09:42"),
        ({"workers": 0}, "no worker   unsent 0"),
        ({"failing": ("support", "kakao")}, "support, kakao stopped"),
        ({"unsent": 2}, "unsent 2   09:42"),
        ({"unsent": 2, "failed": 1}, "unsent 2, 1 failed"),
        ({"lost": True}, "the store does not answer"),
        ({"workers": None}, "Alice Kim   09:42"),
    ],
)
async def test_it_says_how_the_desk_is(facts: dict[str, object], shown: str) -> None:
    app = BarApp()
    async with app.run_test(size=(100, 3)):
        bar = app.query_one(StatusBar)
        bar.show(**(CALM | facts))
        line = bar.render().plain
        assert line.startswith(" supportdesk  Acme Support")
        assert shown in line
        assert len(line) == 99


async def test_on_a_narrow_terminal_the_desk_and_the_facts_stay() -> None:
    app = BarApp()
    async with app.run_test(size=(60, 3)):
        bar = app.query_one(StatusBar)
        bar.show(**CALM)
        assert bar.render().plain.startswith(" Acme Support")
        assert "workers 3 ok" in bar.render().plain
