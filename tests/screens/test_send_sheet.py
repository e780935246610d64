from pathlib import Path

from textual.widgets import Input

from supportdesk.desk import conversation, drafts, outgoing, tickets
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.message import Address, Delivery, Direction
from supportdesk.domain.ticket import State
from supportdesk.screens.send_sheet import SendSheet
from supportdesk.screens.ticket import TicketScreen
from tests.screens.ticket_console import TicketConsole, burst, press, settle, shown, until
from tests.screens.ticket_desk import NOW, Seeded

SIZE = (120, 40)


def last(seeded: Seeded) -> tuple[Direction, str]:
    message = tickets.ticket(seeded.alice, seeded.refund).messages[-1]
    return message.direction, message.text


def state(seeded: Seeded) -> State:
    return tickets.ticket(seeded.alice, seeded.refund).ticket.state


async def test_the_sheet_says_to_whom_and_why_and_one_key_sends(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"hello", "ctrl+s")
        await settle(pilot)
        frame = shown(app)
        assert "SEND REPLY TO ALL" in frame
        assert "김민수 <minsu@example.com>" in frame
        assert "who wrote last, by e-mail" in frame
        assert last(seeded)[0] is Direction.IN
        await press(pilot, "enter")
        await settle(pilot)
        assert last(seeded) == (Direction.OUT, "hello")
        assert "queued, recall with u (10 s)" in shown(app)
        assert drafts.load(seeded.alice, seeded.refund, DraftKind.REPLY) is None


async def test_a_reply_is_recalled_and_is_the_draft_again(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"too soon", "ctrl+s", "enter")
        await until(pilot, lambda: last(seeded)[0] is Direction.OUT)
        await settle(pilot)
        await press(pilot, "u")
        await settle(pilot)
        assert last(seeded)[0] is Direction.IN
        assert outgoing.unsent(seeded.alice) == (0, 0)
        assert isinstance(app.screen, TicketScreen)
        assert app.screen.composer.is_open and app.screen.composer.text == "too soon"


async def test_the_seconds_to_recall_count_down(seeded: Seeded) -> None:
    conversation.reply(seeded.alice, seeded.refund, conversation.Reply("hello"))
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "recall with u (10 s)" in shown(app)
        seeded.clock.move(seconds=4)
        await until(pilot, lambda: "recall with u (6 s)" in shown(app))
        seeded.clock.move(seconds=7)
        await until(pilot, lambda: "recall with u" not in shown(app))


async def test_send_and_solve_goes_to_the_next_ticket(seeded: Seeded) -> None:
    app = TicketConsole(seeded, lambda: TicketScreen(seeded.refund, [seeded.refund, seeded.earlier[0]]))
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"done", "ctrl+s", "e")
        await settle(pilot)
        assert state(seeded) is State.SOLVED
        assert isinstance(app.screen, TicketScreen) and app.screen.number == seeded.earlier[0]


async def test_send_and_pend_and_send_and_snooze(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"one", "ctrl+s", "p")
        await until(pilot, lambda: state(seeded) is State.PENDING)
        await settle(pilot)
        await press(pilot, "r", *"two", "ctrl+s")
        await settle(pilot)
        await press(pilot, "b")
        await pilot.pause()
        await press(pilot, *"2h", "enter")
        await until(pilot, lambda: last(seeded)[1] == "two")
        snoozed = tickets.ticket(seeded.alice, seeded.refund).ticket.snoozed_until
        assert snoozed is not None and (snoozed - NOW).total_seconds() == 2 * 3600


async def test_send_later_waits_for_its_time(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"later", "ctrl+s")
        await settle(pilot)
        await press(pilot, "l")
        await pilot.pause()
        await press(pilot, *"3h", "enter")
        await until(pilot, lambda: last(seeded)[1] == "later")
        await settle(pilot)
        message = tickets.ticket(seeded.alice, seeded.refund).messages[-1]
        assert message.delivery is Delivery.QUEUED
        assert message.not_before is not None and (message.not_before - NOW).total_seconds() == 3 * 3600
        assert "queued until 12:42, recall with u" in shown(app)


async def test_what_arrived_meanwhile_stands_in_the_sheet(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"hello")
        seeded.customer_writes(seeded.refund, "Never mind, the money came!")
        await press(pilot, "ctrl+s")
        await settle(pilot)
        assert "1 new message since you began" in shown(app)
        assert "Never mind, the money came!" in shown(app)
        await press(pilot, "q")
        await settle(pilot)
        assert isinstance(app.screen, TicketScreen) and app.screen.composer.text == "hello"
        assert last(seeded)[0] is Direction.IN


async def test_an_impatient_enter_does_not_send_past_what_has_arrived(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"hello")
        seeded.customer_writes(seeded.refund, "Never mind!")
        app.may_open.clear()
        await press(pilot, "ctrl+s", "enter")
        app.may_open.set()
        await settle(pilot)
        assert isinstance(app.screen, SendSheet) and last(seeded)[0] is Direction.IN
        await press(pilot, "enter")
        await until(pilot, lambda: last(seeded) == (Direction.OUT, "hello"))


