from supportdesk.screens.customers import CustomersScreen
from supportdesk.screens.ticket import TicketScreen
from tests.screens.ticket_console import TicketConsole, press, settle, shown, until
from tests.screens.ticket_desk import Seeded


async def test_a_customer_is_found_by_address_with_card_and_history(seeded: Seeded) -> None:
    app = TicketConsole(seeded, CustomersScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, *"minsu@example.com")
        await until(pilot, lambda: "minsu@example.com" in shown(app).splitlines()[2])
        await settle(pilot)
        frame = shown(app)
        for expected in ("김민수", "VIP", "Minsu Trading", "4 tickets", "배송 지연 문의", "쿠폰 문의"):
            assert expected in frame


async def test_a_contact_of_the_history_opens(seeded: Seeded) -> None:
    app = TicketConsole(seeded, CustomersScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "j", "enter")
        await settle(pilot)
        assert isinstance(app.screen, TicketScreen) and app.screen.number == seeded.earlier[-1]


async def test_nobody_found_says_so_and_shows_no_card(seeded: Seeded) -> None:
    app = TicketConsole(seeded, CustomersScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, *"zzzz")
        await until(pilot, lambda: "No customer has this" in shown(app))
        await settle(pilot)
        assert "Minsu Trading" not in shown(app)


async def test_escape_leaves_the_line_then_the_screen(seeded: Seeded) -> None:
    app = TicketConsole(seeded, CustomersScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "escape")
        await pilot.pause()
        assert not isinstance(app.screen, CustomersScreen)
