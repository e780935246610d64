from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from textual.app import App, ComposeResult

from supportdesk.domain.message import Delivery, Direction, Message
from supportdesk.widgets.conversation import AT_ONCE, MAX_TEXT_WIDTH, Conversation
from tests.widgets.test_message_view import MESSAGE, NOW


class Alone(App[None]):
    """A conversation and nothing else."""

    def compose(self) -> ComposeResult:
        yield Conversation(clock=lambda: NOW)


def messages(count: int, lines: int = 1) -> list[Message]:
    text = [f"message {n}" + "\nmore" * (lines - 1) for n in range(1, count + 1)]
    return [replace(MESSAGE, id=n, text=said, reply_text=said) for n, said in enumerate(text, start=1)]


def seen(view: Conversation) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


async def shown(app: Alone, conversation: Sequence[Message]) -> Conversation:
    view = app.query_one(Conversation)
    view.show(conversation)
    await app.workers.wait_for_complete()
    return view


async def test_it_opens_at_the_newest_message() -> None:
    app = Alone()
    async with app.run_test(size=(80, 20)):
        view = await shown(app, messages(40))
        assert seen(view)[-3:-1] == [">  09:40  김민수  customer, e-mail", "   message 40"]


async def test_a_newest_message_longer_than_the_screen_opens_at_its_beginning() -> None:
    app = Alone()
    async with app.run_test(size=(80, 20)):
        view = await shown(app, messages(3, lines=50))
        assert seen(view)[:2] == [">  09:40  김민수  customer, e-mail", "   message 3"]


async def test_next_reads_a_long_message_to_its_end_before_it_goes_on() -> None:
    app = Alone()
    async with app.run_test(size=(80, 20)):
        view = await shown(app, messages(3, lines=50))
        view.first()
        steps = 0
        while view.current == 0:
            view.next()
            steps += 1
        assert 4 <= steps <= 6
        assert seen(view)[0].startswith(">") and seen(view)[1] == "   message 2"


async def test_previous_comes_back_to_the_end_of_a_long_message() -> None:
    app = Alone()
    async with app.run_test(size=(80, 20)):
        view = await shown(app, messages(3, lines=50))
        view.previous()
        assert view.current == 1
        assert seen(view)[-2:] == ["   more", ""]


async def test_the_ends_are_the_ends() -> None:
    app = Alone()
    async with app.run_test(size=(80, 20)):
        view = await shown(app, messages(2))
        view.next()
        assert view.current == 1
        view.first()
        view.previous()
        assert view.current == 0


async def test_what_is_above_is_laid_out_later_and_nothing_moves() -> None:
    app = Alone()
    async with app.run_test(size=(80, 20)):
        view = app.query_one(Conversation)
        view.show(messages(1_000))
        assert len(view._blocks) == AT_ONCE
        before = seen(view)
        await app.workers.wait_for_complete()
        assert len(view._blocks) == 1_000
        assert seen(view) == before
        view.first()
        assert seen(view)[1] == "   message 1"


async def test_a_message_asked_for_is_the_current_one() -> None:
    app = Alone()
    async with app.run_test(size=(80, 20)):
        view = app.query_one(Conversation)
        view.show(messages(1_000), at=3)
        await app.workers.wait_for_complete()
        assert view.current_message is not None and view.current_message.id == 3
        assert "   message 3" in seen(view)


async def test_a_resize_keeps_the_end_in_sight() -> None:
    app = Alone()
    async with app.run_test(size=(80, 30)) as pilot:
        view = await shown(app, messages(60))
        await pilot.resize_terminal(60, 12)
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert "   message 60" in seen(view)


async def test_a_delivery_that_changes_is_drawn_in_place() -> None:
    app = Alone()
    async with app.run_test(size=(80, 20)):
        queued = replace(
            MESSAGE, direction=Direction.OUT, delivery=Delivery.QUEUED, not_before=NOW + timedelta(seconds=9)
        )
        view = await shown(app, [queued])
        assert seen(view)[0].endswith("queued, recall with u (9 s)")
        view.update_messages([replace(queued, delivery=Delivery.SENT)])
        assert seen(view)[0].endswith("sent")


async def test_lines_stay_readable_on_a_very_wide_screen() -> None:
    app = Alone()
    async with app.run_test(size=(220, 20)):
        view = await shown(app, [replace(MESSAGE, text="word " * 200, reply_text="word " * 200)])
        assert max(map(len, seen(view))) <= MAX_TEXT_WIDTH + 4


async def test_a_click_on_the_fold_opens_it() -> None:
    app = Alone()
    async with app.run_test(size=(80, 20)) as pilot:
        view = await shown(app, [replace(MESSAGE, text="yes\n> asked\n> twice", reply_text="yes")])
        await pilot.click(view, offset=(6, 2))
        assert seen(view)[3:5] == ["   > asked", "   > twice"]
