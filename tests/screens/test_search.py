from supportdesk.desk import tickets
from supportdesk.domain.ticket import State
from supportdesk.paths import paths
from supportdesk.screens.recent import KEPT, recent_searches, remember_search
from supportdesk.screens.search import SearchScreen, marked
from supportdesk.screens.ticket import TicketScreen
from tests.screens.ticket_console import TicketConsole, press, settle, shown, until
from tests.screens.ticket_desk import Seeded

SIZE = (100, 30)


def search(seeded: Seeded, initial: str = "") -> TicketConsole:
    return TicketConsole(seeded, lambda: SearchScreen(initial))


async def test_it_finds_as_it_is_typed_newest_first(seeded: Seeded) -> None:
    app = search(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *"문의")
        await until(pilot, lambda: "2 messages, newest first" in shown(app))
        frame = shown(app)
        assert frame.index("배송 지연 문의") < frame.index("쿠폰 문의")


async def test_enter_opens_the_ticket_at_the_message(seeded: Seeded) -> None:
    app = search(seeded, "3일 전에")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "환불이 아직" in shown(app))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, TicketScreen) and app.screen.page is not None)
        await settle(pilot)
        assert isinstance(app.screen, TicketScreen)
        assert app.screen.number == seeded.refund
        current = app.screen.conversation.current_message
        assert current is not None and current.text.startswith("3일 전에")
        assert recent_searches() == ("3일 전에",)


async def test_a_query_that_cannot_be_read_gets_a_sentence_and_what_was_found_stays(seeded: Seeded) -> None:
    app = search(seeded, "환불")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "환불이 아직" in shown(app))
        await press(pilot, *" is:bogus")
        await until(pilot, lambda: 'is: cannot be "bogus"' in shown(app))
        assert "환불이 아직" in shown(app)


async def test_nothing_found_says_what_to_do(seeded: Seeded) -> None:
    app = search(seeded, "zzzz")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "Nothing has all of these words." in shown(app))


async def test_a_slow_answer_does_not_replace_a_newer_one(seeded: Seeded) -> None:
    app = search(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        app.may_open.clear()
        await press(pilot, *"쿠폰")
        await pilot.pause(0.3)
        for _key in "쿠폰":
            await press(pilot, "backspace")
        await press(pilot, *"결제")
        app.may_open.set()
        await until(pilot, lambda: "결제 오류입니다." in shown(app))
        await settle(pilot)
        assert "쿠폰" not in shown(app)


async def test_verbs_work_on_what_was_marked(seeded: Seeded) -> None:
    app = search(seeded, "문의")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "2 messages" in shown(app))
        await press(pilot, "escape", "x", "x", "!")
        await settle(pilot)
        states = {
            tickets.ticket(seeded.alice, number).ticket.state for number in (seeded.earlier[0], seeded.earlier[2])
        }
        assert states == {State.SPAM}
        assert tickets.ticket(seeded.alice, seeded.earlier[1]).ticket.state is State.SOLVED


async def test_escape_goes_to_the_list_then_out(seeded: Seeded) -> None:
    app = search(seeded, "환불")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "환불이 아직" in shown(app))
        await press(pilot, "escape", "q")
        await pilot.pause()
        assert not isinstance(app.screen, SearchScreen)


async def test_recent_searches_are_offered(seeded: Seeded) -> None:
    remember_search("결제")
    app = search(seeded)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "Recent searches" in shown(app)
        await press(pilot, "enter")
        await until(pilot, lambda: "결제 오류입니다." in shown(app))


def test_recent_searches_are_few_private_and_each_once() -> None:
    for number in range(KEPT + 5):
        remember_search(f"word {number}")
    remember_search("word 9")
    kept = recent_searches()
    assert len(kept) == KEPT and kept[0] == "word 9" and kept.count("word 9") == 1
    path = paths().state / "searches"
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_was_found_is_marked_in_the_snippet_and_markup_in_it_is_text() -> None:
    content = marked("[b]환불[/b] 요청", ((3, 5),))
    assert content.plain == "[b]환불[/b] 요청"
    assert [(span.start, span.end) for span in content.spans] == [(3, 5)]
