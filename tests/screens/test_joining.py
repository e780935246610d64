"""A ticket that may belong to another says so, and one key joins them."""

import re

from supportdesk.channels.protocol import RawItem
from supportdesk.desk import channels, drafts, intake, tickets
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.draft import DraftKind
from supportdesk.i18n import set_language
from supportdesk.screens.ticket import TicketScreen
from tests.desk.arrivals import mail
from tests.screens.ticket_console import TicketConsole, press, settle, shown, until
from tests.screens.ticket_desk import Seeded

SIZE = (120, 40)


def stranger_writes(seeded: Seeded) -> int:
    """A ticket whose subject names the refund, by somebody who has nothing to do with it; its number."""
    raw = mail("stranger@y.example", f"Re: [#{seeded.refund}] 환불", "저도요")
    sink = InboxSink(seeded.alice, channels.channel(seeded.alice, "support"))
    sink.take([RawItem("INBOX/1/1", raw, seeded.clock(), "INBOX", 1, 1)])
    intake.take_in(seeded.alice)
    return seeded.refund + 1


def screen(app: TicketConsole) -> TicketScreen:
    assert isinstance(app.screen, TicketScreen)
    return app.screen


async def test_one_key_joins_the_suggested_ticket_and_undo_takes_it_back(seeded: Seeded) -> None:
    number = stranger_writes(seeded)
    app = TicketConsole(seeded, lambda: TicketScreen(number))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: f"May belong to #{seeded.refund}: 환불이" in shown(app))
        assert "환불이 아직 안 됐어요   & joins it" in shown(app)
        await press(pilot, "&")
        await until(pilot, lambda: screen(app).number == seeded.refund and "저도요" in shown(app))
        assert tickets.ticket(seeded.alice, number).ticket.merged_into == seeded.refund
        assert not screen(app).suggested.display
        await press(pilot, "u")
        await until(pilot, lambda: "저도요" not in shown(app))
        assert tickets.ticket(seeded.alice, number).ticket.merged_into is None


async def test_what_was_being_written_comes_along(seeded: Seeded) -> None:
    number = stranger_writes(seeded)
    app = TicketConsole(seeded, lambda: TicketScreen(number))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "May belong to" in shown(app))
        await press(pilot, "n", *"same", "escape")
        await press(pilot, "&")
        await until(pilot, lambda: screen(app).number == seeded.refund)
        draft = drafts.load(seeded.alice, seeded.refund, DraftKind.NOTE)
        assert draft is not None and draft.text == "same"


async def test_where_nothing_is_suggested_the_line_is_not_there_and_the_key_says_so(seeded: Seeded) -> None:
    app = TicketConsole(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "May belong" not in shown(app)
        await press(pilot, "&")
        await until(pilot, lambda: app.told == ["There is no other ticket this one may belong to."])


async def test_eighty_columns_hold_it_in_korean(seeded: Seeded) -> None:
    number = stranger_writes(seeded)
    set_language("ko")
    try:
        app = TicketConsole(seeded, lambda: TicketScreen(number))
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: screen(app).suggested.display)
            await until(pilot, lambda: re.search(rf"#{seeded.refund}\b.*환불이 아직.*&", shown(app)) is not None)
    finally:
        set_language("en")
