"""The keeper of drafts with a real store under it; what the composer does with it is in test_composer."""

import asyncio

import pytest

from supportdesk.desk import conversation, drafts
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Unreachable
from supportdesk.widgets.draft_keeper import DraftKeeper, Written, written_of
from tests.screens.ticket_desk import Seeded


def kept(seeded: Seeded, kind: DraftKind = DraftKind.REPLY) -> str:
    """What the store has of alice's draft."""
    draft = drafts.load(seeded.alice, seeded.refund, kind)
    return draft.text if draft else ""


def test_a_change_made_elsewhere_shows_but_never_over_what_is_typed_here(seeded: Seeded) -> None:
    keeper = DraftKeeper(lambda: seeded.alice)
    for text in ("first", "second"):
        drafts.save(seeded.alice, seeded.refund, DraftKind.REPLY, text)
        [stored] = drafts.mine(seeded.alice)
        assert keeper.meet(written_of(stored)).text == text
    keeper.hold(Written(seeded.refund, DraftKind.REPLY, "typed here", 0))
    assert keeper.meet(written_of(stored)).text == "typed here"


def test_a_text_typed_before_the_store_was_asked_does_not_replace_what_is_there(seeded: Seeded) -> None:
    drafts.save(seeded.alice, seeded.refund, DraftKind.REPLY, "yesterday")
    keeper = DraftKeeper(lambda: seeded.alice)
    keeper.hold(Written(seeded.refund, DraftKind.REPLY, "today", 0))
    asyncio.run(keeper.save())
    assert kept(seeded) == "yesterday"
    keeper.save_now()
    assert kept(seeded) == "yesterday\n\ntoday"


def test_an_older_text_never_overwrites_a_newer_one(seeded: Seeded) -> None:
    keeper = DraftKeeper(lambda: seeded.alice)
    for text in ("a", "ab", "abc"):
        keeper.hold(Written(seeded.refund, DraftKind.REPLY, text, 0))
    keeper.save_now()
    assert kept(seeded) == "abc" and keeper.is_saved


def test_what_was_sent_is_not_saved_again(seeded: Seeded) -> None:
    keeper = DraftKeeper(lambda: seeded.alice)
    keeper.hold(Written(seeded.refund, DraftKind.REPLY, "sent", 0))
    keeper.save_now()
    conversation.reply(seeded.alice, seeded.refund, conversation.Reply("sent"))
    keeper.forget(seeded.refund, DraftKind.REPLY)
    keeper.save_now()
    assert kept(seeded) == ""


def test_a_store_out_of_reach_is_told_and_tried_again(seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = DraftKeeper(lambda: seeded.alice)
    keeper.hold(Written(seeded.refund, DraftKind.REPLY, "typed", 0))

    def refuse(*_args: object, **_other: object) -> None:
        raise Unreachable("The store cannot be reached.")

    with monkeypatch.context() as broken:
        broken.setattr(drafts, "save", refuse)
        keeper.save_now()
    assert isinstance(keeper.error, Unreachable) and not keeper.is_saved
    keeper.save_now()
    assert keeper.error is None and kept(seeded) == "typed"
