"""The outbox and the quarantine: seen, tried again, recalled, discarded, looked into."""

from rich.cells import cell_len
from sqlalchemy import select, update

from supportdesk.channels.protocol import RawItem
from supportdesk.desk import channels, conversation, drafts, outgoing, quarantine, tickets, undo
from supportdesk.desk.conversation import Reply
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.draft import DraftKind
from supportdesk.i18n import set_language
from supportdesk.screens.outbox import OutboxScreen
from supportdesk.screens.quarantine import QuarantineScreen
from supportdesk.screens.reading import ReadingScreen
from supportdesk.screens.ticket import TicketScreen
from supportdesk.store import tables as t
from tests.screens.queue_desk import burst, console, ready, shown, until
from tests.screens.ticket_desk import Seeded

SIZE = (120, 30)


async def test_a_queued_reply_is_recalled_and_becomes_the_draft_again(seeded: Seeded) -> None:
    conversation.reply(seeded.alice, seeded.refund, Reply("환불해 드렸습니다."))
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        burst(app, "go")
        await until(pilot, lambda: isinstance(app.screen, OutboxScreen) and "queued" in shown(app))
        assert f"#{seeded.refund}" in shown(app)
        assert "minsu@example.com" in shown(app)
        await pilot.press("u")
        await until(pilot, lambda: "Everything has been sent." in shown(app))
        draft = drafts.load(seeded.alice, seeded.refund, DraftKind.REPLY)
        assert draft is not None
        assert draft.text == "환불해 드렸습니다."
        assert outgoing.unsent(seeded.alice) == (0, 0)


async def test_a_row_of_the_outbox_opens_its_ticket(seeded: Seeded) -> None:
    conversation.reply(seeded.alice, seeded.refund, Reply("환불해 드렸습니다."))
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        burst(app, "go")
        await until(pilot, lambda: "queued" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TicketScreen))
        assert isinstance(app.screen, TicketScreen)
        assert app.screen.number == seeded.refund


def held_back(seeded: Seeded) -> int:
    """A mail in quarantine; its id."""
    channel = next(found for found in channels.channels(seeded.alice) if found.id == seeded.channel)
    raw = b"From: a@b.example\r\nSubject: \x1b[31mred\r\n\r\nbody"
    InboxSink(seeded.alice, channel).take([RawItem("INBOX/1/1", raw, seeded.clock(), "INBOX", 1, 1)])
    with seeded.alice.store.write() as conn:
        held = {"status": InboxStatus.QUARANTINE.value, "cause": "loop", "error": "12 mails in a minute"}
        conn.execute(update(t.inbox).values(**held))
        return int(conn.scalar(select(t.inbox.c.id)) or 0)


async def test_what_is_held_back_says_why_and_shows_its_bytes_harmless(seeded: Seeded) -> None:
    held_back(seeded)
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        burst(app, "gf")
        await until(pilot, lambda: isinstance(app.screen, QuarantineScreen) and "12 mails in a minute" in shown(app))
        await pilot.press("H")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen) and "Subject: red" in shown(app))
        assert "\x1b" not in shown(app)


async def test_what_is_held_back_is_tried_again_or_discarded_and_undone(seeded: Seeded) -> None:
    inbox_id = held_back(seeded)
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        burst(app, "gf")
        await until(pilot, lambda: "loop" in shown(app))
        await pilot.press("D")
        await until(pilot, lambda: "Nothing is held back" in shown(app))
        assert quarantine.get(seeded.alice, inbox_id).status is InboxStatus.DISCARDED
        undo.undo(seeded.alice)
        await until(pilot, lambda: "loop" in shown(app))
        await pilot.press("T")
        await until(pilot, lambda: quarantine.get(seeded.alice, inbox_id).status is InboxStatus.PENDING)


async def test_a_ticket_is_made_of_what_is_held_back_and_undone_on_the_spot(seeded: Seeded) -> None:
    inbox_id = held_back(seeded)
    app = console(seeded)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await ready(pilot, app)
        burst(app, "gf")
        await until(pilot, lambda: "loop" in shown(app))
        await pilot.press("t")
        await until(pilot, lambda: "Nothing is held back" in shown(app))
        number = quarantine.get(seeded.alice, inbox_id).ticket
        assert number is not None
        assert tickets.ticket(seeded.alice, number).messages[0].text == "body"
        await until(pilot, lambda: f"It is ticket #{number} now." in shown(app))
        await pilot.press("u")
        await until(pilot, lambda: "12 mails in a minute" in shown(app))
        assert quarantine.get(seeded.alice, inbox_id).status is InboxStatus.QUARANTINE


async def test_a_discard_is_undone_on_the_spot_and_then_there_is_nothing_more_to_undo(seeded: Seeded) -> None:
    inbox_id = held_back(seeded)
    app = console(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, app)
        burst(app, "gf")
        await until(pilot, lambda: "loop" in shown(app))
        await pilot.press("D")
        await until(pilot, lambda: "Nothing is held back" in shown(app))
        await pilot.press("u")
        await until(pilot, lambda: "loop" in shown(app))
        assert quarantine.get(seeded.alice, inbox_id).status is InboxStatus.QUARANTINE


async def test_what_was_never_fetched_says_how_to_fetch_it(seeded: Seeded) -> None:
    channel = next(found for found in channels.channels(seeded.alice) if found.id == seeded.channel)
    InboxSink(seeded.alice, channel).refuse("INBOX", 1, 7, "unfetchable", "NO internal error", None)
    app = console(seeded)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await ready(pilot, app)
        burst(app, "gf")
        await until(pilot, lambda: "cannot be fetched  NO internal error" in shown(app))
        await pilot.press("T")
        await until(pilot, lambda: "supportdesk intake retry 1" in " ".join(shown(app).split()))


async def test_a_row_with_wide_characters_stays_within_eighty_columns(seeded: Seeded) -> None:
    held_back(seeded)
    with seeded.alice.store.write() as conn:
        told = {"subject": "환불이 아직 안 됐어요 " * 9, "sender": "minsu@example.com", "error": "너무 많은 메일 " * 12}
        conn.execute(update(t.inbox).values(**told))
    app = console(seeded)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        burst(app, "gf")
        await until(pilot, lambda: "환불이 아직" in shown(app) and "너무 많은" in shown(app))
        lines = shown(app).splitlines()
        assert max(cell_len(line) for line in lines) <= 80
        assert sum("환불이 아직" in line for line in lines) == 1
        assert any("INBOX/1/1" in line for line in lines)


async def test_why_it_is_held_back_is_told_in_the_readers_language(seeded: Seeded) -> None:
    held_back(seeded)
    with seeded.alice.store.write() as conn:
        conn.execute(update(t.inbox).values(error="This sender opened too many tickets within an hour."))
    set_language("ko")
    try:
        app = console(seeded)
        async with app.run_test(size=(120, 24)) as pilot:
            await ready(pilot, app)
            burst(app, "gf")
            await until(pilot, lambda: "한 시간 안에 티켓을 너무 많이" in shown(app))
    finally:
        set_language("en")
