import json
from pathlib import Path

import pytest

from supportdesk.desk import conversation, drafts, presence, tickets, triage
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.message import Direction
from supportdesk.domain.ticket import State
from supportdesk.screens.reading import ReadingScreen
from supportdesk.screens.ticket import TicketScreen
from tests.screens.ticket_console import TicketConsole, press, settle, shown, until
from tests.screens.ticket_desk import Seeded

SIZE = (120, 40)


def ticket_screen(app: TicketConsole) -> TicketScreen:
    assert isinstance(app.screen, TicketScreen)
    return app.screen


async def test_everything_an_agent_needs_is_on_one_screen(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        frame = shown(app)
        for expected in (
            f"#{seeded.refund}  환불이 아직 안 됐어요",
            "new, urgent, Billing, bob, +refund",
            "due in 00:2",
            "note, only the team sees this",
            "> quoted text, 14 lines",
            "[receipt 영수증.pdf]  14 kB  application/pdf",
            "joined by References",
            "김민수  VIP",
            "minsu@example.com",
            "A-1029  KRW 48,000",
            "배송 지연 문의",
        ):
            assert expected in frame


async def test_customer_agent_and_note_differ_without_colour(seeded: Seeded) -> None:
    conversation.reply(seeded.alice, seeded.refund, conversation.Reply("곧 답 드리겠습니다."))
    app = TicketConsole(seeded)
    async with app.run_test(size=(80, 40)) as pilot:
        await settle(pilot)
        lines = shown(app).splitlines()
        assert next(line for line in lines if "PG사 확인 중" in line).startswith(" # ")
        assert next(line for line in lines if "곧 답 드리겠습니다" in line).startswith(" | ")
        assert next(line for line in lines if "3일 전에 환불" in line).startswith("   3일")


async def test_quoted_text_unfolds_and_folds(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "o")
        assert "> 안내드린 내용 13" in shown(app)
        await press(pilot, "o")
        assert "> 안내드린 내용 13" not in shown(app)


async def test_eighty_columns_show_history_in_the_place_of_the_conversation(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "배송 지연 문의" not in shown(app)
        await press(pilot, "h")
        await pilot.pause()
        assert "배송 지연 문의" in shown(app) and "PG사" not in shown(app)
        await press(pilot, "q")
        await pilot.pause()
        assert "PG사" in shown(app)


async def test_a_row_of_the_history_opens_on_top_and_the_draft_stays(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"abc", "escape", "h", "enter")
        await settle(pilot)
        assert ticket_screen(app).number == seeded.earlier[-1]
        await press(pilot, "q")
        await settle(pilot)
        assert ticket_screen(app).number == seeded.refund
        await press(pilot, "q", "r")
        assert ticket_screen(app).composer.text == "abc"


async def test_j_and_k_walk_the_order_and_stop_at_its_ends(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "K")
        await settle(pilot)
        assert ticket_screen(app).number == seeded.earlier[-1]
        assert "배송 지연 문의입니다." in shown(app)
        await press(pilot, "J")
        await settle(pilot)
        await press(pilot, "J")
        assert ticket_screen(app).number == seeded.refund
        assert app.told == ["This is the last ticket of the queue."]


async def test_the_order_may_be_asked_for(seeded: Seeded) -> None:
    asked = []

    def neighbour(number: int, step: int) -> int | None:
        asked.append((number, step))
        return seeded.earlier[0]

    app = TicketConsole(seeded, lambda: TicketScreen(seeded.refund, neighbour))
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "J")
        await settle(pilot)
        assert asked == [(seeded.refund, 1)]
        assert ticket_screen(app).number == seeded.earlier[0]


async def test_solving_goes_to_the_next_ticket(seeded: Seeded) -> None:
    app = TicketConsole(seeded, lambda: TicketScreen(seeded.refund, [seeded.refund, seeded.earlier[0]]))
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "e")
        await settle(pilot)
        assert ticket_screen(app).number == seeded.earlier[0]
        assert tickets.ticket(seeded.alice, seeded.refund).ticket.state is State.SOLVED


async def test_a_change_by_a_colleague_shows_without_moving_what_is_read(seeded: Seeded) -> None:
    for n in range(30):
        seeded.customer_writes(seeded.refund, f"message {n}")
    app = TicketConsole(seeded)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "home")
        before = [line[:70].rstrip() for line in shown(app).splitlines()[4:13]]
        seeded.customer_writes(seeded.refund, "the newest of all")
        triage.assign(seeded.bob, seeded.refund, "alice")
        ticket_screen(app).feed(tickets.ticket(seeded.alice, seeded.refund).events)
        await settle(pilot)
        assert [line[:70].rstrip() for line in shown(app).splitlines()[4:13]] == before
        assert "1 new message below" in shown(app)
        assert "alice" in shown(app).splitlines()[2]
        await press(pilot, "end")
        assert "1 new message below" not in shown(app)
        assert "the newest of all" in shown(app)


