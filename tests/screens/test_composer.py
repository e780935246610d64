import asyncio
import subprocess
from pathlib import Path

import pytest
from textual.geometry import Offset
from textual.widgets import TextArea

from supportdesk.desk import canned, drafts, tickets
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.message import Direction
from supportdesk.domain.ticket import State
from supportdesk.screens.ticket import TicketScreen
from supportdesk.widgets.draft_keeper import SAVE_EVERY
from tests.screens.ticket_console import TicketConsole, burst, press, settle, shown, until
from tests.screens.ticket_desk import Seeded

SIZE = (120, 40)


def kept(seeded: Seeded, kind: DraftKind = DraftKind.REPLY) -> str:
    """What the store has of alice's draft."""
    draft = drafts.load(seeded.alice, seeded.refund, kind)
    return draft.text if draft else ""


def ticket_screen(app: TicketConsole) -> TicketScreen:
    assert isinstance(app.screen, TicketScreen)
    return app.screen


@pytest.mark.parametrize("key", ["r", "R", "n", "ㄱ", "ㄲ", "ㅜ"])
async def test_keys_typed_right_after_the_opening_one_are_text(seeded: Seeded, key: str) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        burst(app, f"{key}e! m\nse")  # solve, spam, take, state: none may run
        await settle(pilot)
        assert ticket_screen(app).composer.text == "e! m\nse"
        assert tickets.ticket(seeded.alice, seeded.refund).ticket.state is State.NEW


async def test_a_reply_may_be_begun_before_the_ticket_is_loaded(seeded: Seeded) -> None:
    drafts.save(seeded.alice, seeded.refund, DraftKind.REPLY, "begun yesterday", seen=1)
    app = TicketConsole(seeded, lambda: TicketScreen(seeded.refund, begin="reply"))
    app.may_open.clear()
    async with app.run_test(size=SIZE) as pilot:
        burst(app, "today")
        await pilot.pause()
        app.may_open.set()
        await settle(pilot)
        assert ticket_screen(app).composer.text == "begun yesterday\n\ntoday"


async def test_while_text_is_typed_no_single_key_is_a_verb(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"qeumsapt?!/xJK*")
        await settle(pilot)
        assert ticket_screen(app).composer.text == "qeumsapt?!/xJK*"
        assert tickets.ticket(seeded.alice, seeded.refund).ticket.state is State.NEW


async def test_escape_keeps_the_draft_and_says_how_to_go_on(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"half")
        await press(pilot, "escape")
        await settle(pilot)
        assert kept(seeded) == "half"
        assert "draft kept, r goes on: half" in shown(app)


async def test_a_draft_is_saved_every_two_seconds_while_it_changes(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"abc")
        assert kept(seeded) == ""
        async with asyncio.timeout(SAVE_EVERY + 2):
            while kept(seeded) != "abc":
                await pilot.pause(0.05)
        assert ticket_screen(app).composer.is_open


async def test_leaving_the_text_saves_it(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"abc", "tab")
        await until(pilot, lambda: kept(seeded) == "abc")


async def test_leaving_the_app_saves_what_was_typed(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "n", *"abc")
        assert kept(seeded, DraftKind.NOTE) == ""
    assert kept(seeded, DraftKind.NOTE) == "abc"


async def test_going_to_another_ticket_keeps_both_drafts_apart(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"one", "escape", "K")
        await settle(pilot)
        await press(pilot, "r")
        assert ticket_screen(app).composer.text == ""
        await press(pilot, *"two", "escape", "J")
        await settle(pilot)
        await press(pilot, "r")
        assert ticket_screen(app).composer.text == "one"
    assert kept(seeded) == "one"
    other = drafts.load(seeded.alice, seeded.earlier[-1], DraftKind.REPLY)
    assert other is not None and other.text == "two"


async def test_a_draft_of_yesterday_is_shown_and_restored(seeded: Seeded) -> None:
    drafts.save(seeded.alice, seeded.refund, DraftKind.REPLY, "안녕하세요,\n둘째 줄", seen=1)
    drafts.save(seeded.bob, seeded.refund, DraftKind.REPLY, "bob's own")
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "draft kept, r goes on: 안녕하세요," in shown(app)
        await press(pilot, "r", "!")
        assert ticket_screen(app).composer.text == "안녕하세요,\n둘째 줄!"