async def test_what_arrives_while_the_sheet_is_open_stops_the_sending(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"hello", "ctrl+s")
        await settle(pilot)
        seeded.customer_writes(seeded.refund, "Wait!")
        await press(pilot, "enter")
        await until(pilot, lambda: bool(app.told))
        await settle(pilot)
        assert app.told == ["1 new message arrived while you were writing. Read it, then send again."]
        assert isinstance(app.screen, SendSheet) and "Wait!" in shown(app)
        draft = drafts.load(seeded.alice, seeded.refund, DraftKind.REPLY)
        assert draft is not None and draft.text == "hello"
        await press(pilot, "enter")
        await until(pilot, lambda: last(seeded) == (Direction.OUT, "hello"))


async def test_an_unfilled_placeholder_is_warned_of(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"No {{order.number}}", "ctrl+s")
        await settle(pilot)
        assert "! Not filled in: {{order.number}}" in shown(app)


async def test_recipients_are_edited_and_wrong_ones_refused(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"hello", "ctrl+n")
        await settle(pilot)
        app.screen.query_one("#to", Input).value = ""
        await press(pilot, *"nonsense", "enter", "enter")
        await settle(pilot)
        assert "nonsense is not an address." in shown(app)
        assert last(seeded)[0] is Direction.IN
        await press(pilot, "tab")
        app.screen.query_one("#to", Input).value = ""
        await press(pilot, *"boss@example.com", "tab", *"x@example.com", "enter")
        await settle(pilot)
        assert shown(app).count("changed by you") == 2
        await press(pilot, "enter")
        await until(pilot, lambda: last(seeded)[0] is Direction.OUT)
        message = tickets.ticket(seeded.alice, seeded.refund).messages[-1]
        assert (message.to, message.cc) == ((Address("boss@example.com"),), (Address("x@example.com"),))


async def test_files_are_attached_by_path(seeded: Seeded, tmp_path: Path) -> None:
    report = tmp_path / "re port.txt"
    report.write_bytes(b"x" * 2_000)
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"see file", "ctrl+t")
        await pilot.pause()
        app.screen.query_one(Input).value = f"'{report}'"
        await press(pilot, "enter")
        await settle(pilot)
        assert "re port.txt (2 kB)" in shown(app)
        await press(pilot, "ctrl+s")
        await settle(pilot)
        assert "re port.txt (2 kB)" in shown(app)
        await press(pilot, "enter")
        await until(pilot, lambda: last(seeded)[0] is Direction.OUT)
        [file] = tickets.ticket(seeded.alice, seeded.refund).messages[-1].attachments
        assert (file.filename, file.size) == ("re port.txt", 2_000)


async def test_a_file_that_is_gone_is_told_and_nothing_leaves(seeded: Seeded, tmp_path: Path) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"see file", "ctrl+s")
        await settle(pilot)
        app.screen.query_one("#files", Input).value = str(tmp_path / "gone.txt")
        await press(pilot, "enter")
        await settle(pilot)
        assert "gone.txt cannot be attached: No such file or directory." in " ".join(shown(app).split())
        assert last(seeded)[0] is Direction.IN


async def test_what_was_begun_as_a_note_asks_before_the_customer_reads_it(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "n", *"internal", "f9")
        await pilot.pause()
        assert "REPLY  to all" in shown(app)
        await press(pilot, "ctrl+s")
        await settle(pilot)
        assert "This was begun as a note" in shown(app)
        await press(pilot, "enter")
        await settle(pilot)
        assert last(seeded)[0] is Direction.IN
        await press(pilot, "enter")
        await until(pilot, lambda: last(seeded) == (Direction.OUT, "internal"))
    assert drafts.load(seeded.alice, seeded.refund, DraftKind.NOTE) is None


async def test_a_forward_begins_with_the_message_and_wants_a_recipient(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "f", "ctrl+s")
        await settle(pilot)
        assert "SEND FORWARD" in shown(app)
        await press(pilot, "enter", "enter")
        await settle(pilot)
        assert "There is nobody to send this to." in shown(app)
        await press(pilot, "tab", *"psp@example.com", "enter", "enter")
        await until(pilot, lambda: last(seeded)[0] is Direction.OUT)
        message = tickets.ticket(seeded.alice, seeded.refund).messages[-1]
        assert message.to == (Address("psp@example.com"),)
        assert "아직인가요?" in message.text


async def test_whoever_goes_away_at_once_has_sent_nevertheless(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"bye", "ctrl+s")
        await settle(pilot)
        burst(app, "\nq")
        await until(pilot, lambda: not isinstance(app.screen, TicketScreen | SendSheet))
        await until(pilot, lambda: last(seeded) == (Direction.OUT, "bye"))
        assert drafts.load(seeded.alice, seeded.refund, DraftKind.REPLY) is None


async def test_leaving_the_app_at_once_sends_nevertheless(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", *"bye", "ctrl+s")
        await settle(pilot)
        assert isinstance(app.screen, SendSheet)
        app.screen.action_send()
        await pilot.pause()
        app.exit()
    assert last(seeded) == (Direction.OUT, "bye")
