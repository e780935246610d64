"""What the console looks like, at three sizes, in both languages."""

from collections.abc import Iterator

import pytest
from textual.pilot import Pilot

from supportdesk import i18n
from supportdesk.app import DeskApp
from supportdesk.i18n import _
from supportdesk.screens.queue import QueueScreen
from supportdesk.widgets.preview import Preview
from tests.screens.frames import assert_frame
from tests.screens.queue_desk import burst, console, ready, seed_queue, until
from tests.screens.ticket_desk import Seeded

SIZES = ((80, 24), (120, 40), (200, 60))


@pytest.fixture(params=["en", "ko"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    code = str(request.param)
    before = i18n.language()
    i18n.set_language(code)
    if code != i18n.ENGLISH and _("Assign to me") == "Assign to me":
        i18n.set_language(before)
        pytest.skip(f"the catalogue for {code} is not translated yet")
    yield code
    i18n.set_language(before)


async def at_rest(pilot: Pilot[int], app: DeskApp) -> QueueScreen:
    """Counts, workers and, where there is one, the preview are on screen."""
    screen = await ready(pilot, app)
    await until(pilot, lambda: screen.query_one("#bar").status.workers is not None)  # type: ignore[attr-defined]
    preview = screen.query_one(Preview)
    await until(pilot, lambda: not preview.display or bool(preview.messages))
    await pilot.pause()
    return screen


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_queue(seeded: Seeded, language: str, size: tuple[int, int]) -> None:
    seed_queue(seeded)
    app = console(seeded)
    async with app.run_test(size=size) as pilot:
        await at_rest(pilot, app)
        assert_frame(app, f"queue-{size[0]}x{size[1]}-{language}")


async def test_the_help(seeded: Seeded, language: str) -> None:
    app = console(seeded)
    async with app.run_test(size=(120, 40)) as pilot:
        await at_rest(pilot, app)
        await pilot.press("question_mark")
        await pilot.pause()
        assert_frame(app, f"help-120x40-{language}")


async def test_a_prompt_over_the_queue(seeded: Seeded, language: str) -> None:
    seed_queue(seeded)
    app = console(seeded)
    async with app.run_test(size=(80, 24)) as pilot:
        await at_rest(pilot, app)
        burst(app, "bmon 9")
        await pilot.pause()
        await pilot.pause()
        assert_frame(app, f"snooze-80x24-{language}")


async def test_an_empty_view(seeded: Seeded, language: str) -> None:
    app = console(seeded)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await at_rest(pilot, app)
        burst(app, "gi")
        await until(pilot, lambda: screen.listing.view.key == "mine" and screen.list.window.loaded)
        await pilot.pause()
        assert_frame(app, f"empty-80x24-{language}")
