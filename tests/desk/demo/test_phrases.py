"""Tests of the phrases of synthetic desks."""

from collections import Counter
from random import Random

import pytest

from supportdesk.desk.demo.phrases import Bank, banks, language_of
from supportdesk.domain.analyzer import analyze


@pytest.mark.parametrize("bank", banks(), ids=lambda bank: bank.language)
def test_every_phrase_can_be_said(bank: Bank) -> None:
    random = Random(1)
    for theme in bank.themes:
        for phrase in (*theme.subjects, *theme.openings, *theme.details, *theme.answers, *theme.more, *theme.notes):
            said = bank.filled(random, phrase)
            assert "{" not in said and analyze(said)
    assert all(language_of(name) == bank.language for name, _mailbox in bank.people)
    assert len(dict.fromkeys(mailbox for _name, mailbox in bank.people)) == len(bank.people) >= 400


def test_themes_come_as_often_as_they_weigh() -> None:
    korean, _english = banks()
    random = Random(1)
    drawn = Counter(korean.theme(random).tag for _ in range(5_000))
    assert drawn["shipping"] > drawn["refund"] > drawn["invoice"] > 200
    assert set(drawn) == {theme.tag for theme in korean.themes}
