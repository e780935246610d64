"""The customers of the demonstration desk, with their addresses, orders and everything else on their card."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from supportdesk.desk.demo.data import read
from supportdesk.desk.demo.phrases import banks
from supportdesk.domain.customer import Identity
from supportdesk.domain.message import Address

UNNAMED = 60
"""Customers nobody has written a story about; they are in the histories."""
_PRICES = (9_800, 19_900, 24_000, 39_800, 48_000, 62_500, 89_000, 129_000, 214_000)
_MONEY = {"ko": lambda won: f"₩{won:,}", "en": lambda won: f"${won / 1000:.2f}", "ja": lambda won: f"¥{won // 10:,}"}


@dataclass(frozen=True, slots=True)
class Person:
    """A customer. ``media``: medium to the address there."""

    key: str
    name: str
    language: str
    grade: str
    organization: str
    since: datetime
    media: dict[str, str]
    attributes: dict[str, str]
    orders: tuple[dict[str, str], ...]

    @property
    def identities(self) -> tuple[Identity, ...]:
        return tuple(Identity(medium, address) for medium, address in self.media.items())

    def address(self, medium: str) -> Address:
        return Address(self.media[medium], self.name)


def cast(random: Random, now: datetime, mentioned: dict[str, list[str]]) -> dict[str, Person]:
    """Everybody by key. ``mentioned``: order numbers that somebody's stories name."""
    people = {
        key: Person(
            key, name, language, grade, organization, datetime.fromisoformat(since).replace(tzinfo=UTC), media,
            attributes, _orders(random, now, language, mentioned.get(key, [])),
        )
        for key, (name, language, grade, organization, since, media, attributes) in read("people")["customer"].items()
    }  # fmt: skip
    korean, english = banks()
    for index in range(UNNAMED):
        bank = korean if index % 5 < 3 else english
        name, mailbox = random.choice(bank.people)
        media = {"email": f"{mailbox}{index + 11}@{random.choice(bank.mail)}"}
        if random.random() < 0.4:
            media["phone"] = f"+8210{70_000_000 + index * 1371}"
        if random.random() < 0.3:
            media["kakao" if bank is korean else "line"] = f"{mailbox.partition('.')[0]}{index + 11}"
        since = now - timedelta(days=random.randrange(430, 1500))
        orders = _orders(random, now, bank.language, [])
        grade = random.choice(("", "", "", "Silver"))
        people[f"_{index}"] = Person(f"_{index}", name, bank.language, grade, "", since, media, {}, orders)
    return people


def _orders(random: Random, now: datetime, language: str, named: list[str]) -> tuple[dict[str, str], ...]:
    """Newest first; those that are spoken about are the newest."""
    korean, english = banks()
    products = korean.products if language == "ko" else english.products
    older = [f"A-{random.randrange(20_000, 88_000)}" for _ in range(random.randrange(1, 5))]
    days = sorted(random.randrange(2, 20) for _ in named) + sorted(random.randrange(20, 400) for _ in older)
    return tuple(
        {
            "number": number,
            "date": f"{now - timedelta(days=age):%Y-%m-%d}",
            "item": random.choice(products),
            "total": _MONEY[language](random.choice(_PRICES)),
        }
        for number, age in zip([*named, *older], days, strict=True)
    )