async def test_note_and_reply_are_separate_texts_and_say_what_they_are(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "n", *"inside", "escape", "r")
        assert "REPLY  to all" in shown(app)
        assert ticket_screen(app).composer.text == ""
        await press(pilot, "escape", "n")
        assert "NOTE # only the team sees this" in shown(app)
        assert ticket_screen(app).composer.text == "inside"


async def test_the_composer_names_who_will_get_it(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r")
        await settle(pilot)
        assert "to all: 김민수" in shown(app)


async def test_a_note_is_kept_with_one_key_and_its_draft_is_gone(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "n", *"for the team", "ctrl+s")
        await settle(pilot)
        last = tickets.ticket(seeded.alice, seeded.refund).messages[-1]
        assert (last.direction, last.text) == (Direction.NOTE, "for the team")
        assert "# for the team" in shown(app)
    assert kept(seeded, DraftKind.NOTE) == ""


async def test_the_sign_opens_canned_replies_and_one_key_inserts(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"hello", "enter", ":", ":")
        await settle(pilot)
        await press(pilot, *"ㅎㅂㅈㅎ")
        await settle(pilot)
        assert "안녕하세요, 김민수 고객님." in shown(app)
        await press(pilot, "enter")
        await settle(pilot)
        assert ticket_screen(app).composer.text == (
            "hello\n안녕하세요, 김민수 고객님.\n환불은 영업일 3일 안에 처리됩니다."
        )
        used = {reply.shortcut: reply.used for reply in canned.canned(seeded.alice)}
        assert used == {"환불-진행중": 1, "환불-완료": 0, "refund-eta": 0}
        await press(pilot, "!")
        assert ticket_screen(app).composer.text.endswith("!")


async def test_a_slash_within_a_line_is_a_slash(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"and/or")
        await pilot.pause()
        assert "CANNED REPLIES" not in shown(app)
        await press(pilot, "enter", "/")
        await settle(pilot)
        assert "CANNED REPLIES" in shown(app)
        await press(pilot, "escape", *"tmp")
        assert ticket_screen(app).composer.text == "and/or\n/tmp"


async def test_the_editor_gets_the_text_after_the_draft_was_saved(
    seeded: Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []

    def edit(command: list[str], check: bool) -> None:
        path = Path(command[-1])
        seen.append((path.read_text(), kept(seeded)))
        path.write_text("from the \x1b[31meditor\n")

    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert app._driver is not None
        monkeypatch.setattr(type(app._driver), "can_suspend", True)
        monkeypatch.setattr(subprocess, "run", edit)
        await press(pilot, "r", *"draft", "ctrl+o")
        await settle(pilot)
        assert seen == [("draft", "draft")]
        assert ticket_screen(app).composer.text == "from the editor"
        assert kept(seeded) == "from the editor"


async def test_where_the_terminal_cannot_be_lent_nothing_is_lost(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"draft", "ctrl+o")
        await settle(pilot)
        assert app.told == ["No editor can be opened here."]
        assert ticket_screen(app).composer.text == "draft"


async def test_pasted_escapes_do_not_reach_the_text(seeded: Seeded) -> None:
    from textual.events import Paste

    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r")
        app.post_message(Paste("a\x1b]52;c;aGk=\x07b\r\nc"))
        await pilot.pause()
        assert ticket_screen(app).composer.text == "ab\nc"


async def test_the_cursor_stands_behind_wide_text_for_the_input_method(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r")
        area = app.screen.query_one("#composer TextArea", TextArea)
        await until(pilot, lambda: app.cursor_position == area.content_region.offset)
        await press(pilot, *"한글a")
        assert app.cursor_position == area.content_region.offset + Offset(5, 0)
        assert area.content_region.y > SIZE[1] // 2


async def test_a_draft_thrown_away_comes_back_with_undo(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"abc", "escape", "r", "f8")
        await settle(pilot)
        assert ticket_screen(app).composer.text == ""
        await ticket_screen(app).keeper.save()
        assert kept(seeded) == ""
        await press(pilot, "ctrl+z")
        assert ticket_screen(app).composer.text == "abc"


async def test_a_message_is_quoted_where_the_cursor_is(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", "ctrl+g")
        assert ticket_screen(app).composer.text.startswith("김민수 wrote:\n> 아직인가요?")
        assert "안내드린" not in ticket_screen(app).composer.text
