"""What synthetic customers and agents say: two banks of phrases, Korean and English."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any, TypeVar

from supportdesk.desk.demo.data import read

T = TypeVar("T")

ORDERS = tuple(f"A-{number}" for number in range(10_000, 14_000))
"""Few enough that the tokens of each line with one of them are found once."""


@dataclass(frozen=True)
class Theme:
    """What a ticket is about. ``openings`` begin it, ``more`` goes on."""

    tag: str
    team: str
    subjects: tuple[str, ...]
    openings: tuple[str, ...]
    details: tuple[str, ...]
    answers: tuple[str, ...]
    more: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Bank:
    """One language's people, things and phrases. ``people`` are whole names with their mailboxes."""

    language: str
    people: tuple[tuple[str, str], ...]
    products: tuple[str, ...]
    mail: tuple[str, ...]
    greetings: tuple[str, ...]
    closings: tuple[str, ...]
    answer_greetings: tuple[str, ...]
    answer_closings: tuple[str, ...]
    order_lines: tuple[str, ...]
    thanks: tuple[str, ...]
    themes: tuple[Theme, ...]
    weights: tuple[float, ...]

    def theme(self, random: Random) -> Theme:
        return weighted(random, self.themes, self.weights)

    def filled(self, random: Random, phrase: str) -> str:
        """``phrase`` about some product."""
        return phrase.format(product=choice(random, self.products)) if "{" in phrase else phrase


def choice(random: Random, things: Sequence[T]) -> T:
    """As ``Random.choice``, which would be half the time of making a message."""
    return things[int(random.random() * len(things))]


def weighted(random: Random, things: Sequence[T], weights: Sequence[float]) -> T:
    """One of ``things``; ``weights`` are summed up, the last is 1."""
    drawn = random.random()
    for thing, weight in zip(things, weights, strict=True):
        if drawn < weight:
            return thing
    return things[-1]


def language_of(text: str) -> str:
    """The bank to answer from."""
    return "ko" if any("가" <= letter <= "힣" for letter in text) else "en"


@cache
def banks() -> tuple[Bank, Bank]:
    """Korean and English."""
    names = read("names")
    families = list(zip(names["family"], names["family_latin"], strict=True))
    given = list(zip(names["given"], names["given_latin"], strict=True))
    korean = tuple((f"{a}{b}", f"{b_latin}.{a_latin}") for a, a_latin in families for b, b_latin in given)
    english = tuple((f"{a} {b}", f"{a}.{b}".lower()) for a in names["first"] for b in names["last"])
    return (
        _bank("ko", korean, names["products"], names["mail"]),
        _bank("en", english, names["products_en"], names["mail"]),
    )


def _bank(language: str, people: tuple[tuple[str, str], ...], products: list[str], mail: list[str]) -> Bank:
    found = read(f"synthetic.{language}")
    themes = found["theme"]
    total = sum(theme["weight"] for theme in themes)
    phrases = {key: tuple(value) for key, value in found.items() if key != "theme"}
    phrases["order_lines"] = tuple(line.format(order=order) for line in phrases["order_lines"] for order in ORDERS)
    return Bank(
        language=language,
        people=people,
        products=tuple(products),
        mail=tuple(mail),
        themes=tuple(_theme(theme) for theme in themes),
        weights=tuple(accumulate(theme["weight"] / total for theme in themes)),
        **phrases,
    )


def _theme(found: dict[str, Any]) -> Theme:
    lists = {key: tuple(value) for key, value in found.items() if isinstance(value, list)}
    return Theme(found["tag"], found["team"], **lists)
