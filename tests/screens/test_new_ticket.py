"""A new ticket by hand: for a known customer or an unknown one, sent, taken down or noted, and never a draft lost."""

from supportdesk.desk import drafts, outgoing, tickets, undo
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.message import Address, Direction
from supportdesk.screens.new_ticket import NewTicketScreen
from supportdesk.screens.prompts import Prompt
from supportdesk.screens.ticket import TicketScreen
from tests.screens.queue_desk import console, ready
from tests.screens.ticket_console import TicketConsole, press, settle, shown, until
from tests.screens.ticket_desk import Seeded

SIZE = (120, 40)


def screen(app: TicketConsole) -> NewTicketScreen:
    assert isinstance(app.screen, NewTicketScreen)
    return app.screen


def opened(app: TicketConsole) -> int:
    """The ticket on screen."""
    assert isinstance(app.screen, TicketScreen)
    return app.screen.number


async def test_a_known_customer_is_completed_and_written_to(seeded: Seeded) -> None:
    app = TicketConsole(seeded, NewTicketScreen)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, *"minsu")
        await until(pilot, lambda: "김민수" in shown(app))
        await press(pilot, "enter", *"Your order", "enter", *"It has left.", "ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Prompt) and "take down" in shown(app))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, TicketScreen))
        page = tickets.ticket(seeded.alice, opened(app))
        assert (page.ticket.subject, page.customer.id) == ("Your order", seeded.customer)
        (message,) = page.messages
        assert (message.direction, message.text) == (Direction.OUT, "It has left.")
        assert message.to == (Address("minsu@example.com", "김민수"),)
        assert outgoing.unsent(seeded.alice) == (1, 0)


async def test_somebody_new_on_the_phone_is_taken_down(seeded: Seeded) -> None:
    app = TicketConsole(seeded, NewTicketScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *"+82 10-9999-0000", "enter", *"Call", "enter", *"wants an invoice", "ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Prompt))
        await press(pilot, *"take", "enter")
        await until(pilot, lambda: isinstance(app.screen, TicketScreen))
        page = tickets.ticket(seeded.alice, opened(app))
        assert page.customer.identities[0].kind == "phone"
        assert page.messages[0].direction is Direction.IN


async def test_what_is_missing_is_asked_for_where_it_belongs(seeded: Seeded) -> None:
    app = TicketConsole(seeded, NewTicketScreen)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter", *"Subject", "enter", *"text", "ctrl+s")
        await until(pilot, lambda: "Say who it is for." in shown(app))
        await press(pilot, *"nobody at all", "enter", "enter", "ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Prompt))
        await press(pilot, "enter")
        await until(pilot, lambda: "Nobody is known as “nobody at all”." in shown(app))
        assert screen(app).written.text == "text"


async def test_what_was_begun_is_there_the_next_time(seeded: Seeded) -> None:
    for begun, then in (("first", "first"), ("more ", "more")):
        app = TicketConsole(seeded, NewTicketScreen)
        async with app.run_test(size=SIZE) as pilot:
            await settle(pilot)
            await press(pilot, "enter", "enter", *begun, "escape")
            await settle(pilot)
        draft = drafts.load(seeded.alice, 0, DraftKind.NEW)
        assert draft is not None and then in draft.text and "first" in draft.text


async def test_a_ticket_that_is_taken_back_leaves_its_text(seeded: Seeded) -> None:
    app = TicketConsole(seeded, NewTicketScreen)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, *"new@x.example", "enter", *"Hi", "enter", *"Dear you", "ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Prompt))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, TicketScreen))
    undo.undo(seeded.alice)
    again = TicketConsole(seeded, NewTicketScreen)
    async with again.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: screen(again).written.text == "Dear you")
        assert screen(again).written.subject == "Hi"
        assert "new@x.example" in screen(again).written.who


async def test_after_one_that_stays_the_next_is_empty(seeded: Seeded) -> None:
    app = TicketConsole(seeded, NewTicketScreen)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, *"new@x.example", "enter", *"Hi", "enter", *"Dear you", "ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Prompt))
        await press(pilot, *"note", "enter")
        await until(pilot, lambda: isinstance(app.screen, TicketScreen))
    again = TicketConsole(seeded, NewTicketScreen)
    async with again.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert screen(again).written.text == ""
        assert drafts.load(seeded.alice, 0, DraftKind.NEW) is None


async def test_a_draft_thrown_away_does_not_come_back(seeded: Seeded) -> None:
    drafts.save(seeded.alice, 0, DraftKind.NEW, "old", subject="old")
    app = TicketConsole(seeded, NewTicketScreen)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: screen(app).written.text == "old")
        await press(pilot, "enter", "enter", "f8", "escape")
        await settle(pilot)
    assert drafts.load(seeded.alice, 0, DraftKind.NEW) is None


async def test_a_canned_reply_is_filled_in_for_the_customer(seeded: Seeded) -> None:
    app = TicketConsole(seeded, NewTicketScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *"minsu")
        await until(pilot, lambda: "김민수" in shown(app))
        await press(pilot, "enter", *"Hi", "enter", ":", ":")
        await until(pilot, lambda: "refund-eta" in shown(app))
        await press(pilot, *"eta", "enter")
        await until(pilot, lambda: screen(app).written.text == "Dear 김민수, it takes 3 working days.")
        assert app.focused is screen(app).composer.area


async def test_c_opens_it_from_the_queue(seeded: Seeded) -> None:
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, NewTicketScreen))  # type: ignore[arg-type]
        await pilot.press(*"kim", "escape")
        await until(pilot, lambda: not isinstance(app.screen, NewTicketScreen))  # type: ignore[arg-type]
        assert app.is_running
