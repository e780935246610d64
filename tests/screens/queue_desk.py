"""A desk with a morning's queue, and the console at it."""

from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import cast

from textual.pilot import Pilot

from supportdesk.app import FIRST_ROWS, FIRST_VIEW, DeskApp
from supportdesk.config import Config
from supportdesk.desk import conversation, customers, queue, triage, views
from supportdesk.desk.conversation import NewTicket
from supportdesk.desk.desk import Desk
from supportdesk.desk.opening import Opening
from supportdesk.domain.customer import Identity
from supportdesk.domain.message import Address, Direction
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import Priority, State
from supportdesk.screens.queue import QueueScreen
from tests.screens import ticket_console
from tests.screens.ticket_desk import NOW, Seeded

until = cast("Callable[[Pilot[int], Callable[[], bool]], Awaitable[None]]", ticket_console.until)
shown = cast("Callable[[DeskApp], str]", ticket_console.shown)
burst = cast("Callable[[DeskApp, str], None]", ticket_console.burst)

MORNING = (
    ("이서연", "Gold", "세금계산서 발행 요청", "10월분 세금계산서 발행 부탁드립니다.", Priority.NORMAL, 25, ""),
    ("Dana Reyes", "", "Printer prints blank pages", "Since the update every page is blank.", Priority.HIGH, 210, ""),
    ("田中 花子", "", "返品について", "サイズが合わないので返品したいです。", Priority.NORMAL, 400, "alice"),
    ("Dana Reyes", "", "Invoice 2231 is wrong", "The amount is that of last month.", Priority.LOW, 70, ""),
    ("박지훈", "VIP", "쿠폰이 적용되지 않아요", "결제 화면에서 쿠폰이 사라집니다.", Priority.URGENT, 45, "alice"),
    (
        "이서연",
        "Gold",
        "배송지 변경 가능한가요?",
        "주문번호 A-2077, 배송지를 바꾸고 싶어요.",
        Priority.NORMAL,
        130,
        "bob",
    ),
)
"""Customer, grade, subject, text, priority, minutes ago, whose it is."""


def seed_queue(seeded: Seeded) -> tuple[int, ...]:
    """Six more tickets on the seeded desk; their numbers in the order of ``MORNING``."""
    known: dict[str, int] = {}
    numbers = []
    for name, grade, subject, text, priority, minutes, owner in MORNING:
        address = f"{len(known) if name not in known else list(known).index(name)}@customers.example"
        if name not in known:
            known[name] = customers.add(seeded.alice, name, (Identity("email", address),), grade=grade)
        seeded.clock.at = NOW - timedelta(minutes=minutes)
        number = conversation.create(
            seeded.alice,
            NewTicket(
                subject, text, customer=known[name], address=Address(address, name), channel="support",
                priority=priority, direction=Direction.IN,
            ),
        ).created  # fmt: skip
        assert number is not None
        if owner:
            triage.assign(seeded.alice, number, owner)
        numbers.append(number)
    seeded.clock.at = NOW
    triage.set_state(seeded.alice, numbers[2], State.PENDING)
    seeded.clock.at = NOW
    return tuple(numbers)


def opening(desk: Desk) -> Opening:
    """What ``first_page`` reads, at the desk's own time."""
    view = views.view(desk, FIRST_VIEW)
    rows = queue.page(desk, parse(view.query), sort=view.sort, limit=FIRST_ROWS).rows
    return Opening(desk.name, "alice", "Alice Kim", view, rows)


def console(seeded: Seeded, keys: Path | None = None, connect: Callable[[Config], Desk] | None = None) -> DeskApp:
    """Alice's console; the opening has been read."""
    future: Future[Opening] = Future()
    future.set_result(opening(seeded.alice))
    nowhere = Path("none.toml")
    config = Config(seeded.url, "alice", agent_is_guess=False, path=nowhere, keys=keys or nowhere, timezone="UTC")
    return DeskApp(config, future, connect or (lambda _config: seeded.alice))


def on_queue(app: DeskApp) -> QueueScreen:
    """The queue screen, when it is the one in front."""
    assert isinstance(app.screen, QueueScreen)
    return app.screen


async def ready(pilot: Pilot[int], app: DeskApp) -> QueueScreen:
    """The whole desk is open and counted."""
    await until(pilot, lambda: isinstance(app.screen, QueueScreen) and "mine" in app.screen.counts)
    await pilot.pause()
    return on_queue(app)
