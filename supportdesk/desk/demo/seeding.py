"""Filling a desk for a demonstration: people, conversations, canned replies, views, and what makes it look lived in."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import insert

from supportdesk.channels.kinds import KINDS
from supportdesk.desk import views
from supportdesk.desk.demo.customers import Person, cast
from supportdesk.desk.demo.data import read
from supportdesk.desk.demo.moments import live_through
from supportdesk.desk.demo.staff import Staff, hire
from supportdesk.desk.demo.stories import Story, Turn, earlier, going_on, orders_named
from supportdesk.desk.demo.writing import Said, files_named
from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import SIMULATED
from supportdesk.domain.event import Actor, ActorKind
from supportdesk.domain.message import Delivery, Direction
from supportdesk.domain.ticket import OPEN_STATES, Priority, State
from supportdesk.domain.tokens import message_id
from supportdesk.store import customers
from supportdesk.store import tables as t
from supportdesk.store.bulk import BulkCustomer, BulkEvent, BulkMessage, BulkTicket, Load

TICKETS = 300
VIEWS = (
    ("vip", "VIP, all open", "grade:vip is:open -is:snoozed"),
    ("refunds", "Refunds / 환불", "tag:refund is:open"),
    ("chats", "Chats", "channel:kakao is:open"),
    ("b2b", "Companies", "tag:b2b is:open sort:-updated"),
)


def seed(desk: Desk, tickets: int = TICKETS) -> None:
    """Make an empty desk look like one in the middle of its day. The newest conversations come first, if few are
    wanted."""
    random = Random(2026)  # noqa: S311 - the same desk every time
    staff = hire(desk)
    _canned(desk, staff)
    for key, name, query in VIEWS:
        views.add(desk, key, name, query)
    now_going_on = going_on()[:tickets]
    people = cast(random, desk.now(), orders_named(now_going_on))
    stories = [*now_going_on, *earlier(random, people, tickets - len(now_going_on))]
    numbers = _Telling(desk, staff, people, random).tell(sorted(stories, key=lambda story: story.first, reverse=True))
    live_through(desk, {story.subject: number for story, number in numbers})


def _canned(desk: Desk, staff: Staff) -> None:
    rows = [
        {
            "shortcut": each["shortcut"], "title": each["title"], "text": each["text"].strip(), "used": each["used"],
            "language": each["language"], "team_id": staff.teams.get(each.get("team", "")), "owner_id": None,
        }
        for each in read("canned")["reply"]
    ]  # fmt: skip
    with desk.store.write() as conn:
        conn.execute(insert(t.canned_reply), rows)


class _Telling:
    """Turns stories into tickets."""

    def __init__(self, desk: Desk, staff: Staff, people: dict[str, Person], random: Random) -> None:
        self._desk, self._staff, self._people, self._random = desk, staff, people, random
        self._now = desk.now()
        self._ids: dict[str, int] = {}

    def tell(self, stories: Sequence[Story]) -> list[tuple[Story, int]]:
        """Write them in one transaction, oldest first; returns their numbers."""
        with self._desk.store.write() as conn:
            load = Load(conn, self._sign, len(stories))
            for person in sorted(self._people.values(), key=lambda person: person.since):
                organization = customers.organization_id(conn, person.organization)
                self._ids[person.key] = load.customer(BulkCustomer(
                    person.name, person.since, person.identities, person.grade, person.language, organization,
                    person.attributes, person.orders,
                ))  # fmt: skip
            numbers = [(story, load.ticket(self._ticket(story))) for story in stories]
            load.write()
        return numbers

    def _sign(self, ticket: int, message: int, channel: int | None) -> str:
        address = self._staff.addresses[channel or 0]
        return message_id(self._desk.about.key, ticket, message, address.rpartition("@")[2])

    def _ticket(self, story: Story) -> BulkTicket:
        times = self._times(story)
        said = tuple(self._messages(story, times))
        events = tuple(self._events(story, times))
        owner = self._staff.agents[story.agent].id if story.agent else None
        return BulkTicket(
            story.subject, story.state, story.priority, self._ids[story.who], times[0], said, events,
            self._staff.teams.get(story.team), owner, self._staff.channels[story.medium],
            None if story.state in OPEN_STATES else events[-1].at,
            self._now + story.snooze if story.snooze else None, story.tags,
        )  # fmt: skip

    def _times(self, story: Story) -> list[datetime]:
        """When each turn came: roughly evenly, the first and the last as the story has it."""
        steps = len(story.turns) - 1
        start, span = self._now - story.first, story.first - story.last
        return [
            start + span * ((index + self._random.uniform(-0.25, 0.25) * (0 < index < steps)) / max(steps, 1))
            for index in range(steps + 1)
        ]

    def _messages(self, story: Story, times: Sequence[datetime]) -> Iterator[BulkMessage]:
        asked = [index for index, turn in enumerate(story.turns) if turn.direction is Direction.IN]
        answered = [index for index, turn in enumerate(story.turns) if turn.direction is Direction.OUT]
        first_id = ""
        for index, (turn, at) in enumerate(zip(story.turns, times, strict=True)):
            if turn.direction is Direction.IN:
                files = story.files if index == asked[-1] else ()
                message = self._asked(story, turn, at, first_id, files)
                first_id = first_id or message.rfc_message_id
                yield message
            elif turn.direction is Direction.OUT:
                yield self._answered(story, turn, at, story.sent if index == answered[0] else ())
            else:
                agent = self._staff.agents[turn.agent]
                yield BulkMessage(Direction.NOTE, agent.name, at, (turn.text,), agent_id=agent.id)

    def _asked(self, story: Story, turn: Turn, at: datetime, first_id: str, files: Sequence[str]) -> BulkMessage:
        """Written, sent and parsed as it would have been."""
        person, channel = self._people[story.who], self._staff.channels[story.medium]
        unique = hashlib.sha256(f"{story.who} {story.subject} {at} {turn.text}".encode()).hexdigest()[:20]
        host = person.media[story.medium].rpartition("@")[2]
        said = Said(
            story.medium, person.address(story.medium), self._staff.addresses[channel], story.subject, turn.text, at,
            f"{unique}@{host}" if story.medium == "email" else unique, (first_id,) if first_id else (),
            files_named(files),
        )  # fmt: skip
        raw = said.raw()
        read_as = KINDS[f"{SIMULATED}{story.medium}"].arrive(raw, self._desk.about.instance)
        return BulkMessage(
            Direction.IN, person.name, at, tuple(read_as.text.split("\n")), read_as.kind.value, read_as.sender.address,
            customer_id=self._ids[story.who], channel_id=channel, subject=read_as.subject,
            reply_text=read_as.reply_text if read_as.reply_text != read_as.text else "", to=read_as.to,
            rfc_message_id=read_as.message_id, references=read_as.references, body_digest=read_as.body_digest,
            joined_by="message-id" if first_id else "created", files=said.files, raw=raw, external_id=unique,
        )  # fmt: skip

    def _answered(self, story: Story, turn: Turn, at: datetime, files: Sequence[str]) -> BulkMessage:
        agent = self._staff.agents[turn.agent]
        return BulkMessage(
            Direction.OUT, self._staff.names[turn.agent], at, tuple(turn.text.split("\n")), agent_id=agent.id,
            channel_id=self._staff.channels[story.medium], subject=f"Re: {story.subject}",
            to=(self._people[story.who].address(story.medium),), delivery=Delivery.SENT, files=files_named(files),
        )  # fmt: skip

    def _events(self, story: Story, times: Sequence[datetime]) -> Iterator[BulkEvent]:
        """What the verbs would have recorded."""
        person = self._people[story.who]
        customer = Actor(ActorKind.CUSTOMER, person.name, self._ids[story.who])
        alice, state, owner = self._staff.agents["alice"], State.NEW, ""
        for index, (turn, at) in enumerate(zip(story.turns, times, strict=True)):
            if turn.direction is Direction.IN:
                kind, rule = ("received", "message-id") if index else ("created", "new")
                yield BulkEvent(at, customer, kind, _json(rule=rule, changes={}), index)
            else:
                changes = {}
                if turn.direction is Direction.OUT and state is State.NEW:
                    changes["state"], state = [State.NEW.value, State.OPEN.value], State.OPEN
                if turn.direction is Direction.OUT and not owner:
                    changes["assignee"], owner = ["", turn.agent], turn.agent
                kind = "replied" if turn.direction is Direction.OUT else "noted"
                yield BulkEvent(at, self._staff.agents[turn.agent], kind, _json(changes=changes), index)
            if index == 0:
                yield from _triaged(story, at, alice, self._now)
        end = min(times[-1] + timedelta(minutes=2), self._now)
        doer = self._staff.agents[story.agent] if story.agent else alice
        if story.agent and owner != story.agent:
            yield BulkEvent(end, alice, "assigned", _json(changes={"assignee": [owner, story.agent]}))
        if story.state is not state:
            yield BulkEvent(end, doer, "state_changed", _json(changes={"state": [state.value, story.state.value]}))
        if story.snooze:
            until = (self._now + story.snooze).isoformat()
            yield BulkEvent(end, doer, "snoozed", _json(changes={"snoozed_until": [None, until]}))


def _triaged(story: Story, at: datetime, by: Actor, now: datetime) -> Iterator[BulkEvent]:
    """What alice did with a new ticket."""
    at = min(at + timedelta(minutes=1), now)
    if story.team:
        yield BulkEvent(at, by, "team_changed", _json(changes={"team": ["", story.team]}))
    if story.priority is not Priority.NORMAL:
        changes = {"priority": [Priority.NORMAL.value, story.priority.value]}
        yield BulkEvent(at, by, "priority_changed", _json(changes=changes))
    if story.tags:
        yield BulkEvent(at, by, "tags_changed", _json(changes={"tags": [[], sorted(story.tags)]}))


def _json(**data: object) -> str:
    return json.dumps(data)
