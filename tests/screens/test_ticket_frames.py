"""What the screens that read and answer tickets look like, at three sizes, in both languages."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from textual.app import App
from textual.screen import Screen

from supportdesk import i18n
from supportdesk.screens.customers import CustomersScreen
from supportdesk.screens.search import SearchScreen
from supportdesk.screens.ticket import TicketScreen
from tests.screens.frames import assert_frame
from tests.screens.ticket_console import TicketConsole, press, settle, shown, until
from tests.screens.ticket_desk import Seeded

SIZES = ((80, 24), (120, 40), (200, 60))


@pytest.fixture(params=["en", "ko"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    code = str(request.param)
    if code not in i18n.languages():
        pytest.skip(f"there is no catalogue for {code} yet")
    before = i18n.language()
    i18n.set_language(code)
    yield code
    i18n.set_language(before)


def ticket(seeded: Seeded) -> Screen[None]:
    return TicketScreen(seeded.refund, [*seeded.earlier, seeded.refund])


SHOWN: dict[str, tuple[Callable[[Seeded], Screen[None]], tuple[str, ...], str]] = {
    "ticket": (ticket, (), "영수증.pdf"),
    "unfolded": (ticket, ("o",), "안내드린"),
    "reply": (ticket, ("r", *"안녕하세요"), "김민수   "),
    "note": (ticket, ("n", *"확인 중"), "확인 중"),
    "kept": (ticket, ("r", *"hello", "escape"), ": hello"),
    "canned": (ticket, ("r", *"::"), "{{order.number}}"),
    "sheet": (ticket, ("r", *"hello {{order.number}}", "ctrl+s"), "<minsu@example.com>"),
    "history": (ticket, ("h",), ""),
    "search": (lambda _seeded: SearchScreen("문의"), (), "쿠폰 문의입니다."),
    "customers": (lambda _seeded: CustomersScreen(), (), "Minsu Trading"),
}
"""Name of a frame: the screen, the keys, and what is there when it is complete."""


@pytest.mark.parametrize("name", SHOWN)
async def test_frame(seeded: Seeded, language: str, name: str) -> None:
    make, keys, complete = SHOWN[name]
    app = TicketConsole(seeded, lambda: make(seeded))
    async with app.run_test(size=SIZES[0]) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        await settle(pilot)
        await until(pilot, lambda: complete in shown(app))
        for screen in app.screen_stack:
            if isinstance(screen, TicketScreen):
                screen.save_drafts_now()
                screen.show_draft_status()
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await settle(pilot)
            assert_frame(cast("App[int]", app), f"{name}-{width}x{height}-{language}")
