"""Health: what is stuck and who lives, in one look."""

from supportdesk.desk import channels, conversation, deliver, holding
from supportdesk.desk.desk import Desk
from supportdesk.desk.health import Health, health
from supportdesk.desk.receiving import InboxSink
from tests.desk.arrivals import mail, open_ticket, receive
from tests.desk.conftest import Clock
from tests.desk.test_outgoing import Postman


def test_everything_that_needs_somebody_is_counted(alice: Desk, clock: Clock) -> None:
    assert health(alice) == Health((), channels.channels(alice), 0, 0, 0)
    for _ in range(3):
        conversation.reply(alice, open_ticket(alice), conversation.Reply("x"))
    clock.advance(seconds=10)
    deliver.deliver_due(alice, Postman(ValueError("x")), limit=1)
    receive(alice, *(mail("loop@x.example", f"Alarm {i}", str(i)) for i in range(22)))
    holding.alive(alice, "w1", "host")
    InboxSink(alice, channels.channel(alice, "support")).contact("The login is refused.")
    found = health(alice)
    assert (found.queued, found.failed, found.quarantined, found.alive) == (3, 0, 2, 1)
    assert [(channel.name, channel.error) for channel in found.channels] == [("support", "The login is refused.")]
    channels.remove(alice, "support")
    assert health(alice).channels == ()
