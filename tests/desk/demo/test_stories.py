"""Tests of the conversations of the demonstration desk, as they are written down."""

from datetime import UTC, datetime, timedelta
from random import Random

from supportdesk.channels.simulated import UNKNOWN
from supportdesk.desk.demo.customers import cast
from supportdesk.desk.demo.staff import AGENTS, CHANNELS, TEAMS
from supportdesk.desk.demo.stories import earlier, going_on, orders_named
from supportdesk.domain.message import Direction
from supportdesk.domain.ticket import State

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ANSWERED = (State.PENDING, State.ON_HOLD)


def test_every_story_can_be_told() -> None:
    people = cast(Random(1), NOW, {})
    for story in going_on():
        assert story.medium in people[story.who].media and story.medium in CHANNELS, story.subject
        assert story.team in TEAMS and story.agent in ("", *AGENTS), story.subject
        assert story.turns[0].direction is Direction.IN and story.first >= story.last, story.subject
        assert story.agent or all(turn.direction is Direction.IN for turn in story.turns), story.subject
        public = [turn.direction for turn in story.turns if turn.direction is not Direction.NOTE]
        if story.state is not State.SOLVED:
            assert (public[-1] is Direction.OUT) == (story.state in ANSWERED), story.subject


def test_orders_that_come_up_are_on_the_card() -> None:
    named = orders_named(going_on())
    people = cast(Random(1), NOW, named)
    assert named["minsu"] == ["A-1029"]
    for key, numbers in named.items():
        assert [order["number"] for order in people[key].orders][: len(numbers)] == numbers


def test_what_is_over_is_over() -> None:
    people = cast(Random(1), NOW, {})
    told = list(earlier(Random(1), people, 250))
    assert [story.first for story in told] == sorted(story.first for story in told)
    assert {story.state for story in told} == {State.SOLVED, State.CLOSED, State.SPAM}
    assert all(timedelta() < story.last <= story.first for story in told)
    assert len({(story.who, story.turns[0].text) for story in told}) == len(told)


def test_nobody_shares_an_address() -> None:
    everybody = cast(Random(1), NOW, {}).values()
    identities = [identity for person in everybody for identity in person.identities]
    assert len({(identity.kind, identity.value) for identity in identities}) == len(identities) >= 150
    assert not any(identity.value.startswith(UNKNOWN) for identity in identities)
