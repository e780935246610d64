"""The conversations of the demonstration desk: those going on, written for one customer each, and earlier ones."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from supportdesk.desk.demo.customers import Person
from supportdesk.desk.demo.data import read
from supportdesk.desk.demo.phrases import banks
from supportdesk.domain.message import Direction
from supportdesk.domain.ticket import Priority, State

DAY = timedelta(days=1)
OLDEST = 420
_SPAN = re.compile(r"(\d+)([dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_DIRECTIONS = {"<": Direction.IN, ">": Direction.OUT, "#": Direction.NOTE}
_ORDER = re.compile(r"\bA-\d{4,5}\b")
_AGENTS = {"Billing": ("alice", "bob"), "Shipping": ("bob", "mina", "mina"), "Technical": ("jun", "jun", "alice")}


@dataclass(frozen=True, slots=True)
class Turn:
    """Something said; ``agent`` says it unless it comes from the customer."""

    direction: Direction
    agent: str
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket to be. ``first`` and ``last``: how long ago its first and last message came."""

    who: str
    medium: str
    subject: str
    team: str
    agent: str
    state: State
    priority: Priority
    tags: tuple[str, ...]
    first: timedelta
    last: timedelta
    turns: tuple[Turn, ...]
    snooze: timedelta | None = None
    files: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()


def going_on() -> tuple[Story, ...]:
    """What the team is working on."""
    return tuple(_going_on(found) for name in ("open.ko", "open.en") for found in read(name)["story"])


def orders_named(stories: tuple[Story, ...]) -> dict[str, list[str]]:
    """The order numbers that come up in each customer's stories."""
    named: dict[str, list[str]] = {}
    for story in stories:
        for turn in story.turns:
            named.setdefault(story.who, []).extend(_ORDER.findall(turn.text))
    return named


def earlier(random: Random, people: dict[str, Person], count: int) -> Iterator[Story]:
    """So many conversations that are over, the youngest first; each text comes again only when all have been."""
    scripts = {"ko": _shuffled(random, "past.ko"), "en": _shuffled(random, "past.en")}
    known = [person for person in people.values() if person.language in scripts]
    regulars = [person for person in known if not person.key.startswith("_")]
    told: set[tuple[str, str]] = set()
    for index in range(count):
        person = random.choice(regulars if random.random() < 0.55 else known)
        script = scripts[person.language][0]
        while (person.key, script[2]) in told:
            person = random.choice([each for each in known if each.language == person.language])
        told.add((person.key, script[2]))
        scripts[person.language].rotate(-1)
        age = timedelta(days=1.3 + OLDEST * ((index + random.random()) / max(count, 1)) ** 2.2)
        yield _over(random, person, script, age)


def _going_on(found: dict[str, Any]) -> Story:
    return Story(
        who=found["who"], medium=found["by"], subject=found["subject"], team=found["team"], agent=found["agent"],
        state=State(found["state"]), priority=Priority(found["priority"]), tags=tuple(found["tags"]),
        first=_span(found["first"]), last=_span(found["last"]),
        turns=tuple(_turn(said, found["agent"]) for said in found["say"]),
        snooze=_span(found["snooze"]) if "snooze" in found else None, files=tuple(found.get("files", ())),
        sent=tuple(found.get("sent", ())),
    )  # fmt: skip


def _over(random: Random, person: Person, script: list[str], age: timedelta) -> Story:
    tag, team, subject, *said = script
    korean, english = banks()
    filled = {
        "product": random.choice(korean.products if person.language == "ko" else english.products),
        "order": random.choice(person.orders)["number"],
    }
    agent = random.choice(_AGENTS[team]) if team else ""
    state = State.SPAM if tag == "spam" else State.SOLVED if age < 10 * DAY else State.CLOSED
    lasted = min(age * 0.5, timedelta(hours=random.uniform(0.4, 30)))
    return Story(
        who=person.key, medium=random.choice(list(person.media)) if tag != "spam" else "email",
        subject=subject.format(**filled), team=team, agent=agent, state=state,
        priority=random.choice((Priority.NORMAL, Priority.NORMAL, Priority.NORMAL, Priority.HIGH, Priority.LOW)),
        tags=(tag,), first=age, last=age - lasted, turns=tuple(_turn(text.format(**filled), agent) for text in said),
    )  # fmt: skip


def _shuffled(random: Random, name: str) -> deque[list[str]]:
    scripts = list(read(name)["past"])
    random.shuffle(scripts)
    return deque(scripts)


def _turn(said: str, agent: str) -> Turn:
    sign, text = said[0], said[1:].lstrip()
    return Turn(_DIRECTIONS[sign], "" if sign == "<" else agent, text)


def _span(text: str) -> timedelta:
    """``1d5h`` as a span."""
    return sum((int(count) * _UNITS[unit] for count, unit in _SPAN.findall(text)), timedelta())