async def test_at_the_end_a_new_message_scrolls_in(seeded: Seeded) -> None:
    for n in range(30):
        seeded.customer_writes(seeded.refund, f"message {n}")
    app = TicketConsole(seeded)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        seeded.customer_writes(seeded.refund, "the newest of all")
        ticket_screen(app).feed(tickets.ticket(seeded.alice, seeded.refund).events)
        await settle(pilot)
        assert "the newest of all" in shown(app)


async def test_colleagues_are_told_and_seen(seeded: Seeded) -> None:
    presence.touch(seeded.bob, seeded.refund, "replying")
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "bob is replying" in shown(app).splitlines()[1]
        assert presence.present(seeded.bob, [seeded.refund])[seeded.refund][0].doing == "reading"
        await press(pilot, "r")
        await settle(pilot)
        assert presence.present(seeded.bob, [seeded.refund])[seeded.refund][0].doing == "replying"
        await press(pilot, "escape", "q")
        await settle(pilot)
        await until(pilot, lambda: not presence.present(seeded.bob, [seeded.refund]))


async def test_what_looks_like_markup_or_an_escape_is_only_text(seeded: Seeded) -> None:
    hostile = "[bold red]x[/] [@click=app.quit]quit[/] \x1b]52;c;aGk=\x07\x1b[31mred ‮evil"
    triage.rename(seeded.alice, seeded.refund, hostile)
    conversation.note(seeded.bob, seeded.refund, hostile)
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        frame = shown(app)
        assert frame.count("[bold red]x[/] [@click=app.quit]quit[/] red evil") >= 2
        assert "\x1b" not in frame and "‮" not in frame


async def test_raw_headers_are_read_without_doing_anything(seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b"Subject: hi\r\nX-Evil: \x1b]0;owned\x07\x9b31m\r\n\r\nbody\xff\r\n"
    monkeypatch.setattr(tickets, "raw", lambda desk, message: raw)
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "H")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        await settle(pilot)
        assert "Subject: hi" in shown(app) and "X-Evil:" in shown(app)
        assert "\x1b" not in shown(app) and "owned" not in shown(app)


async def test_a_message_written_here_has_nothing_raw(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "H")
        await settle(pilot)
        assert app.told == ["This message was written here: there is nothing raw."]


async def test_copy_puts_the_number_on_the_clipboard(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "y")
        await pilot.pause()
        await press(pilot, "enter")
        await pilot.pause()
        assert app.clipboard == f"#{seeded.refund}"


async def test_the_ticket_goes_to_a_command_and_its_output_becomes_a_note(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        drafts.save(seeded.alice, seeded.refund, DraftKind.NOTE, "half a note")
        await press(pilot, "n", *"mine", "escape", "|")
        await pilot.pause()
        await press(pilot, *"cat", "enter")
        await until(pilot, lambda: len(tickets.ticket(seeded.alice, seeded.refund).messages) == 4)
        await settle(pilot)
        note = tickets.ticket(seeded.alice, seeded.refund).messages[-1]
        assert note.direction is Direction.NOTE
        command, answer, status = note.text.split("\n")
        assert (command, status) == ("$ cat", "[0]")
        assert json.loads(answer)["ticket"]["number"] == seeded.refund
        ticket_screen(app).keeper.save_now()
        kept = drafts.load(seeded.alice, seeded.refund, DraftKind.NOTE)
        assert kept is not None and "mine" in kept.text


async def test_a_command_that_does_not_exist_is_a_sentence(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "|")
        await pilot.pause()
        await press(pilot, *"no-such-thing", "enter")
        await until(pilot, lambda: len(app.told) == 2)
        assert app.told[-1] == "no-such-thing cannot be run: No such file or directory."


async def test_a_file_is_saved_and_never_overwritten(seeded: Seeded, clean_environment: Path) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        for _attempt in range(2):
            await press(pilot, "A")
            await pilot.pause()
            await press(pilot, "enter")
            await pilot.pause()
            await press(pilot, "enter")
            await settle(pilot)
        saved = clean_environment / "receipt 영수증.pdf"
        assert saved.stat().st_size == 14_008
        assert saved.stat().st_mode & 0o777 == 0o600
        assert app.told[-1].endswith("was not written: File exists.")


async def test_a_message_is_split_off(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "S")
        await pilot.pause()
        await press(pilot, "enter")
        await until(pilot, lambda: bool(app.told))
        await settle(pilot)
        assert app.told == [f"The message is now #{seeded.refund + 1}."]
        assert "영수증.pdf" not in shown(app)
