"""The writer's own words, and never fewer than there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportdesk.domain.mail.html import Line
from supportdesk.domain.mail.reply import reply_of


def reply(text: str) -> str:
    return reply_of([Line(line) for line in text.split("\n")])


ATTRIBUTION = "On Mon, Nov 21, 2026 at 9:12 AM Help <help@acme.example> wrote:"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"Yes.\n\n{ATTRIBUTION}\n> old\n> older", "Yes."),
        (f"Yes.\n\n{ATTRIBUTION}\n\nold without marks", "Yes."),
        ("Yes.\n\n-----Original Message-----\nFrom: a\nold", "Yes."),
        ("Yes.\n________________\nFrom: a@b.c\nSent: b\nSubject: c\n\nold", "Yes."),
        ("Yes.\n\n> old", "Yes."),
        ("Yes.\n-- \nKim\nAcme", "Yes."),
        ("Yes.\n\nSent from my iPhone", "Yes."),
        (f"{ATTRIBUTION}\n> old\n\nBelow.", "Below."),
        (f"{ATTRIBUTION}\n\nAbove all.", "Above all."),
        (f"See below.\n{ATTRIBUTION}\n> one?\n\nYes.\n\n> two?", "See below.\n> one?\n\nYes."),
        ("> quote first\n\nthen words", "> quote first\n\nthen words"),
        (f"Hi\n\n{ATTRIBUTION}\n> a line that was\nfolded\n> by a relay\n", "Hi"),
        ("Yes.\n\nRegards,\nKim", "Yes.\n\nRegards,\nKim"),
    ],
)
def test_replies(text: str, kept: str) -> None:
    assert reply(text) == kept


@pytest.mark.parametrize(
    "text", ["> only a quote", "-----Original Message-----\nFrom: a\nold", "-- \nKim", "Sent from my iPhone"]
)
def test_when_nothing_would_be_left_all_of_it_is_shown(text: str) -> None:
    assert reply(text) == text


def test_what_markup_says_is_quoted_is_left_out() -> None:
    assert reply_of([Line("me"), Line(""), Line("you", quoted=True)]) == "me"


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "> q",
                ATTRIBUTION,
                "-- ",
                "-----Original Message-----",
                "From: a@b.c",
                "To: b",
                "____",
                "Sent from my iPhone",
            ]
        ),
        st.text(st.characters(categories=("L", "N", "P", "Zs"))),
    )
)


@given(LINES)
def test_nothing_is_invented_and_nothing_becomes_empty(lines: list[str]) -> None:
    kept = reply_of([Line(line) for line in lines])
    assert bool(kept.strip()) == bool("".join(lines).strip())
    assert set(kept.split("\n")) <= {part for line in lines for part in (line, line.strip())} | {"", kept}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "line", ["__", "-- ", ATTRIBUTION, "From: a", "On 1 Jan 2026 at 10:00 a", "a@b.c wrote: " * 200]
)
def test_endless_texts_are_bounded(line: str) -> None:
    assert reply("hi\n" + f"{line}\n" * 30_000)
