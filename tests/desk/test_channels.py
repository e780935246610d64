"""Channels: accounts with names of their own, whose history outlives them."""

import pytest

from supportdesk.desk import channels, tickets
from supportdesk.desk.desk import Desk
from supportdesk.domain.errors import Conflict, Invalid, NotFound
from tests.desk.arrivals import mail, receive
from tests.desk.conftest import MAILBOX


def names(desk: Desk) -> list[str]:
    return [channel.name for channel in channels.channels(desk)]


def test_a_channel_is_kept_with_its_settings_and_without_secrets(desk: Desk) -> None:
    made = channels.add(desk, "email", "billing", address="Billing@Desk.example", team="Billing", settings=MAILBOX)
    found = channels.channel(desk, "billing")
    assert (found.id, found.kind, found.address, found.team, found.paused) == (
        made, "email", "billing@desk.example", "Billing", False
    )  # fmt: skip
    assert found.settings["imap_secret"] == "env:NONE"
    with pytest.raises(Invalid, match="given by reference"):
        channels.add(desk, "email", "x", settings={**MAILBOX, "imap_secret": "hunter2"})


def test_what_cannot_work_is_refused_before_it_is_kept(desk: Desk) -> None:
    without_host = {key: value for key, value in MAILBOX.items() if key != "imap_host"}
    with pytest.raises(Invalid, match="imap-host"):
        channels.add(desk, "email", "x", settings=without_host)
    with pytest.raises(NotFound, match="carrier-pigeon"):
        channels.add(desk, "carrier-pigeon", "x", settings={})
    with pytest.raises(NotFound, match="Nowhere"):
        channels.add(desk, "email", "x", team="Nowhere", settings=MAILBOX)
    with pytest.raises(Conflict):
        channels.add(desk, "email", "support", settings=MAILBOX)
    assert names(desk) == ["support"]


def test_a_removed_channel_keeps_its_tickets_and_its_name(desk: Desk) -> None:
    receive(desk, mail("dana@x.example", "Printer", "black"))
    channels.remove(desk, "support")
    assert names(desk) == []
    assert tickets.ticket(desk, 1).ticket.channel == "support"
    for verb in (channels.pause, channels.resume, channels.remove, channels.channel):
        with pytest.raises(NotFound):
            verb(desk, "support")
    with pytest.raises(Conflict, match="is or was already"):
        channels.add(desk, "email", "support", settings=MAILBOX)


def test_pausing_and_resuming(desk: Desk) -> None:
    channels.pause(desk, "support")
    assert channels.channel(desk, "support").paused
    channels.resume(desk, "support")
    assert not channels.channel(desk, "support").paused
